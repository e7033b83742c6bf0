"""Meetings in the browser, without JavaScript: agenda, room, decisions, minutes; who may what."""

import io
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from evaltool.domain.access import Role
from evaltool.domain.agenda import MOST_ITEMS, Meeting, MeetingState
from evaltool.domain.evaluation import Status, View
from evaltool.domain.meeting import ItemKind
from evaltool.domain.plan import ActionState
from evaltool.web.context import Services, install
from tests.browsing import begun, form_of, parsed, send, text_of
from tests.factories import an_action, some_answers
from tests.golden import document_of, imported
from tests.hosting import OTHER, PASSWORD, Clock, Town, a_town
from tests.pdf_checks import Read, assert_sound


@pytest.fixture
def clock(app: Flask) -> Clock:
    """The clock of the application, which stands still until told otherwise."""
    made = Clock()
    install(app, replace(services(app), now=made))
    return made


@pytest.fixture
def address(client: FlaskClient) -> str:
    """A finished evaluation without a plan."""
    return imported(client, "rural-zone-quiet")


def services(app: Flask) -> Services:
    held = app.extensions["evaltool"]
    assert isinstance(held, Services)
    return held


def id_of(address: str) -> str:
    return address.rsplit("/", 1)[-1]


def meetings_of(app: Flask, address: str) -> tuple[Meeting, ...]:
    return services(app).store.meetings.of(id_of(address))


def the_meeting(app: Flask, address: str) -> Meeting:
    (meeting,) = meetings_of(app, address)
    return meeting


def words(answer: TestResponse) -> str:
    return text_of(parsed(answer).find(".//main"))


def planned(client: FlaskClient, address: str, **fields: str) -> str:
    """The address of a new meeting."""
    page = client.get(f"{address}/meetings")
    given = {"day": "3/12/2026", "length": "60", **fields}
    answer = send(client, page, "/meetings", **given)
    assert answer.status_code == 303, words(answer)
    return answer.headers["Location"]


def running(client: FlaskClient, address: str, **fields: str) -> str:
    """The address of a meeting that was begun."""
    meeting = planned(client, address, **fields)
    assert send(client, client.get(meeting), "/start").status_code == 303
    return meeting


def decided(client: FlaskClient, meeting: str, number: int = 1, **fields: Any) -> TestResponse:
    return send(client, client.get(f"{meeting}/room/{number}"), "/decide", **fields)


def turned(client: FlaskClient, meeting: str, number: int, to: str, **fields: Any) -> TestResponse:
    """Go on from an item in the room with a button, having typed something."""
    return send(client, client.get(f"{meeting}/room/{number}"), "/turn", to=to, **fields)


def titles(app: Flask, address: str) -> list[str]:
    return [item.title for item in the_meeting(app, address).items]


# Composing


def test_a_new_meeting_has_the_proposed_agenda(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = planned(client, address, length="90", title="Najaar")
    kept = the_meeting(app, address)
    assert (kept.title, kept.day, kept.length) == ("Najaar", date(2026, 12, 3), 90)
    assert kept.total == 90
    assert [item.kind for item in kept.items][:2] == [ItemKind.OPENING, ItemKind.PICTURE]
    assert "Samen 90 van 90 minuten: dat past." in words(client.get(meeting))
    assert "Najaar in voorbereiding 3 december 2026 · 90 minuten" in words(
        client.get(f"{address}/meetings")
    )


def test_a_second_click_on_a_new_meeting_finds_the_same_one(
    client: FlaskClient, app: Flask, address: str
) -> None:
    page = client.get(f"{address}/meetings")
    fields = {"day": "3/12/2026", "length": "60"}
    first = send(client, page, "/meetings", **fields)
    second = send(client, page, "/meetings", **fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(meetings_of(app, address)) == 1
    send(client, page, "/meetings", **{**fields, "length": "90"})
    assert len(meetings_of(app, address)) == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"day": "gisteren"}, "Datum: geef dag/maand/jaar, zoals 31/03/2027."),
        ({"length": "other", "other_length": "29"}, "van 30 tot en met 480 minuten."),
        ({"length": "other", "other_length": "481"}, "van 30 tot en met 480 minuten."),
        ({"length": "other", "other_length": "een uur"}, "van 30 tot en met 480 minuten."),
        ({"length": ""}, "van 30 tot en met 480 minuten."),
        ({"title": "x" * 301}, "Titel: deze tekst telt 301 tekens. Kort hem in tot 300."),
    ],
)
def test_details_that_are_refused_come_back_as_they_were_typed(
    client: FlaskClient, app: Flask, address: str, fields: dict[str, str], sentence: str
) -> None:
    page = client.get(f"{address}/meetings")
    typed = {"day": "3/12/2026", "length": "60", "title": "Najaar", **fields}
    answer = send(client, page, "/meetings", **typed)
    assert answer.status_code == 422
    assert sentence in words(answer)
    back = form_of(answer, "/meetings")
    assert {k: back[k] for k in typed if k != "length"} == {
        k: v for k, v in typed.items() if k != "length"
    }
    assert meetings_of(app, address) == ()


@pytest.mark.parametrize("length", [30, 45, 75, 100, 480])
def test_a_meeting_of_another_length_gets_an_agenda_that_fits(
    client: FlaskClient, app: Flask, address: str, length: int
) -> None:
    planned(client, address, length="other", other_length=str(length))
    kept = the_meeting(app, address)
    assert kept.total == kept.length == length
    assert all(item.minutes > 0 for item in kept.items)


def test_items_go_up_and_down_and_off_by_buttons_alone(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = planned(client, address)
    first, second, third, *rest = the_meeting(app, address).items
    page = client.get(meeting)
    answer = send(client, page, "/agenda", do=f"up:{third.id}")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"#item-{third.id}")
    assert the_meeting(app, address).items == (first, third, second, *rest)
    send(client, client.get(meeting), "/agenda", do=f"down:{first.id}")
    assert the_meeting(app, address).items == (third, first, second, *rest)
    send(client, client.get(meeting), "/agenda", do=f"off:{first.id}")
    assert the_meeting(app, address).items == (third, second, *rest)
    text = words(client.get(meeting))
    assert f"nog {first.minutes} over" in text


