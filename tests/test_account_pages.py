"""What the pages of accounts show to whom, and what is kept of a page that was sent too late."""

from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from evaltool.domain.access import Role
from evaltool.domain.accounts import IDLE_LIMIT, Stage
from evaltool.domain.evaluation import View
from evaltool.identity.tokens import digest
from evaltool.web.accounts.browsers import browser_name
from tests.browsing import changed, form_of, parsed, text_of
from tests.factories import some_answers
from tests.hosting import OTHER, OWN, PASSWORD, HostedClient, Town, a_town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def administrator(town: Town) -> HostedClient:
    return town.signed_in(town.person(Role.ADMINISTRATOR, second_factor="sealed"))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/141.0 Safari/537.36 Edg/141.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/141.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Safari/604", "Safari, iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15) Firefox/145.0", "Firefox, macOS"),
        ("Safari/1", "Safari"),
        ("a browser " * 20, ("a browser " * 20)[:80]),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_its_name(said: str, name: str) -> None:
    assert browser_name(said) == name


def test_sessions_that_ended_are_not_shown_and_this_one_comes_first(town: Town) -> None:
    who = town.person(Role.OFFICER)
    town.held.store.sessions.start(
        digest("long ago"), who.id, Stage.FULL, browser="forgotten", at=town.clock.at
    )
    town.clock.at += IDLE_LIMIT
    client = town.signed_in(who)
    town.held.store.sessions.start(
        digest("elsewhere"), who.id, Stage.FULL, browser="elsewhere", at=town.clock.at
    )
    page = client.get("/account").text
    assert "forgotten" not in page
    assert page.index("Hier") < page.index("a browser") < page.index("Elders")


def test_an_administrator_sees_the_accounts_of_one_municipality(town: Town) -> None:
    client = administrator(town)
    for address, code in (("an@leuven.example", OWN), ("bo@gent.example", OTHER)):
        town.person(Role.OFFICER, code, address=address)
    town.person(Role.COACH, address="carla@steun.example")

    def shown(of: str) -> list[bool]:
        page = client.get("/admin/accounts", query_string={"of": of}).text
        return [name in page for name in ("an@leuven", "bo@gent", "carla@steun")]

    assert shown("") == [True, True, True]
    assert shown(OWN) == [True, False, False]
    assert shown("none") == [False, False, True]
    assert shown("<script>") == [False, False, False]


def test_the_own_account_is_not_managed_by_oneself(town: Town) -> None:
    who = town.person(Role.ADMINISTRATOR, second_factor="sealed")
    other = town.person(Role.ADMINISTRATOR, second_factor="sealed")
    client = town.signed_in(who)
    assert "/close" in client.get(f"/admin/accounts/{other.id}").text
    own = client.get(f"/admin/accounts/{who.id}").text
    assert "Dit is uw eigen account" in own
    assert f"/admin/accounts/{who.id}/" not in own


def test_who_reads_along_is_not_told_to_fill_in(town: Town) -> None:
    chair = town.signed_in(town.person(Role.CHAIR))
    officer = town.signed_in(town.person(Role.OFFICER))
    evaluation = town.evaluation(answers=some_answers(livcr_presence="no_plans"))
    address = f"/evaluations/{evaluation.id}"
    overview = chair.get(address).text
    assert "nog bezig met deze zelfevaluatie" in overview
    assert "Bekijk alle antwoorden" in overview
    assert "Nakijken en afronden" in officer.get(address).text
    check = chair.get(f"{address}/check").text
    assert "alle antwoorden tot nu toe" in check
    assert "Kijk uw antwoorden na" not in check
    town.held.evaluations.finish(evaluation.id, at=town.clock.at)
    assert "U kunt ze heropenen" in officer.get(address).text
    coach = town.person(Role.COACH, second_factor="sealed")
    town.held.store.consents.give(OWN, coach.id, by="x", at=town.clock.at)
    told = town.signed_in(coach).get(address).text
    assert "Deze zelfevaluatie is afgerond" in told
    assert "U kunt ze heropenen" not in told


