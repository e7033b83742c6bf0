"""The list of evaluations at the start: some at a time, however many there are."""

import re
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evaltool.domain.access import Role
from evaltool.domain.answers import EMPTY
from evaltool.web.context import Services
from tests.browsing import parsed, text_of
from tests.factories import a_moment
from tests.hosting import OTHER, OWN, a_town


def keep(held: Services, number: int, nis_code: str = OWN) -> list[str]:
    """So many evaluations, one a minute; their ids, the one changed last first."""
    made = [
        held.evaluations.create(
            nis_code=nis_code,
            cluster=5,
            cluster_proposed=False,
            day=date(2026, 1, 1),
            edition=held.catalogue.questionnaire.edition,
            survey=held.catalogue.benchmark.survey.edition,
            sections={"profile": EMPTY},
            at=a_moment(minute),
        ).id
        for minute in range(number)
    ]
    return made[::-1]


def listed(client: FlaskClient, address: str = "/") -> tuple[list[str], list[str]]:
    """The ids of the evaluations on a page of the list, and the addresses of the other pages."""
    page = parsed(client.get(address))
    links = [a.get("href", "") for a in page.iterfind(".//section[@id='evaluations']//a")]
    ids = [found[1] for link in links if (found := re.fullmatch(r"/evaluations/([^/]+)", link))]
    return ids, [link for link in links if "page=" in link]


def test_the_list_goes_on_over_pages_and_shows_each_evaluation_once(
    client: FlaskClient, app: Flask
) -> None:
    made = keep(app.extensions["evaltool"], 45)
    first, (to_second,) = listed(client)
    second, (back, to_third) = listed(client, to_second)
    third, (again,) = listed(client, to_third)
    assert (first, second, third) == (made[:20], made[20:40], made[40:])
    assert (listed(client, back)[0], listed(client, again)[0]) == (first, second)


def test_a_list_that_fits_has_no_pages(client: FlaskClient, app: Flask) -> None:
    made = keep(app.extensions["evaltool"], 20)
    assert listed(client) == (made, [])


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "", "1e3", "9" * 400])
def test_a_page_that_is_none_is_the_first(client: FlaskClient, app: Flask, wrong: str) -> None:
    made = keep(app.extensions["evaltool"], 25)
    assert listed(client, f"/?page={wrong}")[0] == made[:20]


def test_a_page_after_the_last_leads_to_the_first(client: FlaskClient, app: Flask) -> None:
    keep(app.extensions["evaltool"], 25)
    answer = client.get("/?page=9")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_pages_hold_only_what_is_ones_own(tmp_path: Path) -> None:
    town = a_town(tmp_path)
    own, other = keep(town.held, 25), keep(town.held, 25, OTHER)
    officer = town.signed_in(town.person(Role.OFFICER))
    first, (following,) = listed(officer)
    second, _ = listed(officer, following)
    assert first + second == own
    assert not {*first, *second} & set(other)
    assert "Later gewijzigd" in text_of(parsed(officer.get(following)))


@pytest.mark.parametrize(
    ("role", "way", "said"),
    [
        (Role.OFFICER, "/evaluations/new", "Hoe werkt uw LIVC-R?"),
        (Role.COACH, "/coaching", "Uw gemeenten"),
        (Role.ADMINISTRATOR, "/admin/accounts", "Beheer van de zelfevaluatie"),
    ],
)
def test_the_start_speaks_to_who_is_there(tmp_path: Path, role: Role, way: str, said: str) -> None:
    town = a_town(tmp_path)
    own = OWN if role is Role.OFFICER else None
    page = parsed(town.signed_in(town.person(role, nis_code=own)).get("/"))
    main = page.find(".//main")
    assert main is not None
    assert text_of(main.find("h1")) == said
    assert way in [a.get("href") for a in main.iter("a")]


def test_the_overview_shows_what_is_done_together(tmp_path: Path) -> None:
    town = a_town(tmp_path)
    evaluation = town.evaluation()
    town.held.evaluations.finish(evaluation.id, at=town.clock.at)
    for role, ways in (
        (Role.OFFICER, {"contributors", "views", "meetings", "zone"}),
        (Role.CHAIR, {"views", "meetings"}),
    ):
        page = parsed(town.signed_in(town.person(role)).get(f"/evaluations/{evaluation.id}"))
        links = page.iterfind(".//section[@id='together']//a")
        assert {link.get("href", "").rpartition("/")[2] for link in links} == ways
