"""The shape of the database, step by step. A step that was released is never changed."""

from evaltool.store.engine import sqlite_utils
from evaltool.store.first_migrations import MIGRATIONS

__all__ = ["MIGRATIONS"]


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
    # When an action became done; of those that are done already, when they were changed last.
    db.table("actions").add_column("done_at", str)
    db.execute("UPDATE actions SET done_at = changed_at WHERE state = 'done'")
    # What a report showed besides the own answers, as JSON; not known of earlier ones.
    db.table("snapshots").add_column("supplement", str, not_null_default="")
    db.table("reasons").create(
        {"evaluation_id": str, "question": str, "text": str, "given_at": str, "given_by": str},
        pk=("evaluation_id", "question"),
        foreign_keys=[("evaluation_id", "evaluations", "id")],
        not_null={"text", "given_at", "given_by"},
    )
    # An answer that is as it was carried over: of which day, and whether somebody confirmed it.
    db.table("carried_over").create(
        {"evaluation_id": str, "question": str, "since": str, "confirmed": int},
        pk=("evaluation_id", "question"),
        foreign_keys=[("evaluation_id", "evaluations", "id")],
        not_null={"since", "confirmed"},
        defaults={"confirmed": 0},
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
            # Minutes that the meeting is to take.
            "length": int,
            "present": str,
            "status": str,
            "version": int,
            "created_at": str,
            "changed_at": str,
            "started_at": str,
            "closed_at": str,
        },
        pk="id",
        foreign_keys=[("evaluation_id", "evaluations", "id")],
        not_null={
            *("evaluation_id", "day", "title", "length", "present", "status", "version"),
            *("created_at", "changed_at"),
        },
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
            # As it was decided, whatever becomes of the action in the plan.
            "owner": str,
            "due": str,
            "action_id": str,
        },
        pk="id",
        foreign_keys=[("meeting_id", "meetings", "id"), ("item_id", "agenda_items", "id")],
        not_null={"meeting_id", "number", "text", "owner"},
    )
    db.table("decisions").create_index(["meeting_id", "number"])


@MIGRATIONS()
def m008_police_zones(db: sqlite_utils.Database) -> None:
    """The municipalities of a police zone that take part in an evaluation of one of them."""
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
    db.table("coach_entries").create(
        {
            "id": str,
            "coach": str,
            "nis_code": str,
            # The day of a session; NULL: a note.
            "day": str,
            "shared": int,
            "text": str,
            "version": int,
            "changed_at": str,
        },
        pk="id",
        foreign_keys=[("coach", "accounts", "id")],
        not_null={"coach", "nis_code", "shared", "text", "version", "changed_at"},
    )
    db.table("coach_entries").create_index(["nis_code", "coach"])
    # What a finished report says in short, so that an overview of many need not work it out.
    db.table("assessments").create(
        {"evaluation_id": str, "number": int, "content": str, "held": str},
        pk=("evaluation_id", "number"),
        foreign_keys=[("evaluation_id", "evaluations", "id")],
        not_null={"content", "held"},
    )
    db.table("audit").create_index(["actor", "action", "at"])


@MIGRATIONS()
def m010_items_on_screen(db: sqlite_utils.Database) -> None:
    """When an item of an agenda first came on the screen: its minutes run from there."""
    db.table("agenda_items").add_column("opened_at", str)