def test_who_gives_a_view_is_told_what_becomes_of_it(town: Town) -> None:
    who = town.person(Role.CONTRIBUTOR)
    view = town.evaluation(view=View(town.evaluation().id, who.id, "mayor"))
    client = town.signed_in(who)
    start = client.get("/").text
    assert "Uw gemeente vraagt hoe u de LIVC-R ziet" in text_of(parsed(client.get("/")))
    assert "intakeblad" not in start
    check = client.get(f"/evaluations/{view.id}/check").text
    assert "klaar voor uw gemeente" in check
    assert "maken we uw verslag" not in check
    deletion = client.get(f"/evaluations/{view.id}/delete").text
    assert "Uw antwoorden verwijderen?" in deletion
    assert "Wat uw gemeente zelf invulde, blijft" in deletion
    assert "/export" not in deletion


# --- a page of questions that was sent when nobody was signed in any more


def too_late(town: Town, **more: str) -> tuple[HostedClient, str, TestResponse]:
    """Answers that somebody sends whose session ended since the page was opened."""
    who = town.person(Role.OFFICER)
    client = town.signed_in(who)
    path = f"/evaluations/{town.evaluation().id}/sections/situation/1"
    fields = form_of(client.get(path), path)
    town.held.store.sessions.end_all(who.id)
    note = {"note:specific_policy": 'Een "lange"\n<toelichting>'}
    sent = changed(fields, {"specific_policy": "yes", **note, **more})
    return client, path, client.post(path, data=sent)


def test_what_was_sent_too_late_is_kept_on_the_page(town: Town) -> None:
    client, path, answer = too_late(town)
    assert answer.status_code == 401
    assert "Meld u opnieuw aan" in answer.text
    held = form_of(answer, path)
    assert held["specific_policy"] == "yes"
    assert held["note:specific_policy"] == 'Een "lange"\n<toelichting>'
    assert "<toelichting>" not in answer.text
    client.send("/sign-in", address="nobody", password="nothing")
    assert town.held.evaluations.listing([OWN])[0].answers.values == {}


def test_what_was_sent_too_late_is_saved_by_one_click_after_signing_in(town: Town) -> None:
    client, path, answer = too_late(town, next="1")
    who = town.held.store.accounts.listing(role=Role.OFFICER)[0]
    held = form_of(answer, path)
    assert "csrf_token" not in held
    # Whoever clicks too early finds it there again.
    early = client.post(path, data=held)
    assert (early.status_code, form_of(early, path)) == (401, held)
    client.send("/sign-in", address=who.address, password=PASSWORD)
    saved = client.post(path, data=held)
    assert saved.status_code == 303
    (evaluation,) = town.held.evaluations.listing([OWN])
    assert evaluation.answers.values == {"specific_policy": "yes"}
    assert evaluation.answers.notes == {"specific_policy": 'Een "lange"\n<toelichting>'}
    # It counts once, and for answers alone.
    assert client.post(path, data=held).status_code == 400
    assert client.post("/sign-out", data={"sent_again": held["sent_again"]}).status_code == 400


def test_another_browser_cannot_send_what_was_sent_too_late(town: Town) -> None:
    _, path, answer = too_late(town)
    held = form_of(answer, path)
    victim = town.signed_in(town.person(Role.OFFICER))
    for token in (held["sent_again"], ""):
        assert victim.post(path, data={**held, "sent_again": token}).status_code == 400
    # Nor where that one has a token of its own.
    late, _, _ = too_late(town)
    late.send("/sign-in", address=town.person(Role.OFFICER).address, password=PASSWORD)
    assert late.post(path, data=held).status_code == 400
    assert all(not e.answers.values for e in town.held.evaluations.listing([OWN]))


def test_what_another_site_sends_is_not_shown_back(town: Town) -> None:
    for token in ("", "forged"):
        _, _, answer = too_late(town, csrf_token=token)
        assert answer.status_code == 401
        assert "toelichting" not in answer.text
        assert "specific_policy" not in answer.text


def test_the_script_of_a_page_is_told_in_its_own_terms(town: Town) -> None:
    answer = town.client().post(
        f"/evaluations/{town.evaluation().id}/sections/situation/1",
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["failed"].startswith("U bent niet meer aangemeld")
