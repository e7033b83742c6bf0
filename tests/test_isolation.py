"""Who gets in where: every route, as everybody, about what is theirs and what is not."""

from pathlib import Path

import pytest

from evaltool.domain.access import Actor, Permission, Role, Subject, Whose, may
from tests.hosting import OTHER, OWN, Town
from tests.isolation import SNAPSHOT, a_whole_town, routes, table


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


@pytest.mark.slow
def test_everybody_gets_in_where_they_belong_and_nowhere_else(town: Town) -> None:
    assert table(town) == SNAPSHOT.read_text(encoding="utf-8")


def test_in_the_table_nobody_reaches_what_belongs_to_others() -> None:
    head, *lines = SNAPSHOT.read_text(encoding="utf-8").splitlines()
    assert len(lines) > 100
    start = head.index("whose")
    for line in lines:
        whose, *found = line[start:].replace("  ", "\t").split("\t")
        outcomes = [cell.strip() for cell in found if cell.strip()]
        if whose in ("other", "unknown") and "/admin/" not in line:
            assert "yes" not in outcomes, line
        if "/evaluations/<id_>" in line:
            # An administrator sees no answers, whoever they belong to.
            assert outcomes[-1] != "yes", line


ACCOUNT = "an account"


def actor(role: Role) -> Actor:
    municipal = role in (Role.OFFICER, Role.CHAIR)
    return Actor(
        role,
        None if role in (Role.LOCAL, Role.NOBODY) else ACCOUNT,
        OWN if municipal else None,
        frozenset({OWN}) if role is Role.COACH else frozenset(),
    )


@pytest.mark.parametrize("permission", Permission)
def test_nothing_of_another_municipality_can_be_done_by_anybody(permission: Permission) -> None:
    able = {
        role
        for role in Role
        if may(actor(role), permission, Subject(OTHER)) and role is not Role.LOCAL
    }
    # What belongs to nobody in particular, and accounts, are no answers.
    if permission in (Permission.READ, Permission.RESULTS, Permission.FILL_IN, Permission.DELETE):
        assert able == set()
    assert Role.OFFICER not in able or permission.value in (
        *("public", "sign_in", "sign_out", "enrol", "account", "use"),
    )


@pytest.mark.parametrize("permission", Permission)
def test_a_view_is_for_its_contributor_alone(permission: Permission) -> None:
    theirs = Subject(OWN, "somebody else")
    able = {role for role in Role if may(actor(role), permission, theirs)}
    if permission in (Permission.READ, Permission.FILL_IN, Permission.FINISH, Permission.DELETE):
        assert able == {Role.LOCAL}


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
