"""Who gets in where: every route, as everybody, about what is theirs and what is not."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evaltool.domain.access import ACCOUNT_ROLES, Actor, Permission, Role, Subject, Whose, may
from tests.conftest import ROOT
from tests.hosting import OTHER, OWN, Town
from tests.isolation import SNAPSHOT, a_whole_town, routes


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_whole_town(tmp_path)


def test_every_route_says_what_it_does(town: Town) -> None:
    silent = [
        route.rule
        for route in routes(town)
        if not isinstance(
            getattr(town.app.view_functions[route.endpoint], "permission", None), Permission
        )
    ]
    assert silent == []


# In a process of its own: others of these tests load pandas. After the walk an evaluation is filled
# in and finished, so that every page and document that is made from answers is made.
_WALK = """
import json, sys, tempfile
from pathlib import Path
from tests.isolation import a_whole_town, read_everything, table
with tempfile.TemporaryDirectory() as made:
    town = a_whole_town(Path(made))
    found, read = table(town), read_everything(town)
    town.held.store.close()
heavy = sorted({"pandas", "numpy", "scipy", "statsmodels"} & set(sys.modules))
print(json.dumps([found, read, heavy]))
"""


@pytest.mark.slow
def test_everybody_gets_in_where_they_belong_and_nowhere_else() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WALK],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found, read, heavy = json.loads(done.stdout)
    assert heavy == []
    assert {path: status for path, status in read.items() if status != 200} == {}
    assert {path for path in read if path.endswith(".pdf")} >= {
        f"/evaluations/<id_>/{name}.pdf" for name in ("report", "summary")
    }
    assert found == SNAPSHOT.read_text(encoding="utf-8")


def rows() -> Iterator[tuple[str, str, dict[str, str]]]:
    """The route, whose it is and what came of it by actor, of every line of the table."""
    head, *lines = SNAPSHOT.read_text(encoding="utf-8").splitlines()
    route, whose, nobody = (head.index(name) for name in ("route", "whose", "nobody"))
    actors = re.split(r" {2,}", head[nobody:].strip())
    for line in lines:
        outcomes = re.split(r" {2,}", line[nobody:].strip())
        yield (
            f"{line[:route].strip()} {line[route:whose].strip()}",
            line[whose:nobody].strip(),
            dict(zip(actors, outcomes, strict=True)),
        )


def test_in_the_table_nobody_reaches_what_belongs_to_others() -> None:
    found = list(rows())
    assert len(found) > 100
    for route, whose, outcomes in found:
        able = {actor for actor, outcome in outcomes.items() if outcome == "yes"}
        if whose in ("other", "unknown", "beside") and "/admin/" not in route:
            assert able == set(), route
        if whose == "bound":
            assert able <= {"officer", "chair"}, route
        if whose == "view":
            assert able <= {"contributor"}, route
        if "/evaluations/<id_>" in route:
            # An administrator sees no answers, whoever they belong to.
            assert "administrator" not in able, route


def test_in_the_table_every_route_lets_somebody_in() -> None:
    """What lets in nobody at all would show nothing by refusing others."""
    reached = {route for route, _, outcomes in rows() if "yes" in outcomes.values()}
    assert {route for route, _, _ in rows()} - reached == set()


def test_in_the_table_a_police_zone_lets_others_read_and_do_nothing() -> None:
    able = {route for route, whose, found in rows() if whose == "bound" and "yes" in found.values()}
    assert {f"GET /evaluations/<id_>{path}" for path in ("", "/results", "/report.pdf")} <= able
    assert {route for route in able if not route.startswith("GET ")} == set()


ACCOUNT = "an account"


def actor(role: Role) -> Actor:
    municipal = role in (Role.OFFICER, Role.CHAIR)
    return Actor(
        role,
        None if role in (Role.LOCAL, Role.NOBODY) else ACCOUNT,
        OWN if municipal else None,
        frozenset({OWN}) if role is Role.COACH else frozenset(),
    )


ABOUT_NOBODY = {
    Permission.PUBLIC: {*Role} - {Role.LOCAL},
    Permission.SIGN_IN: {*Role} - {Role.LOCAL},
    Permission.CODE: {Role.HALFWAY},
    Permission.ENROL: {Role.ENROLLING, *ACCOUNT_ROLES},
    Permission.SIGN_OUT: {Role.HALFWAY, Role.ENROLLING, *ACCOUNT_ROLES},
    Permission.ACCOUNT: {*ACCOUNT_ROLES},
    Permission.USE: {*ACCOUNT_ROLES},
    Permission.ACCOUNTS: {Role.ADMINISTRATOR},
    Permission.ADMINISTER: {Role.ADMINISTRATOR},
    Permission.AGGREGATES: {Role.ADMINISTRATOR},
}
"""What is about nobody's answers: who may do it, whatever municipality somebody is of."""


@pytest.mark.parametrize("permission", Permission)
def test_nothing_of_another_municipality_can_be_done_by_anybody(permission: Permission) -> None:
    able = {
        role
        for role in Role
        if may(actor(role), permission, Subject(OTHER)) and role is not Role.LOCAL
    }
    assert able == ABOUT_NOBODY.get(permission, set())


@pytest.mark.parametrize("permission", Permission)
def test_what_the_own_municipality_takes_part_in_is_read_and_no_more(
    permission: Permission,
) -> None:
    bound = Subject(OTHER, bound=frozenset({OWN}))
    able = {role for role in Role if may(actor(role), permission, bound)} - {Role.LOCAL}
    reads = (Permission.READ, Permission.RESULTS, Permission.DOCUMENT, Permission.MEETING)
    expected = {Role.OFFICER, Role.CHAIR} if permission in reads else set()
    assert able == ABOUT_NOBODY.get(permission, expected)


@pytest.mark.parametrize("permission", Permission)
def test_a_view_is_for_its_contributor_alone(permission: Permission) -> None:
    theirs = Subject(OWN, "somebody else")
    able = {role for role in Role if may(actor(role), permission, theirs)}
    local = {role for role in (Role.LOCAL,) if may(actor(role), permission)}
    assert able == ABOUT_NOBODY.get(permission, set()) | local


def test_whoever_lost_a_role_or_consent_may_nothing() -> None:
    coach = Actor(Role.COACH, ACCOUNT)
    officer = Actor(Role.OFFICER, ACCOUNT, None)
    for permission in (Permission.READ, Permission.RESULTS, Permission.FILL_IN):
        assert not may(coach, permission, Subject(OWN))
        assert not may(officer, permission, Subject(OWN))
        assert not may(officer, permission, Subject(None))


def test_each_kind_of_ownership_is_used() -> None:
    from evaltool.domain.access import GRANTS

    used = {whose for granted in GRANTS.values() for found in granted.values() for whose in found}
    assert used == set(Whose)
