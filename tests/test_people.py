"""What people manage of each other: accounts, colleagues, coaches, views, lists, the log."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, AccountNotFound, AccountState, LinkPurpose
from evaltool.domain.audit import verify
from evaltool.domain.evaluation import NotFound, Status, View
from evaltool.domain.lists import ListKind
from evaltool.identity.tokens import digest, token_of
from tests.browsing import send
from tests.factories import some_answers
from tests.hosting import OTHER, OWN, PASSWORD, HostedClient, Town, a_town, link_on

NEW = "nog een zin die niemand raadt 3"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def administrator(town: Town) -> Account:
    return town.person(Role.ADMINISTRATOR, second_factor="sealed")


def coach(town: Town) -> Account:
    return town.person(Role.COACH, second_factor="sealed")


def accepted(town: Town, link: str) -> HostedClient:
    """Somebody who follows a link and chooses a password."""
    client = town.client()
    assert client.choose_by_link(link, NEW).status_code == 303
    return client


def log(town: Town) -> list[tuple[str, str]]:
    return [(e.event.role, e.event.action) for e in town.held.store.audit.entries()]


def test_an_administrator_invites_an_officer_who_gets_in(town: Town) -> None:
    client = town.signed_in(administrator(town))
    page = client.send(
        "/admin/accounts",
        name="An Peeters",
        address=" An@Leuven.example ",
        role="officer",
        nis_code=OWN,
    ).get_data(as_text=True)
    officer = accepted(town, link_on(page))
    start = officer.get("/").get_data(as_text=True)
    assert "Onze gemeente" in start
    assert "Leuven" in officer.get("/evaluations/new").get_data(as_text=True)
    listed = client.get("/admin/accounts").get_data(as_text=True)
    assert "an@leuven.example" in listed
    assert link_on(page) not in listed


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"address": "geen adres"}, "geldig e-mailadres"),
        ({"name": ""}, "Geef een naam"),
        ({"name": "x" * 121}, "hoogstens 120"),
        ({"name": "An\nBcc: iedereen"}, "Geef een naam"),
        ({"role": "local"}, "Kies een rol"),
        ({"role": "contributor"}, "Kies een rol"),
        ({"nis_code": ""}, "Kies een gemeente"),
        ({"nis_code": "99999"}, "Kies een gemeente"),
    ],
)
def test_what_cannot_be_an_account_is_refused(
    town: Town, fields: dict[str, str], told: str
) -> None:
    client = town.signed_in(administrator(town))
    sent = {"name": "An", "address": "an@leuven.example", "role": "officer", "nis_code": OWN}
    answer = client.send("/admin/accounts", **{**sent, **fields})
    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)
    assert len(town.held.store.accounts.listing()) == 1


def test_an_address_has_one_account(town: Town) -> None:
    client, known = town.signed_in(administrator(town)), town.person(Role.OFFICER)
    answer = client.send(
        "/admin/accounts", name="An", address=known.address.upper(), role="coach", nis_code=""
    )
    assert answer.status_code == 422
    assert town.held.store.accounts.get(known.id).role is Role.OFFICER


def test_closing_an_account_ends_its_sessions_and_can_be_undone(town: Town) -> None:
    client, who = town.signed_in(administrator(town)), town.person(Role.OFFICER)
    theirs = town.signed_in(who)
    path, page = f"/admin/accounts/{who.id}/close", f"/admin/accounts/{who.id}"
    before = client.get(page)
    send(client, before, path)
    assert theirs.get("/account").status_code == 303
    # A second click on the same page closes it once.
    send(client, before, path)
    assert town.held.store.accounts.get(who.id).state is AccountState.CLOSED
    send(client, client.get(page), path)
    assert [action for _, action in log(town)] == ["account_closed", "account_reopened"]
    assert town.client().send("/sign-in", address=who.address, password=PASSWORD).status_code == 303


def test_an_administrator_cannot_close_the_own_account_nor_delete_the_last(town: Town) -> None:
    who = administrator(town)
    client = town.signed_in(who)
    client.send(f"/admin/accounts/{who.id}/close")
    assert town.held.store.accounts.get(who.id).state is AccountState.ACTIVE
    refused = client.send("/account/delete", password=PASSWORD)
    assert refused.status_code == 422
    assert "enige beheerder" in refused.get_data(as_text=True)


def test_a_lost_second_factor_is_taken_away_with_a_new_link(town: Town) -> None:
    client, who = town.signed_in(administrator(town)), coach(town)
    page = client.send(f"/admin/accounts/{who.id}/link", second_factor="remove")
    assert town.held.store.accounts.get(who.id).second_factor is None
    newcomer = town.client()
    led = newcomer.choose_by_link(link_on(page.get_data(as_text=True)), NEW)
    assert led.headers["Location"] == "/account/second-factor"


def test_an_administrator_sees_no_answers(town: Town) -> None:
    evaluation = town.evaluation()
    client = town.signed_in(administrator(town))
    assert client.get(f"/evaluations/{evaluation.id}").status_code == 404
    assert client.get(f"/evaluations/{evaluation.id}/results").status_code == 403
    assert evaluation.id not in client.get("/").get_data(as_text=True)


def test_an_officer_invites_a_colleague_of_the_own_municipality_only(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    page = client.send(
        "/municipality/colleagues",
        name="Bo",
        address="bo@leuven.example",
        role="chair",
        nis_code=OTHER,
    )
    made = town.held.store.accounts.by_address("bo@leuven.example")
    assert made is not None
    assert (made.role, made.nis_code) == (Role.CHAIR, OWN)
    chair = accepted(town, link_on(page.get_data(as_text=True)))
    evaluation = town.evaluation()
    assert chair.get(f"/evaluations/{evaluation.id}").status_code == 200
    assert chair.get(f"/evaluations/{evaluation.id}/sections/structure/1").status_code == 403
    for role in ("coach", "administrator", "contributor"):
        answer = client.send(
            "/municipality/colleagues", name="C", address="c@leuven.example", role=role
        )
        assert answer.status_code == 422


def test_a_colleague_is_removed_with_the_own_views(town: Town) -> None:
    client, who = town.signed_in(town.person(Role.OFFICER)), town.person(Role.CHAIR)
    evaluation = town.evaluation()
    view = town.evaluation(view=View(evaluation.id, who.id, "mayor"))
    client.send(f"/municipality/colleagues/{who.id}/delete")
    with pytest.raises(AccountNotFound):
        town.held.store.accounts.get(who.id)
    with pytest.raises(NotFound):
        town.held.evaluations.get(view.id)
    assert town.held.evaluations.get(evaluation.id)


def test_a_coach_reads_as_long_as_the_municipality_wants(town: Town) -> None:
    officer, who = town.signed_in(town.person(Role.OFFICER)), coach(town)
    client = town.signed_in(who)
    evaluation = town.evaluation()
    address = f"/evaluations/{evaluation.id}"
    assert client.get(address).status_code == 404
    officer.send("/municipality/coaches/let-in", coach=who.id)
    page = officer.get("/municipality/coaches").get_data(as_text=True)
    assert "Leest mee sinds 26 november 2026" in page
    assert client.get(address).status_code == 200
    assert "Leuven" in client.get("/").get_data(as_text=True)
    assert client.get(f"{address}/sections/structure/1").status_code == 403
    read = officer.get("/municipality/log").get_data(as_text=True)
    assert "las antwoorden" in read
    assert who.name in read
    officer.send("/municipality/coaches/withdraw", coach=who.id)
    assert client.get(address).status_code == 404
    assert "Leuven" not in client.get("/").get_data(as_text=True)
    # That it was on her start page is told once a day.
    actions = [action for _, action in log(town)]
    assert actions == ["consent_given", "read", "coaching_overview", "consent_withdrawn"]


def test_only_a_coach_can_be_let_in(town: Town) -> None:
    officer, other = town.signed_in(town.person(Role.OFFICER)), town.person(Role.OFFICER, OTHER)
    for id_ in (other.id, "no-such-account", ""):
        assert officer.send("/municipality/coaches/let-in", coach=id_).status_code == 422
    for state in (AccountState.CLOSED, AccountState.INVITED):
        away = town.person(Role.COACH, second_factor="sealed", state=state)
        assert officer.send("/municipality/coaches/let-in", coach=away.id).status_code == 422
    assert town.held.store.consents.of_municipality(OWN) == ()


def test_a_coach_whose_account_was_closed_can_be_let_go(town: Town) -> None:
    officer, who = town.signed_in(town.person(Role.OFFICER)), coach(town)
    officer.send("/municipality/coaches/let-in", coach=who.id)
    town.held.store.accounts.change(who.id, state=AccountState.CLOSED)
    assert officer.send("/municipality/coaches/withdraw", coach=who.id).status_code == 303
    assert town.held.store.consents.of_municipality(OWN) == ()


def test_a_contributor_sees_the_own_view_and_nothing_else(town: Town) -> None:
    officer = town.signed_in(town.person(Role.OFFICER))
    evaluation = town.evaluation(answers=some_answers(notes={"livcr_presence": "onze notitie"}))
    page = officer.send(
        f"/evaluations/{evaluation.id}/contributors",
        name="Cas",
        address="cas@school.example",
        discipline="schools",
        section="structure",
    )
    client = accepted(town, link_on(page.get_data(as_text=True)))
    (view,) = town.held.evaluations.views_of(evaluation.id)
    start = client.get("/").get_data(as_text=True)
    assert "uw eigen kijk" in start
    assert evaluation.id not in start
    own = client.get(f"/evaluations/{view.id}").get_data(as_text=True)
    assert "anoniem is dit niet" in own
    assert "onze notitie" not in client.get(f"/evaluations/{view.id}/check").get_data(as_text=True)
    assert client.get(f"/evaluations/{evaluation.id}").status_code == 404
    assert client.get(f"/evaluations/{view.id}/details").status_code == 403
    assert client.send(f"/evaluations/{view.id}/finish").headers["Location"] == "/"
    assert town.held.evaluations.get(view.id).status is Status.FINISHED
    assert town.held.evaluations.get(evaluation.id).status is Status.OPEN
    # The officer sees that it is done, and not the view as an evaluation of its own.
    told = officer.get(f"/evaluations/{evaluation.id}/contributors").get_data(as_text=True)
    assert "is klaar" in told
    assert view.id not in officer.get("/").get_data(as_text=True)
    assert officer.get(f"/evaluations/{view.id}").status_code == 404


def test_the_same_person_is_asked_once(town: Town) -> None:
    officer, evaluation = town.signed_in(town.person(Role.OFFICER)), town.evaluation()
    for _ in range(2):
        officer.send(
            f"/evaluations/{evaluation.id}/contributors",
            name="Cas",
            address="cas@school.example",
            discipline="schools",
            section="structure",
        )
    assert len(town.held.evaluations.views_of(evaluation.id)) == 1


@pytest.mark.parametrize("state", [AccountState.ACTIVE, AccountState.INVITED])
def test_asking_somebody_who_has_an_account_gives_no_power_over_it(
    town: Town, state: AccountState
) -> None:
    officer, evaluation = town.signed_in(town.person(Role.OFFICER)), town.evaluation()
    known = town.person(Role.ADMINISTRATOR, state=state)
    page = officer.send(
        f"/evaluations/{evaluation.id}/contributors",
        name="Cas",
        address=known.address,
        discipline="schools",
        section="structure",
    ).get_data(as_text=True)
    link = link_on(page)
    client = town.client()
    assert client.choose_by_link(link, NEW).headers["Location"] == "/sign-in"
    answer = client.send("/link/password", password=NEW, again=NEW)
    assert answer.headers["Location"] == "/sign-in"
    assert town.held.store.accounts.get(known.id).password == known.password


def test_another_municipality_gets_no_link_into_the_account_of_a_contributor(town: Town) -> None:
    first = town.signed_in(town.person(Role.OFFICER))
    second = town.signed_in(town.person(Role.OFFICER, OTHER))
    sent = {
        "name": "Cas",
        "address": "cas@school.example",
        "discipline": "schools",
        "section": "structure",
    }
    ours, theirs = town.evaluation(), town.evaluation(OTHER)
    page = first.send(f"/evaluations/{ours.id}/contributors", **sent).get_data(as_text=True)
    other = second.send(f"/evaluations/{theirs.id}/contributors", **sent).get_data(as_text=True)
    assert town.client().follow_link(link_on(other)).headers["Location"] == "/sign-in"
    client = accepted(town, link_on(page))
    assert client.get("/").get_data(as_text=True).count("uw eigen kijk") == 2


def test_a_view_is_taken_away(town: Town) -> None:
    officer, evaluation = town.signed_in(town.person(Role.OFFICER)), town.evaluation()
    who = town.person(Role.CONTRIBUTOR)
    view = town.evaluation(view=View(evaluation.id, who.id, "mayor"))
    elsewhere = town.evaluation(OTHER)
    theirs = town.evaluation(OTHER, view=View(elsewhere.id, who.id, "mayor"))
    officer.send(f"/evaluations/{evaluation.id}/contributors/remove", view=theirs.id)
    assert town.held.evaluations.get(theirs.id)
    officer.send(f"/evaluations/{evaluation.id}/contributors/remove", view=view.id)
    assert town.held.evaluations.views_of(evaluation.id) == ()
    # She has another view, so she keeps her account; with the last of them it goes.
    assert town.held.store.accounts.get(who.id)
    there = town.signed_in(town.person(Role.OFFICER, OTHER))
    there.send(f"/evaluations/{elsewhere.id}/contributors/remove", view=theirs.id)
    with pytest.raises(AccountNotFound):
        town.held.store.accounts.get(who.id)
    assert log(town) == [
        ("officer", "contributor_removed"),
        ("officer", "contributor_removed"),
        ("officer", "account_deleted"),
    ]


def test_with_an_evaluation_go_the_accounts_that_were_made_for_it_alone(town: Town) -> None:
    client, evaluation = town.signed_in(town.person(Role.OFFICER)), town.evaluation()
    member = town.person(Role.CONTRIBUTOR, invited_by=OWN)
    chair, stays = town.person(Role.CHAIR), town.person(Role.CONTRIBUTOR, invited_by=OTHER)
    elsewhere = town.evaluation(OTHER)
    town.evaluation(OTHER, view=View(elsewhere.id, stays.id, "mayor"))
    for who in (member, chair, stays):
        town.evaluation(view=View(evaluation.id, who.id, "mayor"))
    assert client.send(f"/evaluations/{evaluation.id}/delete").status_code == 303
    left = {account.id for account in town.held.store.accounts.listing()}
    assert member.id not in left
    assert {chair.id, stays.id} <= left
    told = [(e.event.action, e.event.nis_code) for e in town.held.store.audit.entries()]
    assert told == [("account_deleted", OWN), ("delete", OWN)]


def test_who_takes_the_own_answers_away_is_still_signed_in(town: Town) -> None:
    who, evaluation = town.person(Role.CONTRIBUTOR), town.evaluation()
    view = town.evaluation(view=View(evaluation.id, who.id, "mayor"))
    client = town.signed_in(who)
    assert client.send(f"/evaluations/{view.id}/delete").status_code == 303
    assert client.get("/").status_code == 200
    assert town.held.store.accounts.get(who.id)


def ask(client: HostedClient, evaluation: str, address: str) -> TestResponse:
    """What an officer gets who asks an address for a view."""
    return client.send(
        f"/evaluations/{evaluation}/contributors",
        name="Cas",
        address=address,
        discipline="schools",
        section="structure",
    )


def test_who_was_asked_gets_a_new_link_until_she_chose_a_password(town: Town) -> None:
    client, evaluation = town.signed_in(town.person(Role.OFFICER)), town.evaluation()
    first = link_on(ask(client, evaluation.id, "cas@school.example").text)
    (view,) = town.held.evaluations.views_of(evaluation.id)
    page = client.get(f"/evaluations/{evaluation.id}/contributors")
    assert "Nieuwe link" in page.text
    second = link_on(send(client, page, "/contributors/link").text)
    assert town.client().follow_link(first).status_code == 404
    accepted(town, second)
    again = client.get(f"/evaluations/{evaluation.id}/contributors").text
    assert "Nieuwe link" not in again
    assert "beheer@organisatie.example" in again
    path = f"/evaluations/{evaluation.id}/contributors/link"
    assert client.send(path, view=view.id).status_code == 404
    assert client.send(path, view="no-such-view").status_code == 303
    assert [action for _, action in log(town)].count("link_made") == 1


def test_a_municipality_gives_no_link_for_an_account_that_another_made(town: Town) -> None:
    first = town.signed_in(town.person(Role.OFFICER, OTHER))
    ask(first, town.evaluation(OTHER).id, "cas@school.example")
    client, evaluation = town.signed_in(town.person(Role.OFFICER)), town.evaluation()
    ask(client, evaluation.id, "cas@school.example")
    (view,) = town.held.evaluations.views_of(evaluation.id)
    assert "Nieuwe link" not in client.get(f"/evaluations/{evaluation.id}/contributors").text
    path = f"/evaluations/{evaluation.id}/contributors/link"
    assert client.send(path, view=view.id).status_code == 404
    # Nor for a view on an evaluation that is not this one.
    (theirs,) = town.held.evaluations.views_of(
        next(e.id for e in town.held.evaluations.listing([OTHER]))
    )
    assert client.send(path, view=theirs.id).status_code == 303
    assert "link_made" not in [action for _, action in log(town)]


def test_who_fills_in_or_reads_along_is_not_asked_as_a_member(town: Town) -> None:
    who = town.person(Role.OFFICER)
    client, evaluation = town.signed_in(who), town.evaluation()
    colleague, helper = town.person(Role.OFFICER), coach(town)
    for address, told in (
        (who.address, "vult de zelfevaluatie zelf in"),
        (colleague.address, "vult de zelfevaluatie zelf in"),
        (helper.address, "leest mee en geeft zelf geen kijk"),
    ):
        answer = ask(client, evaluation.id, address)
        assert answer.status_code == 422
        assert told in answer.text
    # The mayor is one, and somebody can be around the table of two municipalities.
    for other in (town.person(Role.CHAIR), town.person(Role.OFFICER, OTHER)):
        assert ask(client, evaluation.id, other.address).status_code == 200
    assert len(town.held.evaluations.views_of(evaluation.id)) == 2


def test_an_officer_begins_only_for_the_own_municipality(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    assert client.send("/evaluations/new", nis_code=OTHER, cluster="5").status_code == 403
    assert client.send("/evaluations/new", nis_code=OWN, cluster="5").status_code == 303
    assert town.held.evaluations.listing([OTHER]) == ()
    document = {"municipality": OTHER, "cluster": 5, "date": "2026-11-26", "answers": {}}
    file = (io.BytesIO(json.dumps(document).encode()), "antwoorden.json")
    answer = client.post("/evaluations/import", data={"file": file, "csrf_token": client.token()})
    assert answer.status_code == 422
    assert "Gent" in answer.get_data(as_text=True)
    assert town.held.evaluations.listing([OTHER]) == ()


def test_everything_of_a_municipality_is_taken_along(town: Town) -> None:
    who = town.person(Role.OFFICER)
    client = town.signed_in(who)
    evaluation = town.evaluation(answers=some_answers(notes={"livcr_presence": "onze notitie"}))
    town.held.evaluations.finish(evaluation.id, at=town.clock.at)
    town.evaluation(view=View(evaluation.id, town.person(Role.CONTRIBUTOR).id, "mayor"))
    town.evaluation(OTHER, answers=some_answers(notes={"livcr_presence": "hun notitie"}))
    taken = client.send("/municipality/data.zip", password=PASSWORD)
    archive = zipfile.ZipFile(io.BytesIO(taken.data))
    texts = {n: archive.read(n).decode() for n in archive.namelist() if not n.endswith(".pdf")}
    # Without the view of one member, who is still writing it.
    assert len(texts) == 8
    assert sum("onze notitie" in text for text in texts.values()) == 2
    assert not any("hun notitie" in text for text in texts.values())
    assert who.address in texts["accounts.json"]
    # What was answered can be read in again.
    name = next(
        n for n in texts if n.startswith("livc-r") and "report" not in n and "view" not in n
    )
    file = (io.BytesIO(texts[name].encode()), name)
    again = client.post("/evaluations/import", data={"file": file, "csrf_token": client.token()})
    assert again.status_code == 303


def test_everything_of_a_municipality_is_deleted_and_leaves_no_trace_in_the_file(
    town: Town,
) -> None:
    who = town.person(Role.OFFICER, address="heel.bijzonder@leuven.example")
    client = town.signed_in(who)
    marker = "een heel bijzondere notitie"
    town.evaluation(answers=some_answers(notes={"livcr_presence": marker}))
    theirs = town.evaluation(OTHER)
    helper = coach(town)
    client.send("/municipality/coaches/let-in", coach=helper.id)
    assert marker.encode() in town.bytes_kept()
    for sent in (
        {"name": "leuven?", "password": PASSWORD},
        {"name": "Leuven"},
        {"name": "Leuven", "password": "een ander wachtwoord"},
    ):
        assert client.send("/municipality/delete", **sent).status_code == 422
    assert town.held.evaluations.listing([OWN])
    gone = client.send("/municipality/delete", name="Leuven", password=PASSWORD)
    assert gone.status_code == 303
    kept = town.bytes_kept()
    assert marker.encode() not in kept
    assert who.address.encode() not in kept
    assert town.held.store.accounts.listing(nis_code=OWN) == ()
    assert town.held.store.consents.to_coach(helper.id) == ()
    assert town.held.evaluations.get(theirs.id)


def test_a_person_takes_the_own_data_along_and_is_deleted(town: Town) -> None:
    who = town.person(Role.OFFICER, address="heel.bijzonder@leuven.example")
    client, evaluation = town.signed_in(who), town.evaluation(OTHER)
    town.evaluation(OTHER, view=View(evaluation.id, who.id, "mayor"))
    held = json.loads(client.get("/account/data.json").data)
    assert held["account"]["address"] == who.address
    assert [view["municipality"] for view in held["views"]] == ["Gent"]
    assert who.password is not None
    assert who.password not in json.dumps(held)
    assert client.send("/account/delete", password="een ander wachtwoord").status_code == 422
    assert client.send("/account/delete", password=PASSWORD).status_code == 303
    with pytest.raises(AccountNotFound):
        town.held.store.accounts.get(who.id)
    assert town.held.evaluations.views_of(evaluation.id) == ()
    assert who.address.encode() not in town.bytes_kept()
    # The log stays whole, and tells no name any more.
    assert verify(town.held.store.audit.entries()).broken_at is None
    officer = town.signed_in(town.person(Role.OFFICER))
    assert "verwijderd account" in officer.get("/municipality/log").get_data(as_text=True)


def test_the_log_says_who_did_what_to_which_evaluation(town: Town) -> None:
    who = town.person(Role.OFFICER)
    client = town.signed_in(who)
    address = client.send("/evaluations/new", nis_code=OWN, cluster="5").headers["Location"]
    id_ = address.rpartition("/")[2]
    section = client.get(f"{address}/sections/structure/1")
    send(client, section, "/structure/1", livcr_presence="yes_municipal")
    client.send(f"{address}/finish")
    client.get(f"{address}/report.pdf")
    client.get(f"{address}/actions.ics")
    client.send(f"{address}/plan/add", title="Bel de buren", owner="", due="", remark="")
    client.send(f"{address}/delete")
    client.send(f"{address}/delete")
    entries = list(town.held.store.audit.entries())
    assert [e.event.action for e in entries] == [
        *("create", "fill_in", "finish", "document", "document", "plan", "delete"),
    ]
    assert {(e.event.actor, e.event.evaluation, e.event.nis_code) for e in entries} == {
        (who.id, id_, OWN)
    }
    assert entries[1].event.detail == "structure"
    assert verify(entries).broken_at is None


def test_what_was_refused_is_not_in_the_log(town: Town) -> None:
    client, evaluation = town.signed_in(town.person(Role.OFFICER)), town.evaluation()
    address = f"/evaluations/{evaluation.id}"
    client.send(f"{address}/plan/add", title="", owner="", due="", remark="")
    client.send(f"{address}/details", cluster="9", day="morgen", base="")
    assert log(town) == []


def test_the_log_has_pages(town: Town) -> None:
    client, evaluation = town.signed_in(town.person(Role.OFFICER)), town.evaluation()
    for _ in range(105):
        client.send(f"/evaluations/{evaluation.id}/reopen")
    page = client.get("/municipality/log").get_data(as_text=True)
    assert page.count("heropende") == 100
    older = re.search(r'href="(/municipality/log\?before=\d+)"', page)
    assert older is not None
    assert client.get(older[1]).get_data(as_text=True).count("heropende") == 5


def loaded(client: HostedClient, kind: str, content: str) -> str:
    """The page that comes of sending a list."""
    file = (io.BytesIO(content.encode()), "lijst.csv")
    return client.post(
        f"/admin/lists/{kind}/look", data={"file": file, "csrf_token": client.token()}
    ).get_data(as_text=True)


@pytest.mark.parametrize("kind", ["clusters", "organisations"])
def test_a_list_of_another_name_is_refused(town: Town, kind: str) -> None:
    client = town.signed_in(administrator(town))
    for name in ("lijst", "lijst.xlsx", "lijst.csv.json"):
        file = (io.BytesIO(b"nis_code,cluster\n24062,4\n"), name)
        data = {"file": file, "csrf_token": client.token()}
        answer = client.post(f"/admin/lists/{kind}/look", data=data)
        assert answer.status_code == 422
        assert "eindigt niet op .csv" in answer.text


def test_a_list_of_clusters_counts_once_it_was_seen_and_can_be_undone(town: Town) -> None:
    client, officer = town.signed_in(administrator(town)), town.signed_in(town.person(Role.OFFICER))
    content = f"nis_code,cluster\n{OWN},4\n"
    preview = loaded(client, "clusters", content)
    assert "Leuven" in preview
    proposed = 'value="4" checked'
    assert proposed not in officer.get("/evaluations/new").get_data(as_text=True)
    client.send("/admin/lists/clusters/load", content=content, base="0")
    card = officer.get("/evaluations/new").get_data(as_text=True)
    assert proposed in card
    assert "lijst die de beheerder" in card
    # Another list, and back to the first, and back to none.
    client.send("/admin/lists/clusters/load", content=f"nis_code,cluster\n{OWN},3\n", base="1")
    assert 'value="3" checked' in officer.get("/evaluations/new").get_data(as_text=True)
    back = client.send("/admin/lists/clusters/look", number="1").get_data(as_text=True)
    assert 'name="base" value="2"' in back
    client.send("/admin/lists/clusters/load", content=content, base="2")
    assert proposed in officer.get("/evaluations/new").get_data(as_text=True)
    client.send("/admin/lists/clusters/load", content="nis_code,cluster\n", base="3")
    assert proposed not in officer.get("/evaluations/new").get_data(as_text=True)
    assert [action for _, action in log(town)] == ["list_loaded"] * 4


def test_a_list_that_was_compared_with_another_does_not_count(town: Town) -> None:
    client = town.signed_in(administrator(town))
    client.send("/admin/lists/clusters/load", content=f"nis_code,cluster\n{OWN},4\n", base="0")
    answer = client.send(
        "/admin/lists/clusters/load", content=f"nis_code,cluster\n{OTHER},4\n", base="0"
    )
    assert answer.status_code == 200
    assert len(town.held.store.lists.history(ListKind.CLUSTERS)) == 1


def test_everything_that_is_wrong_with_a_list_is_told_at_once(town: Town) -> None:
    client = town.signed_in(administrator(town))
    page = loaded(
        client,
        "clusters",
        f"nis_code,cluster\n{OWN},7\n99999,1\n{OTHER}\n{OTHER},1\n{OTHER},2\n23023,1\n",
    )
    for told in ("geen cluster", "geen NIS-code", "te veel of te weinig", "twee keer", "opgegaan"):
        assert told in page
    assert [int(n) for n in re.findall(r"Regel (\d+):", page)] == [2, 3, 4, 6, 7]
    assert town.held.store.lists.current(ListKind.CLUSTERS) is None
    head = loaded(client, "clusters", "code,groep\n24062,4\n")
    assert "nis_code,cluster" in head


def test_a_list_as_an_office_program_writes_it_is_read(town: Town) -> None:
    client = town.signed_in(administrator(town))
    preview = loaded(client, "organisations", f"\ufeffnis_code;kbo\r\n{OWN};BE 0207.521.503\r\n")
    assert "0207521503" in preview
    assert "geen geldig KBO-nummer" in loaded(
        client, "organisations", f"nis_code,kbo\n{OWN},0207521504\n"
    )


def test_what_is_installed_is_told(town: Town) -> None:
    page = town.signed_in(administrator(town)).get("/admin/installed").get_data(as_text=True)
    assert "SQLite" in page
    assert "vvsg-2020" in page
    assert "Europe/Brussels" in page


def test_a_link_for_a_colleague_is_shown_once_and_for_the_own_municipality(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    who = town.person(Role.CHAIR, state=AccountState.INVITED)
    other = town.person(Role.CHAIR, OTHER, state=AccountState.INVITED)
    page = client.send(f"/municipality/colleagues/{who.id}/link").get_data(as_text=True)
    token = token_of(link_on(page))
    account, purpose = town.held.store.accounts.behind_link(digest(token), town.clock.at)
    assert (account.id, purpose) == (who.id, LinkPurpose.INVITATION)
    assert client.send(f"/municipality/colleagues/{other.id}/link").status_code == 404


def test_an_officer_gets_no_link_into_the_account_of_a_colleague(town: Town) -> None:
    """It may hold a view of another municipality."""
    client = town.signed_in(town.person(Role.OFFICER))
    colleague = town.person(Role.CHAIR)
    elsewhere = town.evaluation(OTHER)
    town.evaluation(OTHER, view=View(elsewhere.id, colleague.id, "mayor"))
    page = client.get("/municipality/colleagues").text
    assert "Nieuwe link" not in page
    assert "beheer@organisatie.example" in page
    assert client.send(f"/municipality/colleagues/{colleague.id}/link").status_code == 404
    # Who runs the tool can, and looks first who asks.
    answer = town.signed_in(administrator(town)).send(f"/admin/accounts/{colleague.id}/link")
    token = token_of(link_on(answer.text))
    account, purpose = town.held.store.accounts.behind_link(digest(token), town.clock.at)
    assert (account.id, purpose) == (colleague.id, LinkPurpose.RESET)


def test_all_that_is_wrong_with_an_invitation_is_told_at_once(town: Town) -> None:
    client = town.signed_in(administrator(town))
    page = client.send("/admin/accounts", name="", address="x", role="").get_data(as_text=True)
    for told in ("Geef een naam.", "Geef een geldig e-mailadres", "Kies een rol."):
        assert told in page
    colleague = town.signed_in(town.person(Role.OFFICER)).send(
        "/municipality/colleagues", name="", address="x", role=""
    )
    for told in ("Geef een naam.", "Geef een geldig e-mailadres", "Kies een rol."):
        assert told in colleague.get_data(as_text=True)


@pytest.mark.parametrize("role", ["coach", "administrator"])
def test_a_municipality_is_not_dropped_in_silence(town: Town, role: str) -> None:
    client = town.signed_in(administrator(town))
    sent = {"name": "An", "address": "an@vvsg.example", "role": role, "nis_code": OWN}
    answer = client.send("/admin/accounts", **sent)
    assert answer.status_code == 422
    assert "horen niet bij één gemeente" in answer.get_data(as_text=True)
    assert town.held.store.accounts.by_address("an@vvsg.example") is None
    assert client.send("/admin/accounts", **{**sent, "nis_code": ""}).status_code == 200


def test_sending_an_invitation_again_says_where_a_new_link_is_made(town: Town) -> None:
    client = town.signed_in(administrator(town))
    sent = {"name": "An", "address": "an@leuven.example", "role": "officer", "nis_code": OWN}
    client.send("/admin/accounts", **sent)
    again = client.send("/admin/accounts", **sent).get_data(as_text=True)
    assert "maak er dan daar een nieuwe" in again


def test_without_a_coach_the_page_says_whom_to_ask(town: Town) -> None:
    page = town.signed_in(town.person(Role.OFFICER)).get("/municipality/coaches")
    assert "Vraag Een organisatie om er een uit te nodigen: beheer@organisatie.example." in (
        page.get_data(as_text=True)
    )


def test_a_member_that_the_list_does_not_name_is_another_member(town: Town) -> None:
    evaluation, client = town.evaluation(), town.signed_in(town.person(Role.OFFICER))
    page = client.get(f"/evaluations/{evaluation.id}/contributors").get_data(as_text=True)
    assert '<option value="other">Een ander lid</option>' in page
    assert "gelieve te specificeren" not in page
