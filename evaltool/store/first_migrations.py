"""The first steps of the shape of the database: evaluations, plans, accounts, municipalities."""

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


@MIGRATIONS()
def m004_accounts(db: sqlite_utils.Database) -> None:
    """Who can sign in, by which links, and who is signed in; what they tried."""
    db.table("accounts").create(
        {
            "id": str,
            "address": str,
            "name": str,
            "role": str,
            "nis_code": str,
            "state": str,
            "created_at": str,
            "invited_by": str,
            "password": str,
            "second_factor": str,
            "last_step": int,
            "subject": str,
            "signed_in_at": str,
        },
        pk="id",
        not_null={"address", "name", "role", "state", "created_at", "last_step"},
        defaults={"last_step": 0},
    )
    db.table("accounts").create_index(["address"], unique=True)
    db.table("accounts").create_index(["subject"], unique=True)
    db.table("accounts").create_index(["nis_code"])
    for name, columns in (
        ("recovery_codes", {"digest": str, "account_id": str}),
        ("links", {"digest": str, "account_id": str, "purpose": str, "expires_at": str}),
        (
            "sessions",
            {
                **dict.fromkeys(("digest", "handle", "account_id", "stage"), str),
                **dict.fromkeys(("started_at", "seen_at", "browser"), str),
                **dict.fromkeys(("provider_session", "id_token", "pending_secret"), str),
            },
        ),
    ):
        db.table(name).create(columns, pk="digest", foreign_keys=[("account_id", "accounts", "id")])
        db.table(name).create_index(["account_id"])
    # Digests of account and address of the network, not the things themselves.
    db.table("attempts").create(
        {"id": int, "account": str, "address": str, "at": str, "succeeded": int},
        pk="id",
        not_null={"account", "address", "at", "succeeded"},
    )
    db.table("attempts").create_index(["account", "at"])
    db.table("attempts").create_index(["address", "at"])
    db.table("outbox").create(
        {
            "id": str,
            "account_id": str,
            "purpose": str,
            "attempts": int,
            "queued_at": str,
            "next_at": str,
        },
        pk="id",
        foreign_keys=[("account_id", "accounts", "id")],
        not_null={"account_id", "purpose", "attempts", "queued_at", "next_at"},
    )
    db.table("outbox").create_index(["next_at"])


@MIGRATIONS()
def m005_municipalities(db: sqlite_utils.Database) -> None:
    """Who lets which coach in, whose view an evaluation is, how long it is kept; lists; the log."""
    db.table("consents").create(
        {"nis_code": str, "account_id": str, "given_at": str, "given_by": str},
        pk=("nis_code", "account_id"),
        foreign_keys=[("account_id", "accounts", "id")],
        not_null={"given_at", "given_by"},
    )
    db.table("consents").create_index(["account_id"])
    evaluations = db.table("evaluations")
    for column in ("view_of", "contributor", "discipline", "reminded_at"):
        evaluations.add_column(column, str)
    evaluations.create_index(["nis_code", "changed_at"])
    evaluations.create_index(["view_of"])
    evaluations.create_index(["contributor"])
    db.table("lists").create(
        {"kind": str, "number": int, "content": str, "loaded_at": str, "loaded_by": str},
        pk=("kind", "number"),
        not_null={"content", "loaded_at", "loaded_by"},
    )
    db.table("audit").create(
        {
            "number": int,
            **dict.fromkeys(("at", "actor", "role", "action"), str),
            **dict.fromkeys(("nis_code", "evaluation", "detail", "digest"), str),
        },
        pk="number",
        not_null={"at", "actor", "role", "action", "nis_code", "evaluation", "detail", "digest"},
    )
    db.table("audit").create_index(["nis_code", "number"])
    for change in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER audit_is_append_only_{change.lower()} BEFORE {change} ON audit"
            " BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END"
        )
