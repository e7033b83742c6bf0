"""What is kept, past the application: to see whether an attack changed anything."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.attacks.world import World, home
from tests.hosting import OTHER, OWN

Rows = dict[str, list[tuple[object, ...]]]

_RANDOM = re.compile(
    r"[\w-]{12}(?:[\w-]{4}){0,2}|[\w-]{22}|[0-9a-f]{64}|\$argon2.*|gAAAA.*", re.ASCII
)


def everything(world: World) -> Rows:
    """Every row of every table."""
    with world.database() as database:
        listed = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: database.execute(f"SELECT * FROM {name}").fetchall() for (name,) in sorted(listed)
        }


NOTED = frozenset({"audit", "sessions", "assessments"})
"""Tables in which reading leaves a trace: who read, the secret of a page that was shown, and what
took long to find out."""


@contextmanager
def nothing_changes(world: World) -> Iterator[Callable[[str], None]]:
    """Gives what is called after each request: it fails where more changed than reading may."""
    before = everything(world)
    with world.database() as watching:
        version = "PRAGMA data_version"
        seen = watching.execute(version).fetchone()

        def unchanged(where: str) -> None:
            nonlocal seen
            now = watching.execute(version).fetchone()
            if now != seen:
                seen, kept = now, everything(world)
                changed = {name for name in kept if kept[name] != before.get(name)}
                assert changed <= NOTED, (where, changed)

        yield unchanged


def effect(world: World, before: Rows) -> Rows:
    """The rows that are there now and were not before, what is random in them left out."""
    known = {value for rows in before.values() for row in rows for value in row}

    def shown(value: object) -> object:
        new = isinstance(value, str) and value not in known
        return "*" if new and _RANDOM.fullmatch(str(value)) else value

    now = everything(world)
    assert now.keys() == before.keys(), "a table came or went"
    return {
        name: sorted(
            (tuple(map(shown, row)) for row in set(now[name]) - set(before[name])), key=repr
        )
        + [("gone", *row) for row in sorted(set(before[name]) - set(now[name]), key=repr)]
        for name in now
    }


_CACHES = frozenset({"assessments"})


def kept_of(world: World, nis_code: str, *, whole: bool, but: tuple[str, ...] = ()) -> Rows:
    """The rows of a municipality: its own evaluations, or everything that is about it.

    ``but`` are the beginnings of names of tables that are left out.
    """
    own = "nis_code = :code AND view_of IS NULL"
    if whole:
        # The view of the guest is the guest's as well, to delete with the account.
        own = f"nis_code = :code AND id <> '{world.guest_view.id}'"
    of_those = f"evaluation_id IN (SELECT id FROM evaluations WHERE {own})"
    found: Rows = {}
    with world.database() as database:
        listed = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in listed:
            columns = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
            if table == "evaluations":
                where = own
            elif "evaluation_id" in columns:
                where = of_those
            elif "meeting_id" in columns:
                where = f"meeting_id IN (SELECT id FROM meetings WHERE {of_those})"
            elif "invited_by" in columns:
                where = ":code IN (nis_code, invited_by)"
            else:
                where = "nis_code = :code"
            if table == "audit":
                # Whoever tries to sign in to an account leaves that in the log of its municipality.
                where += " AND action <> 'sign_in_failed'"
            about = "nis_code" in where and (table == "evaluations" or of_those in where or whole)
            known = "nis_code" in columns or of_those in where
            if known and about and table not in _CACHES and not table.startswith(but or ("-",)):
                query = f"SELECT * FROM {table} WHERE {where}"
                found[table] = database.execute(query, {"code": nis_code}).fetchall()
    return found


def untouchable(world: World, actor: str) -> dict[str, Rows]:
    """The rows that an actor may not change, by municipality.

    Who is of a municipality may change all of it; who has to do with one leaves traces there. A
    coach's notes are the coach's, and go with the account.
    """
    members = ("officer", "chair", "other officer")
    guests = ("halfway", "contributor", "coach")
    but = ("coach_", "audit") if actor in ("coach", "stranger", "administrator") else ()
    found: dict[str, Rows] = {}
    for code in (OWN, OTHER):
        at_home = code == home(actor)
        if not (at_home and actor in members):
            partly = actor == "administrator" or (at_home and actor in guests)
            found[code] = kept_of(world, code, whole=not partly, but=but)
    return found


def foreign(actor: str) -> tuple[str, ...]:
    """The municipalities with which an actor has nothing to do."""
    if actor in ("nobody", "stranger", "enrolling", "administrator"):
        return (OWN, OTHER)
    return (OTHER,) if home(actor) == OWN else (OWN,)


def text_in(body: bytes) -> bytes:
    """What an answer holds, with what is packed in it."""
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())
