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


@MIGRATIONS()
def m006_views_and_time(db: sqlite_utils.Database) -> None:
    """What a contributor was asked, why a common answer was chosen, and what was carried over."""
    evaluations = db.table("evaluations")
    # The ids of the sections that a contributor was asked about, as JSON; NULL: all of them.
    evaluations.add_column("sections", str)
    # Whether the name of a contributor may be shown beside the discipline.
    evaluations.add_column("named", int, not_null_default=0)
    # The evaluation whose answers this one began with.
    evaluations.add_column("started_from", str)
    db.table("reasons").create(
        {"evaluation_id": str, "question": str, "text": str, "given_at": str, "given_by": str},
        pk=("evaluation_id", "question"),
        foreign_keys=[("evaluation_id", "evaluations", "id")],
        not_null={"text", "given_at", "given_by"},
    )
    # An answer that nobody confirmed yet since it was carried over, and of which day it is.
    db.table("carried_over").create(
        {"evaluation_id": str, "question": str, "since": str},
        pk=("evaluation_id", "question"),
        foreign_keys=[("evaluation_id", "evaluations", "id")],
        not_null={"since"},
    )


@MIGRATIONS()
def m007_meetings(db: sqlite_utils.Database) -> None:
    """Meetings on an evaluation: the agenda in its order, what was decided, who was there."""
    db.table("meetings").create(
        {
            "id": str,
            "evaluation_id": str,
            "day": str,
            "title": str,
            "present": str,
            "status": str,
            "version": int,
            "created_at": str,
            "changed_at": str,
        },
        pk="id",
        foreign_keys=[("evaluation_id", "evaluations", "id")],
        not_null={*("evaluation_id", "day", "title", "present", "status", "version"), "changed_at"},
    )
    db.table("meetings").create_index(["evaluation_id", "day"])
    db.table("agenda_items").create(
        {
            "id": str,
            "meeting_id": str,
            "number": int,
            "kind": str,
            "about": str,
            "title": str,
            "minutes": int,
            "notes": str,
        },
        pk="id",
        foreign_keys=[("meeting_id", "meetings", "id")],
        not_null={"meeting_id", "number", "kind", "about", "title", "minutes", "notes"},
    )
    db.table("agenda_items").create_index(["meeting_id", "number"])
    db.table("decisions").create(
        {
            "id": str,
            "meeting_id": str,
            "item_id": str,
            "number": int,
            "text": str,
            "action_id": str,
        },
        pk="id",
        foreign_keys=[("meeting_id", "meetings", "id"), ("item_id", "agenda_items", "id")],
        not_null={"meeting_id", "number", "text"},
    )
    db.table("decisions").create_index(["meeting_id", "number"])


@MIGRATIONS()
def m008_police_zones(db: sqlite_utils.Database) -> None:
    """The municipalities of a police zone that an evaluation is of, besides the one that keeps it."""
    db.table("zone_members").create(
        {
            "evaluation_id": str,
            "nis_code": str,
            "cluster": int,
            "state": str,
            "asked_at": str,
            "answered_at": str,
            "answered_by": str,
        },
        pk=("evaluation_id", "nis_code"),
        foreign_keys=[("evaluation_id", "evaluations", "id")],
        not_null={"cluster", "state", "asked_at"},
    )
    db.table("zone_members").create_index(["nis_code", "state"])


@MIGRATIONS()
def m009_coaching(db: sqlite_utils.Database) -> None:
    """What a coach writes of a municipality, when they spoke, and whether it may be named."""
    db.table("consents").add_column("named", int, not_null_default=0)
    db.table("coach_notes").create(
        {
            "id": str,
            "coach": str,
            "nis_code": str,
            "shared": int,
            "text": str,
            "version": int,
            "changed_at": str,
        },
        pk="id",
        foreign_keys=[("coach", "accounts", "id")],
        not_null={"coach", "nis_code", "shared", "text", "version", "changed_at"},
    )
    db.table("coach_notes").create_index(["nis_code", "coach"])
    db.table("coach_sessions").create(
        {
            "id": str,
            "coach": str,
            "nis_code": str,
            "day": str,
            "agreed": str,
            "version": int,
            "changed_at": str,
        },
        pk="id",
        foreign_keys=[("coach", "accounts", "id")],
        not_null={"coach", "nis_code", "day", "agreed", "version", "changed_at"},
    )
    db.table("coach_sessions").create_index(["nis_code", "coach"])
