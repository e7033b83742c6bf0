"""The shape of the database, step by step. A step that was released is never changed."""

from evaltool.store.engine import Migrations, sqlite_utils

MIGRATIONS = Migrations("evaltool")


@MIGRATIONS()
def m001_evaluations(db: sqlite_utils.Database) -> None:
    """Evaluations, their answers per section, and what was reported at each finishing."""
    db.table("evaluations").create(
        {
            "id": str,
            "nis_code": str,
            "cluster": int,
            "cluster_proposed": int,
            "day": str,
            "edition": str,
            "survey": str,
            "status": str,
            "created_at": str,
            "changed_at": str,
            "finished_at": str,
        },
        pk="id",
        not_null={"nis_code", "cluster", "day", "edition", "survey", "status", "changed_at"},
    )
    db.table("evaluations").create_index(["changed_at"])
    db.table("section_answers").create(
        {
            "evaluation_id": str,
            "section": str,
            "version": int,
            "answers": str,
            "saved_at": str,
        },
        pk=("evaluation_id", "section"),
        foreign_keys=[("evaluation_id", "evaluations", "id")],
        not_null={"version", "answers", "saved_at"},
    )
    db.table("snapshots").create(
        {
            "evaluation_id": str,
            "number": int,
            "finished_at": str,
            "evaluation": str,
        },
        pk=("evaluation_id", "number"),
        foreign_keys=[("evaluation_id", "evaluations", "id")],
        not_null={"finished_at", "evaluation"},
    )


@MIGRATIONS()
def m002_actions(db: sqlite_utils.Database) -> None:
    """The action plan of each evaluation, in the order in which actions were added."""
    db.table("actions").create(
        {
            "id": str,
            "evaluation_id": str,
            "number": int,
            "version": int,
            "title": str,
            "finding": str,
            "owner": str,
            "due": str,
            "state": str,
            "remark": str,
            "changed_at": str,
        },
        pk="id",
        foreign_keys=[("evaluation_id", "evaluations", "id")],
        not_null={
            *("evaluation_id", "number", "version", "title", "owner", "state", "remark"),
            "changed_at",
        },
    )
    db.table("actions").create_index(["evaluation_id", "number"], unique=True)


@MIGRATIONS()
def m003_content_of_reports(db: sqlite_utils.Database) -> None:
    """With which texts, rules and figures each report was made; not known of earlier ones."""
    db.table("snapshots").add_column("content", str, not_null_default="")
