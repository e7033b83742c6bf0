"""What was typed in any form and could not be kept comes back, to be sent again."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from evaltool.domain.access import Permission, Role
from evaltool.store import DatabaseFull, DatabaseLocked
from evaltool.web.sending_again import SECRETS
from tests.browsing import begun, form_of, send
from tests.conftest import CheckedClient
from tests.faults.test_storage import full
from tests.hosting import OWN, PASSWORD, Town, a_town

ROOT = Path(__file__).resolve().parent.parent
TYPED = 'Een "lange" tekst\nop twee <regels>'
FORMS = frozenset(
    {
        "planning.add",
        "planning.change",
        "meetings.create",
        "meetings.details",
        "room.decide",
        "room.notes",
        "deciding.change",
        "consensus.common",
        "coaching_entries.add_note",
        "coaching_entries.entry",
        "changing.own_name",
        "municipality.invite",
    }
)
"""Forms in which people write, besides the pages of questions."""
APART = frozenset({"assess.section", "signing.sign_out"})
"""Answers come back on their own page; the button to sign out stands on every page."""
OPEN = frozenset({Permission.PUBLIC, Permission.SIGN_IN})
FROM_OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def forms(app: Flask, id_: str) -> Iterator[tuple[str, str]]:
    """Every form that asks for somebody who is signed in: its endpoint and an address of it."""
    named = {"id_": id_, "nis_code": OWN, "section_id": "situation", "kind": "clusters"}
    adapter = app.url_map.bind("evaluatie.example")
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        if vars(app.view_functions[rule.endpoint]).get("permission", Permission.PUBLIC) in OPEN:
            continue
        arguments = {name: named.get(name, 1) for name in rule.arguments}
        yield rule.endpoint, adapter.build(rule.endpoint, arguments, method="POST")


def comes_back(answer: TestResponse) -> bool:
    """Whether a page holds what was typed, and no password or code that was sent with it."""
    held = form_of(answer, answer.request.path)
    return held.get("text") == TYPED and not SECRETS & set(held) and PASSWORD not in answer.text


SENT = {"text": TYPED, **dict.fromkeys(SECRETS, PASSWORD)}


# Every form, in each of the three ways in which it can fail


def test_every_form_comes_back_to_who_is_signed_in_no_more(town: Town) -> None:
    client = town.client()
    tried = set()
    for endpoint, path in forms(town.app, town.evaluation().id):
        answer = client.send(path, **SENT)
        assert answer.status_code == 401, path
        assert comes_back(answer), path
        tried.add(endpoint)
    assert tried >= FORMS


def test_every_form_comes_back_where_the_store_fails(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> None:
        raise DatabaseLocked

    client = town.signed_in(town.person(Role.OFFICER))
    places = list(forms(town.app, town.evaluation().id))
    monkeypatch.setattr(town.held.store.sessions, "find", fail)
    for _, path in places:
        answer = client.send(path, **SENT)
        assert answer.status_code == 503, path
        assert comes_back(answer), path
        assert "houdt de databank bezet" in answer.text


def test_every_form_comes_back_to_a_browser_whose_token_is_good_no_more(town: Town) -> None:
    evaluation = town.evaluation()
    people = [town.person(role) for role in (Role.OFFICER, Role.COACH, Role.ADMINISTRATOR)]
    town.held.store.consents.give(OWN, people[1].id, by=people[0].id, at=town.clock.at)
    clients = [town.signed_in(who) for who in people]
    tried = set()
    for endpoint, path in forms(town.app, evaluation.id):
        answers = [client.post(path, data=SENT, headers=FROM_OURS) for client in clients]
        for answer in answers:
            # Those who may not do this are told so first.
            if answer.status_code == 400 and endpoint not in APART:
                assert comes_back(answer), path
                tried.add(endpoint)
    assert tried >= FORMS


# One form, and what becomes of it


def test_an_action_that_could_not_be_kept_is_kept_by_one_click_later(
    app: Flask, client: CheckedClient
) -> None:
    address = begun(client)
    send(client, client.get(f"{address}/check"), "/finish")
    plan = client.get(f"{address}/plan")
    long = "Een opmerking die niet meer past. " * 116
    make_room = full(app)
    try:
        refused = send(
            client, plan, "/plan/add", title="Een actie " * 9, owner="Iemand " * 9, remark=long
        )
    finally:
        make_room()
    assert refused.status_code == 503
    assert "geen plaats om te bewaren" in refused.text
    assert long.strip() in refused.text
    again = client.post(f"{address}/plan/add", data=form_of(refused, "/plan/add"))
    assert again.status_code == 303
    assert "Een actie" in client.get(f"{address}/plan").text


def test_what_was_sent_with_another_key_comes_back_after_signing_in(tmp_path: Path) -> None:
    first = a_town(tmp_path)
    who = first.person(Role.OFFICER)
    client = first.signed_in(who)
    token = client.token()
    cookie = client.get_cookie("__Host-evaltool", domain="evaluatie.example")
    assert cookie is not None
    path = f"/evaluations/{first.evaluation().id}/sections/situation/1"
    page = form_of(client.get(path), path)
    first.held.store.close()

    second = a_town(tmp_path, secret_key="quite another key, long enough as well")
    other = second.client()
    other.set_cookie("__Host-evaltool", cookie.value, domain="evaluatie.example", secure=True)
    sent = {**page, "csrf_token": token, "note:specific_policy": "Een toelichting."}
    refused = other.post(path, data=sent, headers=FROM_OURS)
    assert refused.status_code == 401
    other.send("/sign-in", address=who.address, password=PASSWORD)
    assert other.post(path, data=form_of(refused, path)).status_code == 303
    (kept,) = second.held.evaluations.listing([OWN])
    assert kept.answers.notes == {"specific_policy": "Een toelichting."}


def test_what_may_be_sent_again_may_be_sent_to_one_address(town: Town) -> None:
    who = town.person(Role.OFFICER)
    client = town.client()
    held = form_of(client.send("/account/name", text=TYPED), "/account/name")
    client.send("/sign-in", address=who.address, password=PASSWORD)
    del held["text"]
    assert client.post("/municipality/colleagues", data=held).status_code == 400
    assert client.post("/account/name", data=held).status_code != 400


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        # A browser that says both is believed about where it comes from.
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evaluatie.example"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_what_another_site_sends_is_not_offered_to_send_again(
    town: Town, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/municipality/coaches/let-in"
    signed_in = town.signed_in(town.person(Role.OFFICER))
    for client, status in ((town.client(), 401), (signed_in, 400)):
        answer = client.post(path, data={"text": TYPED}, headers=headers)
        assert answer.status_code == status
        assert "regels" not in answer.text

    def fail(_: str) -> None:
        raise DatabaseFull

    monkeypatch.setattr(town.held.store.sessions, "find", fail)
    answer = signed_in.post(path, data={"text": TYPED}, headers=headers)
    assert answer.status_code == 503
    assert "regels" not in answer.text


@pytest.mark.parametrize("headers", [FROM_OURS, {"Origin": "https://evaluatie.example"}])
def test_a_browser_says_that_a_page_of_ours_sent_it(town: Town, headers: dict[str, str]) -> None:
    answer = town.client().post("/account/name", data={"text": TYPED}, headers=headers)
    assert answer.status_code == 401
    assert comes_back(answer)


def test_files_and_forms_without_anything_in_them_do_not_come_back(town: Town) -> None:
    client = town.client()
    file = {"file": (io.BytesIO(b"{}"), "answers.json"), "csrf_token": client.token(), "a": "b"}
    for answer in (client.post("/evaluations/import", data=file), client.send("/sign-out")):
        assert answer.status_code == 401
        assert 'name="sent_again"' not in answer.text


def test_an_error_of_our_own_loses_nothing_either(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake")

    client = town.signed_in(town.person(Role.OFFICER))
    monkeypatch.setattr(town.held.store.accounts, "change", broken)
    answer = client.send("/account/name", name="Een andere naam", text=TYPED)
    assert answer.status_code == 500
    assert comes_back(answer)


def test_a_tool_for_one_person_offers_it_without_signing_in(
    app: Flask, client: CheckedClient
) -> None:
    path = f"{begun(client)}/plan/add"
    for headers, offered in ((FROM_OURS, True), ({}, False)):
        answer = client.post(path, data={"text": TYPED}, headers=headers)
        assert answer.status_code == 400
        assert ("regels" in answer.text) is offered
        assert "sign-in" not in answer.text


def test_every_field_for_a_password_or_code_is_known() -> None:
    hidden = re.compile(r"""fields\.field\(["'](\w+)["'][^}]*(?:"password"|one-time-code)""")
    plain = re.compile(r"""<input[^>]*type="password"[^>]*>|<input[^>]*one-time-code[^>]*>""")
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")]
    found = {name for page in pages for name in hidden.findall(page)}
    # The code of a link is shown as it is typed: nobody else is asked for it, and it is long.
    assert found | {"link_code"} == SECRETS
    assert not any(plain.search(page) for page in pages)
