"""What a page offers, whoever sees it may do: no link and no button leads to a refusal."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account
from evaltool.domain.evaluation import View
from tests.browsing import begun, parsed
from tests.factories import an_action, some_answers
from tests.hosting import OWN, Town, a_town

ANSWERS = some_answers(
    respondent_function="prevention",
    radicalisation_signals="none",
    polarisation_signals="no",
    specific_policy="no",
    livcr_presence="yes_municipal",
)


def crawl(app: Flask, client: FlaskClient, first: str = "/") -> tuple[set[str], list[str]]:
    """Follow every link from a page on, and try every button without the token of its form.

    Pages of one kind about one thing count once. What comes back is the kinds of pages that were
    seen and everything that was refused: a button that may be used is stopped by the lack of a
    token alone (400), which is looked at after who may do what.
    """
    adapter = app.url_map.bind("")
    waiting, known, refused, seen = [(first, "")], set[tuple[str, str]](), list[str](), set[str]()
    while waiting:
        path, origin = waiting.pop()
        endpoint, named = adapter.match(urlsplit(path).path, "GET")
        kind = (endpoint, str(named.get("id_", named.get("account_id", ""))))
        if kind in known:
            continue
        known.add(kind)
        answer = client.get(path)
        seen.add(endpoint)
        # Sending on is fine: where one has nothing to change, say.
        if answer.status_code >= 400:
            refused.append(f"{origin}: {path} ({answer.status_code})")
        if answer.mimetype == "text/html":
            waiting += [(link, path) for link in links_of(answer)]
            refused += [
                f"{path}: button to {action} ({status})"
                for action in buttons_of(answer, path)
                if (status := client.post(action).status_code) != 400
            ]
    return seen, refused


def links_of(page: TestResponse) -> Iterator[str]:
    """The paths of this tool to which a page leads, but for itself in the other language."""
    for link in parsed(page).iter("a"):
        address = urldefrag(link.get("href", "")).url
        if address.startswith("/") and "hreflang" not in link.attrib:
            yield address


def buttons_of(page: TestResponse, path: str) -> set[str]:
    """Where the forms of a page are sent."""
    return {
        form.get("action", path)
        for form in parsed(page).iter("form")
        if form.get("method") == "post"
    }


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A town with an evaluation that is open and one that is finished, each with all around it."""
    town = a_town(tmp_path)
    member = town.person(Role.CONTRIBUTOR, address="lid@gemeente.example", invited_by=OWN)
    for finished in (False, True):
        evaluation = town.evaluation(answers=ANSWERS)
        town.held.plans.add(evaluation.id, an_action(), at=town.clock.at)
        view = town.evaluation(answers=ANSWERS, view=View(evaluation.id, member.id, "mayor"))
        if finished:
            for one in (evaluation, view):
                town.held.evaluations.finish(one.id, at=town.clock.at)
    return town


def somebody(town: Town, role: Role) -> Account:
    """Who has a role, and all that can come with it."""
    if role is Role.CONTRIBUTOR:
        found = town.held.store.accounts.by_address("lid@gemeente.example")
        assert found is not None
        return found
    who = town.person(role, second_factor="sealed")
    if role is Role.COACH:
        officer = town.person(Role.OFFICER)
        town.held.store.consents.give(OWN, who.id, by=officer.id, at=town.clock.at)
    return who


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "among_them"),
    [
        (Role.OFFICER, {"results.show", "municipality.coaches", "assess.section"}),
        (Role.CHAIR, {"results.show", "documents.meeting", "municipal_log.show"}),
        (Role.COACH, {"results.show", "documents.intake", "finishing.check"}),
        (Role.CONTRIBUTOR, {"assess.section", "finishing.check", "finishing.delete"}),
        (Role.ADMINISTRATOR, {"administration.managed", "lists.show"}),
    ],
)
def test_no_page_leads_to_a_refusal(town: Town, role: Role, among_them: set[str]) -> None:
    client = town.signed_in(somebody(town, role))
    seen, refused = crawl(town.app, client)
    assert refused == []
    assert among_them <= seen


def test_who_is_not_signed_in_is_led_nowhere_else(town: Town) -> None:
    seen, refused = crawl(town.app, town.client(), "/sign-in")
    assert refused == []
    assert {"signing.reset", "statements.privacy", "glossary.show"} <= seen


@pytest.mark.slow
def test_no_page_leads_to_a_refusal_on_the_own_machine(app: Flask, client: FlaskClient) -> None:
    begun(client)
    seen, refused = crawl(app, client)
    assert refused == []
    assert {"assess.section", "finishing.delete", "start.new"} <= seen