def test_sending_the_same_move_twice_moves_once(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = planned(client, address)
    first, second, third, *rest = the_meeting(app, address).items
    page = client.get(meeting)
    for _ in range(2):
        answer = send(client, page, "/agenda", do=f"up:{third.id}")
        assert answer.status_code == 303
    assert the_meeting(app, address).items == (first, third, second, *rest)


def test_minutes_that_were_typed_are_kept_with_every_button(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = planned(client, address)
    first, second, *_ = the_meeting(app, address).items
    fields = {f"minutes-{first.id}": "35"}
    send(client, client.get(meeting), "/agenda", do=f"down:{first.id}", fields=fields)
    kept = the_meeting(app, address)
    assert [(i.id, i.minutes) for i in kept.items[:2]] == [
        (second.id, second.minutes),
        (first.id, 35),
    ]
    text = words(client.get(meeting))
    assert f"Samen {60 - first.minutes + 35} van 60 minuten: {35 - first.minutes} te veel." in text


@pytest.mark.parametrize("typed", ["0", "481", "-5", "tien", "", "1.5", "٣"])
def test_minutes_that_are_none_are_refused_at_their_field(
    client: FlaskClient, app: Flask, address: str, typed: str
) -> None:
    meeting = planned(client, address)
    before = the_meeting(app, address)
    field = f"minutes-{before.items[1].id}"
    answer = send(client, client.get(meeting), "/agenda", do="save", fields={field: typed})
    assert answer.status_code == 422
    assert "geef een geheel getal van 1 tot en met 480." in words(answer)
    assert form_of(answer, "/agenda")[field] == typed
    assert [a for a in parsed(answer).iter("a") if a.get("href") == f"#{field}"]
    assert the_meeting(app, address) == before


def test_who_changes_an_agenda_that_changed_meanwhile_is_told_and_loses_nothing(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = planned(client, address)
    first, second, *_ = the_meeting(app, address).items
    mine = client.get(meeting)
    send(client, client.get(meeting), "/agenda", do=f"off:{second.id}")
    after = the_meeting(app, address)
    answer = send(client, mine, "/agenda", do="save", fields={f"minutes-{first.id}": "7"})
    assert answer.status_code == 409
    assert "Iemand anders wijzigde de agenda intussen." in words(answer)
    assert the_meeting(app, address) == after
    assert form_of(answer, "/agenda")[f"minutes-{first.id}"] == "7"
    assert send(client, answer, "/agenda", do="save").status_code == 303
    kept = the_meeting(app, address)
    assert kept.items[0].minutes == 7
    assert kept.item(second.id) is None


def test_findings_and_actions_are_put_on_the_agenda(
    client: FlaskClient, app: Flask, address: str
) -> None:
    held = services(app)
    action = held.plans.add(id_of(address), an_action("Bel de buren"), at=held.now())
    meeting = planned(client, address)
    page = client.get(meeting)
    offered = [i.get("value") for i in parsed(page).iter("input") if i.get("name") == "source"]
    finding = next(value for value in offered if value and value.startswith("finding:"))
    wanted = [finding, f"action:{action.id}"]
    before = len(the_meeting(app, address).items)
    for _ in range(2):
        assert send(client, page, "/add", source=wanted).status_code == 303
    kept = the_meeting(app, address)
    assert len(kept.items) == before + 2
    *_, one, other, closing = kept.items
    assert [f"{i.kind}:{i.about}" for i in (one, other)] == wanted
    assert closing.kind is ItemKind.CLOSING
    again = parsed(client.get(meeting)).iter("input")
    assert not set(wanted) & {i.get("value") for i in again}
    assert "Bel de buren actie" in words(client.get(meeting))


def test_nothing_ticked_and_nothing_typed_is_told(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = planned(client, address)
    before = the_meeting(app, address)
    page = client.get(meeting)
    assert "Duid minstens één punt aan" in words(send(client, page, "/add", source=[]))
    own = own_item(client, meeting, title=" ", minutes="x")
    assert own.status_code == 422
    assert "Titel: schrijf op waarover het punt gaat." in words(own)
    assert "Minuten bij “”" not in words(own)
    assert the_meeting(app, address) == before


def test_nothing_ticked_where_there_is_nothing_to_tick_is_told_too(client: FlaskClient) -> None:
    meeting = planned(client, begun(client))
    token = form_of(client.get(meeting), "/add")["csrf_token"]
    answer = client.post(f"{meeting}/add", data={"csrf_token": token})
    assert answer.status_code == 422
    assert "Duid minstens één punt aan" in words(answer)


def own_item(client: FlaskClient, meeting: str, **fields: str) -> TestResponse:
    """Put an item of one's own on the agenda."""
    return send(client, client.get(meeting), "/add", **fields)


def test_an_item_of_ones_own_comes_before_the_closing_one_and_once(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = planned(client, address)
    page = client.get(meeting)
    for _ in range(2):
        sent = send(client, page, "/add", title="Ronde langs de scholen", minutes="12")
        assert sent.status_code == 303
    *_, own, closing = the_meeting(app, address).items
    assert (own.kind, own.title, own.minutes) == (ItemKind.OWN, "Ronde langs de scholen", 12)
    assert closing.kind is ItemKind.CLOSING
    assert titles(app, address).count("Ronde langs de scholen") == 1


def test_a_full_agenda_takes_no_more(client: FlaskClient, app: Flask, address: str) -> None:
    meeting = planned(client, address)
    for number in range(MOST_ITEMS - len(the_meeting(app, address).items)):
        own_item(client, meeting, title=f"Punt {number}", minutes="1")
    assert len(the_meeting(app, address).items) == MOST_ITEMS
    answer = own_item(client, meeting, title="Nog een", minutes="1")
    assert answer.status_code == 422
    assert "De agenda is vol." in words(answer)


def test_a_meeting_can_be_prepared_before_anything_is_finished(
    client: FlaskClient, app: Flask
) -> None:
    address = begun(client)
    meeting = planned(client, address)
    kept = the_meeting(app, address)
    assert kept.total == 60
    assert {i.kind for i in kept.items} == {ItemKind.OPENING, ItemKind.ROUND, ItemKind.CLOSING}
    assert client.get(f"{meeting}/sheet.pdf").status_code == 200
    assert services(app).evaluations.get(id_of(address)).status is Status.OPEN


def test_details_are_changed_and_two_at_once_are_told(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = planned(client, address)
    mine = client.get(f"{meeting}/details")
    there = ["mayor", "local_police", "no-such-code"]
    answer = send(client, mine, "/details", disciplines=there, others="jeugdrechter", title="A")
    assert answer.status_code == 303
    kept = the_meeting(app, address)
    assert kept.present.disciplines == ("mayor", "local_police")
    assert "Burgemeester, Lokale politie en jeugdrechter" in words(client.get(meeting))
    late = send(client, mine, "/details", title="B")
    assert late.status_code == 409
    assert "Iemand anders wijzigde deze bijeenkomst intussen." in words(late)
    assert the_meeting(app, address) == kept
    assert send(client, late, "/details").status_code == 303
    assert the_meeting(app, address).title == "B"


def test_the_sheet_is_that_of_the_composed_agenda(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = planned(client, address, title="Najaar")
    own_item(client, meeting, title="Ronde langs de scholen", minutes="12")
    answer = client.get(f"{meeting}/sheet.pdf")
    assert answer.mimetype == "application/pdf"
    name = text_of(parsed(client.get(meeting)).find(".//p[@class='over']"))
    read = assert_sound(answer.data, language="nl-BE", title=f"LIVC-R {name}: Najaar")
    table = next(node for node in read.nodes if node.role == "Table")
    rows = [[read.text(cell) for cell in row.children] for row in table.children[1:]]
    kept = the_meeting(app, address)
    assert [row[1] for row in rows[:-1]] == [
        f"{number}. {item.title}" for number, item in enumerate(kept.items, start=1)
    ]
    assert [int(row[2]) for row in rows[:-1]] == [item.minutes for item in kept.items]
    assert int(rows[-1][2]) == kept.total == 72


# The room


def test_the_room_shows_one_item_with_the_time_it_should_end(
    client: FlaskClient, app: Flask, address: str, clock: Clock
) -> None:
    meeting = planned(client, address)
    before = words(client.get(f"{meeting}/room/1"))
    assert "De bijeenkomst is nog niet begonnen." in before
    assert send(client, client.get(meeting), "/start").headers["Location"].endswith("/room/1")
    first, second, *rest = the_meeting(app, address).items
    clock.forward(minutes=2, seconds=20)
    page = client.get(f"{meeting}/room/1")
    end = (clock.at - timedelta(minutes=2, seconds=20)).astimezone()
    until = end + timedelta(minutes=first.minutes)
    text = words(page)
    assert f"Punt 1 van {len(rest) + 2}" in text
    assert f"tot {until:%H.%M}" in text
    assert f"nog {first.minutes - 2} minuten" in text
    assert second.title not in text
    buttons = {b.get("value"): text_of(b) for b in parsed(page).iter("button") if b.get("value")}
    assert buttons == {"2": "Volgende", "agenda": "Naar de agenda", "present": "Wie is er?"}
    following = client.get(turned(client, meeting, 1, "2").headers["Location"])
    # The minutes of an item run from when it is on the screen, whatever came before.
    shown = words(following)
    own_end = clock.at.astimezone() + timedelta(minutes=second.minutes)
    assert f"tot {own_end:%H.%M}" in shown
    assert f"nog {second.minutes} minuten" in shown
    assert f"volgens de agenda tot {until + timedelta(minutes=second.minutes):%H.%M}" in shown
    clock.forward(minutes=first.minutes)
    assert "2 minuten over tijd" in words(client.get(f"{meeting}/room/1"))
    # Shown again, it has what is left of its minutes; with the clock put back, all of them.
    again = words(client.get(turned(client, meeting, 1, "2").headers["Location"]))
    assert f"tot {own_end:%H.%M}" in again
    send(client, client.get(meeting), "/prepare")
    assert not any(item.opened_at for item in the_meeting(app, address).items)


def test_minutes_give_the_day_on_which_it_was_held(
    client: FlaskClient, app: Flask, address: str, clock: Clock
) -> None:
    meeting = running(client, address, day="10/12/2026")
    assert clock.at.astimezone().date() != date(2026, 12, 10)
    day = clock.at.astimezone()
    told = client.get(f"{meeting}/minutes.txt").text
    assert f"Datum: {day.day} " in told
    assert "(gepland op 10 december 2026)" in told
    other = running(client, address, day=f"{day.day}/{day.month}/{day.year}")
    assert "gepland op" not in client.get(f"{other}/minutes.txt").text


def test_a_meeting_that_was_opened_again_has_no_clock(
    client: FlaskClient, app: Flask, address: str, clock: Clock
) -> None:
    meeting = running(client, address)
    send(client, client.get(meeting), "/close")
    send(client, client.get(meeting), "/reopen")
    clock.forward(days=30)
    shown = words(client.get(f"{meeting}/room/1"))
    assert "over tijd" not in shown
    assert "De bijeenkomst is nog niet begonnen." not in shown
    assert "5 minuten gepland" in shown


def test_the_room_has_as_many_pages_as_items(client: FlaskClient, app: Flask, address: str) -> None:
    meeting = running(client, address)
    number = len(the_meeting(app, address).items)
    last = client.get(f"{meeting}/room/{number}")
    assert "Naar het afsluiten" in words(last)
    assert client.get(f"{meeting}/room/{number + 1}").status_code == 404
    assert client.get(f"{meeting}/room/0").status_code == 404


def test_looking_changes_nothing(client: FlaskClient, app: Flask, address: str) -> None:
    meeting = planned(client, address)
    before = the_meeting(app, address)
    for path in ("", "/room/1", "/details", "/delete", "/sheet.pdf"):
        client.get(f"{meeting}{path}")
    assert the_meeting(app, address) == before
    for path in (
        *("agenda", "add", "start", "prepare", "close", "reopen"),
        *("decide", "notes", "turn"),
    ):
        assert client.get(f"{meeting}/{path}").status_code == 405


def test_beginning_twice_begins_once_and_the_clock_can_be_put_back(
    client: FlaskClient, app: Flask, address: str, clock: Clock
) -> None:
    meeting = planned(client, address)
    page = client.get(meeting)
    send(client, page, "/start")
    started = the_meeting(app, address).started_at
    clock.forward(minutes=5)
    send(client, page, "/start")
    assert the_meeting(app, address).started_at == started == clock.at - timedelta(minutes=5)
    send(client, client.get(meeting), "/prepare")
    kept = the_meeting(app, address)
    assert (kept.state, kept.started_at) == (MeetingState.DRAFT, None)


def test_an_empty_agenda_cannot_begin(client: FlaskClient, app: Flask, address: str) -> None:
    meeting = planned(client, address)
    for item in the_meeting(app, address).items:
        send(client, client.get(meeting), "/agenda", do=f"off:{item.id}")
    answer = send(client, client.get(meeting), "/start")
    assert "Zet eerst een punt op de agenda." in words(client.get(answer.headers["Location"]))
    assert the_meeting(app, address).state is MeetingState.DRAFT


# Decisions and notes


def test_a_decision_becomes_an_action_with_owner_and_date(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    page = client.get(f"{meeting}/room/1")
    fields = {"text": "Nodig de scholen uit", "owner": "voorzitter", "due": "31/3/2027"}
    for _ in range(2):
        assert send(client, page, "/decide", **fields).status_code == 303
    (action,) = services(app).plans.of(id_of(address))
    assert action.action.title == "Nodig de scholen uit"
    assert (action.action.owner, action.action.due) == ("voorzitter", date(2027, 3, 31))
    (decision,) = the_meeting(app, address).decisions
    assert decision.action == action.id
    assert "Nodig de scholen uit voorzitter · 31 maart 2027 in het actieplan" in words(
        client.get(f"{meeting}/room/1")
    )


def test_a_decision_can_stand_without_an_action(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    decided(client, meeting, text="We blijven met vier", plan=[])
    (decision,) = the_meeting(app, address).decisions
    assert decision.action is None
    assert services(app).plans.of(id_of(address)) == ()


def test_a_decision_at_a_finding_counts_as_picked_from_it_once(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    kept = the_meeting(app, address)
    number = next(n for n, i in enumerate(kept.items, 1) if i.kind is ItemKind.FINDING)
    decided(client, meeting, number, text="Eerst dit")
    decided(client, meeting, number, text="Dan dat")
    plan = services(app).plans.of(id_of(address))
    assert [(p.action.title, p.action.finding) for p in plan] == [
        ("Eerst dit", kept.items[number - 1].about),
        ("Dan dat", None),
    ]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": " "}, "Beslissing: schrijf op wat beslist is."),
        ({"text": "x" * 301}, "Beslissing: deze tekst telt 301 tekens."),
        ({"text": "x", "owner": "y" * 301}, "Wie: deze tekst telt 301 tekens."),
        ({"text": "x", "due": "ooit"}, "Tegen wanneer: geef dag/maand/jaar"),
    ],
)
def test_a_decision_that_is_refused_comes_back_as_it_was_typed(
    client: FlaskClient, app: Flask, address: str, fields: dict[str, str], sentence: str
) -> None:
    meeting = running(client, address)
    typed: dict[str, Any] = {"owner": "dienst", **fields}
    answer = decided(client, meeting, **typed)
    assert answer.status_code == 422
    assert sentence in words(answer)
    back = form_of(answer, "/decide")
    assert {k: back[k].strip() for k in typed} == {k: v.strip() for k, v in typed.items()}
    assert the_meeting(app, address).decisions == ()
    assert services(app).plans.of(id_of(address)) == ()


def test_what_looks_like_data_of_a_person_is_warned_about_and_kept(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    decided(client, meeting, text="Bel 016 27 20 00")
    assert "telefoonnummer" in words(client.get(f"{meeting}/room/1"))
    send(client, client.get(f"{meeting}/room/1"), "/notes", notes="schrijf naar an@x.be")
    assert "e-mailadres" in words(client.get(f"{meeting}/room/1"))
    assert len(the_meeting(app, address).decisions) == 1


def mend(client: FlaskClient, meeting: str, decision: str) -> TestResponse:
    return client.get(f"{meeting}/decisions/{decision}")


def removed(client: FlaskClient, meeting: str, decision: str) -> TestResponse:
    """Remove a decision; the page that asked before."""
    page = client.get(f"{meeting}/decisions/{decision}/remove")
    assert send(client, page, "/remove").status_code == 303
    return page


@pytest.mark.parametrize(
    "change", [{"state": ActionState.DONE, "remark": "gebeld"}, {"state": ActionState.BUSY}]
)
def test_an_action_that_somebody_worked_on_outlives_its_decision(
    client: FlaskClient, app: Flask, address: str, change: dict[str, Any]
) -> None:
    meeting, held = running(client, address), services(app)
    decided(client, meeting, text="Nodig de scholen uit")
    (decision,) = the_meeting(app, address).decisions
    (action,) = held.plans.of(id_of(address))
    changed = replace(action.action, **change)
    held.plans.change(id_of(address), action.id, changed, expected_version=1, at=held.now())
    asked = removed(client, meeting, decision.id)
    assert "De actie in het actieplan blijft" in words(asked)
    assert the_meeting(app, address).decisions == ()
    assert [p.action for p in held.plans.of(id_of(address))] == [changed]
    assert "Aan het plan verandert niets." in text_of(
        parsed(client.get(f"{meeting}/room/1")).find(".//body")
    )


def test_removing_a_decision_asks_and_asks_again_where_it_changed_meanwhile(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    decided(client, meeting, text="Eerst", plan=[])
    (decision,) = the_meeting(app, address).decisions
    address_of = f"{meeting}/decisions/{decision.id}/remove"
    asked = client.get(address_of)
    assert "Ze verdwijnt uit het verslag van de bijeenkomst." in words(asked)
    assert the_meeting(app, address).decisions == (decision,)
    send(client, mend(client, meeting, decision.id), f"/decisions/{decision.id}", text="Dan")
    late = send(client, asked, "/remove")
    assert late.status_code == 409
    assert "Dan" in words(late)
    assert [d.text for d in the_meeting(app, address).decisions] == ["Dan"]
    assert send(client, late, "/remove").status_code == 303
    assert the_meeting(app, address).decisions == ()


def test_a_decision_is_mended_with_its_action(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    decided(client, meeting, text="Nodig de schoolen uit", owner="voorzitter")
    (decision,) = the_meeting(app, address).decisions
    answer = send(
        client,
        mend(client, meeting, decision.id),
        f"/decisions/{decision.id}",
        text="Nodig de scholen uit",
        due="1/2/2027",
    )
    assert answer.status_code == 303
    (action,) = services(app).plans.of(id_of(address))
    assert (action.action.title, action.action.due) == ("Nodig de scholen uit", date(2027, 2, 1))
    assert the_meeting(app, address).decisions[0].text == "Nodig de scholen uit"


def test_an_action_that_was_changed_in_the_plan_stays_as_it_is_there(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting, held = running(client, address), services(app)
    decided(client, meeting, text="Nodig de scholen uit")
    (decision,) = the_meeting(app, address).decisions
    (action,) = held.plans.of(id_of(address))
    changed = replace(action.action, owner="schepen")
    held.plans.change(id_of(address), action.id, changed, expected_version=1, at=held.now())
    page = mend(client, meeting, decision.id)
    send(client, page, f"/decisions/{decision.id}", text="Nodig niemand uit")
    (after,) = held.plans.of(id_of(address))
    assert after.action == changed
    assert "Aan het plan verandert niets." in words(client.get(meeting))
    removed(client, meeting, decision.id)
    assert the_meeting(app, address).decisions == ()
    assert [p.action for p in held.plans.of(id_of(address))] == [changed]


def test_a_decision_that_is_removed_takes_its_action_along(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    decided(client, meeting, text="Nodig de scholen uit")
    (decision,) = the_meeting(app, address).decisions
    assert "de actie verdwijnt uit het actieplan" in words(removed(client, meeting, decision.id))
    assert the_meeting(app, address).decisions == ()
    assert services(app).plans.of(id_of(address)) == ()
    assert mend(client, meeting, decision.id).status_code == 404


def test_a_decision_alone_is_put_in_the_plan_afterwards(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    decided(client, meeting, text="Nodig de scholen uit", plan=[])
    (decision,) = the_meeting(app, address).decisions
    send(client, mend(client, meeting, decision.id), f"/decisions/{decision.id}", plan="1")
    (action,) = services(app).plans.of(id_of(address))
    assert the_meeting(app, address).decisions[0].action == action.id


def test_two_who_mend_one_decision_choose_what_stays(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    decided(client, meeting, text="Eerst")
    (decision,) = the_meeting(app, address).decisions
    mine = mend(client, meeting, decision.id)
    form = f"/decisions/{decision.id}"
    send(client, mend(client, meeting, decision.id), form, text="Dan")
    late = send(client, mine, form, text="Toch niet")
    assert late.status_code == 409
    assert "Iemand anders wijzigde deze beslissing intussen. Dit is ze nu." in words(late)
    assert form_of(late, form)["text"] == "Toch niet"
    assert the_meeting(app, address).decisions[0].text == "Dan"
    send(client, late, form)
    assert the_meeting(app, address).decisions[0].text == "Toch niet"


def test_two_who_write_notes_at_once_choose_what_stays(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    mine = client.get(f"{meeting}/room/1")
    send(client, client.get(f"{meeting}/room/1"), "/notes", notes="eerste\r\ntweede")
    assert the_meeting(app, address).items[0].notes == "eerste\ntweede"
    late = send(client, mine, "/notes", notes="derde")
    assert late.status_code == 409
    text = words(late)
    assert "Iemand anders schreef intussen ook notities" in text
    assert "eerste tweede" in text
    assert form_of(late, "/notes")["notes"].strip() == "derde"
    assert the_meeting(app, address).items[0].notes == "eerste\ntweede"
    send(client, late, "/notes")
    assert the_meeting(app, address).items[0].notes == "derde"
    long = send(client, client.get(f"{meeting}/room/1"), "/notes", notes="x" * 4001)
    assert long.status_code == 422
    assert "Notities: deze tekst telt 4001 tekens." in words(long)


def test_an_item_at_which_something_was_noted_stays(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = planned(client, address)
    mine = client.get(meeting)
    send(client, client.get(meeting), "/start")
    decided(client, meeting, text="Beslist")
    first = the_meeting(app, address).items[0]
    shown = client.get(meeting)
    assert "Hier is al iets genoteerd of beslist: dit punt blijft." in words(shown)
    buttons = {b.get("value") for b in parsed(shown).iter("button")}
    assert f"off:{first.id}" not in buttons
    assert send(client, shown, "/agenda", do=f"off:{first.id}").status_code == 409
    assert send(client, mine, "/agenda", do=f"off:{first.id}").status_code == 409
    assert the_meeting(app, address).items[0] == first


# Nothing that was typed is lost, whichever button is used


def test_every_way_out_of_the_room_takes_along_what_was_typed(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    answer = turned(client, meeting, 1, "2", notes="Iedereen is er.", text="Wij bellen", owner="x")
    assert answer.headers["Location"].endswith("/room/2")
    kept = the_meeting(app, address)
    assert kept.items[0].notes == "Iedereen is er."
    assert [(d.text, d.owner, d.item) for d in kept.decisions] == [
        ("Wij bellen", "x", kept.items[0].id)
    ]
    assert f"bij “{kept.items[0].title}” is genoteerd" in words(client.get(f"{meeting}/room/2"))
    (decision,) = kept.decisions
    for to, ending in (
        ("agenda", "/meetings/" + kept.id),
        ("close", "#close"),
        ("present", "/details#present"),
        (decision.id, f"/decisions/{decision.id}"),
        ("99", "/meetings/" + kept.id),
        ("no-such-page", "/meetings/" + kept.id),
    ):
        answer = turned(client, meeting, 2, to, notes=f"Dan naar {to}.")
        assert answer.headers["Location"].endswith(ending)
        assert the_meeting(app, address).items[1].notes == f"Dan naar {to}."


def test_going_on_twice_notes_a_decision_once(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    page = client.get(f"{meeting}/room/1")
    for _ in range(2):
        assert send(client, page, "/turn", to="2", text="Wij bellen").status_code == 303
    assert [d.text for d in the_meeting(app, address).decisions] == ["Wij bellen"]


def test_noting_a_decision_keeps_the_notes_and_the_other_way_round(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    assert decided(client, meeting, text="Wij bellen", notes="Eén notitie.").status_code == 303
    kept = the_meeting(app, address)
    assert ([d.text for d in kept.decisions], kept.items[0].notes) == (
        ["Wij bellen"],
        "Eén notitie.",
    )
    page = client.get(f"{meeting}/room/1")
    typed = {"text": "Half een besl", "owner": "dienst", "due": "31/3", "plan": []}
    answer = send(client, page, "/notes", notes="Twee.", **typed)
    assert answer.status_code == 200
    back = form_of(answer, "/decide")
    assert (back["text"], back["owner"], back["due"]) == ("Half een besl", "dienst", "31/3")
    assert "plan" not in back
    assert "De notities zijn bewaard." in text_of(parsed(answer).find(".//body"))
    after = the_meeting(app, address)
    assert after.items[0].notes == "Twee."
    assert after.decisions == kept.decisions


@pytest.mark.parametrize("button", ["/decide", "/turn"])
def test_what_cannot_be_kept_in_the_room_comes_back_whole_and_nothing_is_kept(
    client: FlaskClient, app: Flask, address: str, button: str
) -> None:
    meeting = running(client, address)
    before = the_meeting(app, address)
    page = client.get(f"{meeting}/room/1")
    answer = send(client, page, button, to="2", owner="dienst", due="ooit", notes="Mijn notitie.")
    assert answer.status_code == 422
    text = words(answer)
    assert "Beslissing: schrijf op wat beslist is." in text
    assert "Tegen wanneer: geef dag/maand/jaar" in text
    back = form_of(answer, "/decide")
    assert (back["owner"], back["due"]) == ("dienst", "ooit")
    assert back["notes"].strip() == "Mijn notitie."
    assert the_meeting(app, address) == before


def test_notes_of_somebody_else_do_not_stop_a_decision_nor_are_overwritten(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    mine = client.get(f"{meeting}/room/1")
    send(client, client.get(f"{meeting}/room/1"), "/notes", notes="van een ander")
    assert send(client, mine, "/decide", text="Wij bellen").status_code == 303
    kept = the_meeting(app, address)
    assert ([d.text for d in kept.decisions], kept.items[0].notes) == (
        ["Wij bellen"],
        "van een ander",
    )
    late = send(client, mine, "/turn", to="2", text="En dan", notes="van mij")
    assert late.status_code == 409
    assert "van een ander" in words(late)
    back = form_of(late, "/turn")
    assert (back["text"], back["notes"].strip()) == ("En dan", "van mij")
    assert the_meeting(app, address) == kept


def test_minutes_are_kept_when_something_is_put_on_the_agenda(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = planned(client, address)
    first = the_meeting(app, address).items[0]
    page = client.get(meeting)
    fields = {f"minutes-{first.id}": "35"}
    sent = send(client, page, "/add", title="Ronde", minutes="12", fields=fields)
    assert sent.status_code == 303
    kept = the_meeting(app, address)
    assert kept.items[0].minutes == 35
    assert [i.minutes for i in kept.items if i.title == "Ronde"] == [12]


def test_ticks_and_an_item_of_ones_own_stay_while_items_are_moved(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = planned(client, address)
    first, second, *_ = the_meeting(app, address).items
    page = client.get(meeting)
    offered = [i.get("value") for i in parsed(page).iter("input") if i.get("name") == "source"]
    typed = {"source": offered[:1], "title": "Ronde", "minutes": "12"}
    for do in (f"down:{first.id}", "save", f"off:{second.id}"):
        page = send(client, page, "/agenda", do=do, **(typed if do.startswith("down") else {}))
        assert page.status_code == 200
        back = form_of(page, "/agenda")
        assert (back.getlist("source"), back["title"], back["minutes"]) == (
            offered[:1],
            "Ronde",
            "12",
        )
    kept = the_meeting(app, address)
    assert kept.items[0].id == first.id
    assert kept.item(second.id) is None
    assert "Ronde" not in titles(app, address)
    assert send(client, page, "/add").status_code == 303
    assert {f"{i.kind}:{i.about}" for i in the_meeting(app, address).items} >= set(offered[:1])
    assert "Ronde" in titles(app, address)


@pytest.mark.parametrize(
    ("action", "do", "ending"),
    [
        ("/start", "", "/room/1"),
        ("/agenda", "go:details", "/details"),
        ("/agenda", "go:room", "/room/1"),
        # The key Enter in a field, which is no button.
        ("/agenda", "", "#agenda"),
    ],
)
def test_whoever_goes_on_from_the_agenda_takes_along_what_was_typed(
    client: FlaskClient, app: Flask, address: str, action: str, do: str, ending: str
) -> None:
    meeting = planned(client, address)
    first = the_meeting(app, address).items[0]
    sent = send(
        client,
        client.get(meeting),
        action,
        fields={f"minutes-{first.id}": "35", "title": "Ronde", "do": do},
    )
    assert sent.headers["Location"].endswith(ending)
    kept = the_meeting(app, address)
    assert kept.items[0].minutes == 35
    assert "Ronde" in titles(app, address)
    told = text_of(parsed(client.get(sent.headers["Location"])).find(".//body"))
    assert "Wat u aanduidde of typte, staat nu ook op de agenda." in told


@pytest.mark.parametrize("action", ["/close", "/prepare"])
def test_minutes_are_kept_when_a_meeting_changes_state(
    client: FlaskClient, app: Flask, address: str, action: str
) -> None:
    meeting = running(client, address)
    first = the_meeting(app, address).items[0]
    page = client.get(meeting)
    wrong = send(client, page, action, fields={f"minutes-{first.id}": "veel"})
    assert wrong.status_code == 422
    assert form_of(wrong, "/agenda")[f"minutes-{first.id}"] == "veel"
    assert the_meeting(app, address).state is MeetingState.RUNNING
    assert send(client, page, action, fields={f"minutes-{first.id}": "35"}).status_code == 303
    kept = the_meeting(app, address)
    assert kept.state is not MeetingState.RUNNING
    assert kept.items[0].minutes == 35


def test_a_conflict_on_the_agenda_gives_back_ticks_and_an_item_of_ones_own(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = planned(client, address)
    mine = client.get(meeting)
    offered = [i.get("value") for i in parsed(mine).iter("input") if i.get("name") == "source"]
    own_item(client, meeting, title="Van een ander")
    late = send(client, mine, "/add", title="Van mij", source=offered[:1])
    assert late.status_code == 409
    back = form_of(late, "/add")
    assert (back.getlist("source"), back["title"]) == (offered[:1], "Van mij")
    assert send(client, late, "/add").status_code == 303
    assert {"Van een ander", "Van mij"} <= set(titles(app, address))


# Closing and minutes


def test_a_closed_meeting_is_read_only_until_it_is_opened_again(
    client: FlaskClient, app: Flask, address: str, clock: Clock
) -> None:
    meeting = running(client, address)
    room = client.get(f"{meeting}/room/1")
    clock.forward(minutes=50)
    send(client, client.get(meeting), "/close")
    kept = the_meeting(app, address)
    assert (kept.state, kept.closed_at) == (MeetingState.CLOSED, clock.at)
    assert client.get(f"{meeting}/room/1").status_code == 303
    answer = send(client, room, "/decide", text="Te laat")
    assert "Deze bijeenkomst loopt niet." in words(client.get(answer.headers["Location"]))
    send(client, room, "/notes", notes="te laat")
    assert the_meeting(app, address) == kept
    send(client, client.get(meeting), "/reopen")
    clock.forward(days=1)
    decided(client, meeting, text="Vergeten te noteren")
    send(client, client.get(meeting), "/close")
    again = the_meeting(app, address)
    assert [d.text for d in again.decisions] == ["Vergeten te noteren"]
    assert again.closed_at == kept.closed_at


def test_a_closed_agenda_and_closed_details_cannot_be_changed(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    page, details = client.get(meeting), client.get(f"{meeting}/details")
    first = the_meeting(app, address).items[0]
    send(client, client.get(meeting), "/close")
    kept = the_meeting(app, address)
    send(client, page, "/agenda", do=f"down:{first.id}")
    send(client, details, "/details", title="Anders")
    token = form_of(page, "/add")
    client.post(f"{meeting}/add", data={**token, "title": "Nog iets", "minutes": "5"})
    assert the_meeting(app, address) == kept


def test_there_are_no_minutes_before_it_began(client: FlaskClient, address: str) -> None:
    meeting = planned(client, address)
    for kind in ("pdf", "txt"):
        assert client.get(f"{meeting}/minutes.{kind}").status_code == 404


def test_minutes_say_who_when_and_what(client: FlaskClient, app: Flask, address: str) -> None:
    meeting = running(client, address, title="Najaar")
    send(client, client.get(f"{meeting}/details"), "/details", disciplines=["mayor", "schools"])
    decided(client, meeting, text="Nodig de scholen uit", owner="voorzitter", due="31/3/2027")
    decided(client, meeting, 2, text="We blijven met vier", plan=[])
    send(client, client.get(f"{meeting}/room/2"), "/notes", notes="Het beeld klopt.")
    draft = client.get(f"{meeting}/minutes.txt").text
    assert "Voorlopig verslag" in draft
    send(client, client.get(meeting), "/close")
    text = client.get(f"{meeting}/minutes.txt")
    assert text.mimetype == "text/plain"
    told = text.text
    assert "Voorlopig" not in told
    assert "Aanwezig: Burgemeester en Scholen" in told
    assert "1. Nodig de scholen uit (voorzitter, 31 maart 2027) [in het actieplan]" in told
    assert "2. We blijven met vier\n" in told
    assert "   Het beeld klopt.\n   Beslissing 2: We blijven met vier" in told
    answer = client.get(f"{meeting}/minutes.pdf")
    name = text_of(parsed(client.get(meeting)).find(".//p[@class='over']"))
    read = assert_sound(answer.data, language="nl-BE", title=f"LIVC-R {name}: Najaar")
    written = read.text(read.tree)
    for wanted in (
        "Burgemeester en Scholen",
        "Nodig de scholen uit",
        "31 maart 2027",
        "Het beeld klopt.",
        "Beslissing 2: We blijven met vier",
    ):
        assert wanted in written


def test_minutes_keep_what_was_decided_whatever_becomes_of_the_action(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    decided(client, meeting, text="Nodig de scholen uit", owner="voorzitter")
    send(client, client.get(meeting), "/close")
    before = client.get(f"{meeting}/minutes.txt").text
    held = services(app)
    (action,) = held.plans.of(id_of(address))
    held.plans.remove(id_of(address), action.id, expected_version=action.version)
    assert client.get(f"{meeting}/minutes.txt").text == before


def test_minutes_in_english(client: FlaskClient, address: str) -> None:
    meeting = running(client, address)
    client.get("/?lang=en")
    told = client.get(f"{meeting}/minutes.txt").text
    assert "Provisional minutes" in told
    assert "Nothing was decided." in told
    assert client.get(f"{meeting}/minutes.pdf").status_code == 200


def test_a_title_that_nobody_typed_is_in_the_language_of_who_reads(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = planned(client, address, title="")
    assert text_of(parsed(client.get(meeting)).find(".//h1")) == "Bijeenkomst LIVC-R"
    client.get("/?lang=en")
    assert text_of(parsed(client.get(meeting)).find(".//h1")) == "LIVC-R meeting"
    assert "LIVC-R meeting" in words(client.get(f"{address}/meetings"))
    assert the_meeting(app, address).title == "Bijeenkomst LIVC-R"


def test_an_action_past_its_date_is_marked_on_plan_agenda_and_sheet(
    client: FlaskClient, app: Flask, address: str, clock: Clock
) -> None:
    held, today = services(app), clock.at.astimezone().date()
    for title, due in (("Te laat", today - timedelta(days=1)), ("Op tijd", today)):
        held.plans.add(id_of(address), an_action(title, due=due), at=clock.at)
    assert words(client.get(f"{address}/plan")).count("datum voorbij") == 1
    meeting = running(client, address)
    number = next(
        n
        for n, item in enumerate(the_meeting(app, address).items, start=1)
        if item.kind is ItemKind.FOLLOW_UP
    )
    shown = words(client.get(f"{meeting}/room/{number}"))
    assert "(datum voorbij): Te laat" in shown
    assert shown.count("datum voorbij") == 1
    read = Read(client.get(f"{meeting}/sheet.pdf").data)
    assert "(datum voorbij): Te laat" in read.text(read.tree)


def test_a_meeting_is_deleted_after_asking_and_its_actions_stay(
    client: FlaskClient, app: Flask, address: str
) -> None:
    meeting = running(client, address)
    decided(client, meeting, text="Nodig de scholen uit")
    page = client.get(f"{meeting}/delete")
    assert len(meetings_of(app, address)) == 1
    send(client, page, "/delete")
    assert meetings_of(app, address) == ()
    assert len(services(app).plans.of(id_of(address))) == 1
    assert client.get(meeting).status_code == 404


def test_a_meeting_belongs_to_its_evaluation(client: FlaskClient, app: Flask, address: str) -> None:
    meeting = running(client, address)
    other = imported(client, "coast")
    foreign = f"{other}/meetings/{meeting.rsplit('/', 1)[-1]}"
    for path in ("", "/room/1", "/details", "/delete", "/sheet.pdf", "/minutes.pdf"):
        assert client.get(foreign + path).status_code == 404
    token = form_of(client.get(meeting), "/close")
    for path in ("close", "start", "agenda", "add", "decide", "notes", "turn", "delete"):
        assert client.post(f"{foreign}/{path}", data=token).status_code == 404
    assert the_meeting(app, address).state is MeetingState.RUNNING


def test_what_was_typed_is_text_and_never_markup(
    client: FlaskClient, app: Flask, address: str
) -> None:
    nasty = "</textarea><script>alert(1)</script>\"'&amp;"
    meeting = running(client, address, title=nasty)
    own_item(client, meeting, title=nasty, minutes="5")
    decided(client, meeting, text=nasty, owner=nasty)
    send(client, client.get(f"{meeting}/room/1"), "/notes", notes=nasty)
    for path in (meeting, f"{meeting}/room/1", f"{meeting}/details", f"{address}/meetings"):
        page = parsed(client.get(path))
        assert nasty in "".join(page.itertext()) or path.endswith("details")
        assert [s.get("src") is not None for s in page.findall(".//script")] == [True]
    assert nasty in client.get(f"{meeting}/minutes.txt").text
    assert client.get(f"{meeting}/minutes.pdf").status_code == 200


def test_overview_and_plan_lead_to_the_meetings(client: FlaskClient, address: str) -> None:
    wanted = f"{address}/meetings"
    for path in (address, f"{address}/plan"):
        links = {a.get("href") for a in parsed(client.get(path)).iter("a")}
        assert wanted in links


# On the internet


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path / "town")


def a_finished(town: Town, nis_code: str) -> str:
    """The address of a finished evaluation of a municipality."""
    answers = document_of(town.held.catalogue, "city-anchored").answers
    made = town.evaluation(nis_code, answers=answers)
    town.held.evaluations.finish(made.id, at=town.clock.at)
    return f"/evaluations/{made.id}"


@pytest.mark.parametrize("role", [Role.CHAIR, Role.OFFICER])
def test_chair_and_officer_lead_a_meeting_and_it_is_written_down(town: Town, role: Role) -> None:
    who = town.person(role)
    client, address = town.signed_in(who), a_finished(town, who.nis_code or "")
    meeting = planned(client, address)
    send(client, client.get(meeting), "/start")
    decided(client, meeting, text="Nodig de scholen uit")
    send(client, client.get(meeting), "/close")
    assert client.get(f"{meeting}/minutes.pdf").status_code == 200
    log = town.held.store.audit.of_municipality(who.nis_code or "")
    done = [
        (e.event.action, e.event.detail) for e in log if e.event.action in ("agenda", "meeting")
    ]
    assert set(done) == {
        ("agenda", "create"),
        ("agenda", "start"),
        ("agenda", "decide"),
        ("agenda", "close"),
        ("meeting", "minutes"),
    }


def test_what_members_see_differently_is_put_on_the_agenda(town: Town) -> None:
    chair = town.person(Role.CHAIR)
    client, address = town.signed_in(chair), a_finished(town, chair.nis_code or "")
    seen = {"mayor": "mayor", "local_police": "mayor", "schools": "police_chief"}
    for discipline, answer in seen.items():
        member = town.person(Role.CONTRIBUTOR)
        given = some_answers(livcr_presence="yes_municipal", chair=answer)
        view = View(id_of(address), member.id, discipline)
        made = town.evaluation(chair.nis_code or "", view=view, answers=given)
        town.held.evaluations.finish(made.id, at=town.clock.at)
    meeting = planned(client, address)
    (kept,) = town.held.store.meetings.of(id_of(address))
    (proposed,) = (i for i in kept.items if i.kind is ItemKind.DIFFERENCE)
    assert proposed.about == "chair"
    send(client, client.get(meeting), "/agenda", do=f"off:{proposed.id}")
    assert "Wat leden verschillend zien" in words(client.get(meeting))
    send(client, client.get(meeting), "/add", source=["difference:chair"])
    (kept,) = town.held.store.meetings.of(id_of(address))
    number = [i.about for i in kept.items].index("chair") + 1
    told = words(client.get(f"{meeting}/room/{number}"))
    assert ": Burgemeester en Lokale politie" in told
    assert ": Scholen" in told
    assert "Deze vraag is in 2020 niet gesteld." in told
    # From the item to the answer that is given together, once the meeting is under way.
    assert "gezamenlijk antwoord" not in told
    send(client, client.get(meeting), "/start")
    room = client.get(f"{meeting}/room/{number}")
    assert "Noteer dit als gezamenlijk antwoord" in words(room)
    there = turned(client, meeting, number, "common:chair")
    assert there.headers["Location"].endswith(f"{address}/views/chair")
    elsewhere = turned(client, meeting, 1, "common:meeting_frequency")
    assert elsewhere.headers["Location"].endswith(meeting)


def test_all_that_is_kept_of_a_municipality_holds_its_minutes(town: Town) -> None:
    officer = town.person(Role.OFFICER)
    client, address = town.signed_in(officer), a_finished(town, officer.nis_code or "")
    meeting = planned(client, address)
    send(client, client.get(meeting), "/start")
    decided(client, meeting, text="Nodig de scholen uit")
    sent = client.send("/municipality/data.zip", password=PASSWORD)
    taken = zipfile.ZipFile(io.BytesIO(sent.data))
    (name,) = (name for name in taken.namelist() if "-meeting-" in name)
    assert "Nodig de scholen uit" in taken.read(name).decode()


def test_a_coach_sees_that_there_are_meetings_and_no_minutes(town: Town) -> None:
    chair = town.person(Role.CHAIR)
    address = a_finished(town, chair.nis_code or "")
    meeting = planned(town.signed_in(chair), address)
    coach = town.person(Role.COACH, second_factor="sealed")
    town.held.store.consents.give(chair.nis_code or "", coach.id, by=chair.id, at=town.clock.at)
    client = town.signed_in(coach)
    page = client.get(f"{address}/meetings")
    assert "Bijeenkomst LIVC-R" in words(page)
    assert not [a for a in parsed(page).iter("a") if meeting in (a.get("href") or "")]
    assert not [f for f in parsed(page).iter("form") if "/meetings" in f.get("action", "")]
    for path in ("", "/room/1", "/sheet.pdf", "/minutes.pdf", "/minutes.txt", "/details"):
        assert client.get(meeting + path).status_code == 403


@pytest.mark.parametrize(
    ("role", "status"),
    # A chair may do this, but not here: to her it is not there. The others may not do it anywhere.
    [(Role.CHAIR, 404), (Role.CONTRIBUTOR, 403), (Role.ADMINISTRATOR, 403)],
)
def test_others_find_no_meeting(town: Town, role: Role, status: int) -> None:
    chair = town.person(Role.CHAIR)
    address = a_finished(town, chair.nis_code or "")
    meeting = planned(town.signed_in(chair), address)
    stranger = town.signed_in(town.person(role, OTHER, second_factor="sealed"))
    for path in (f"{address}/meetings", meeting, f"{meeting}/sheet.pdf", f"{meeting}/room/1"):
        assert stranger.get(path).status_code == status
    for path in ("start", "close", "decide", "turn", "agenda", "delete"):
        assert stranger.send(f"{meeting}/{path}").status_code == status
