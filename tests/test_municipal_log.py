"""The log of a municipality on its page and as a file: which evaluation, which document."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from evaltool.catalogue import Catalogue
from evaltool.domain.access import Role
from evaltool.domain.evaluation import Evaluation, View
from evaltool.web.accounts.municipal_log import _KINDS
from tests.hosting import OTHER, OWN, HostedClient, Town, a_town, link_on

NEW = "nog een zin die niemand raadt 3"
LOG = "/municipality/log"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def rows(client: HostedClient, **asked: str) -> list[str]:
    """What each row of the page says, the last first."""
    page = client.get(LOG, query_string=asked).get_data(as_text=True)
    found = re.search(r'<ol class="log">(.*?)</ol>', page, re.DOTALL)
    lines = [] if found is None else re.findall(r"<li>(.*?)</li>", found[1], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in lines]


def a_finished(town: Town) -> Evaluation:
    made = town.evaluation()
    return town.held.evaluations.finish(made.id, at=town.clock.at)


def test_a_row_says_which_evaluation_by_its_day(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    first = a_finished(town)
    town.clock.forward(days=40)
    client = town.signed_in(town.person(Role.OFFICER))
    second = a_finished(town)
    for evaluation in (first, second):
        client.send(f"/evaluations/{evaluation.id}/reopen")
    told = rows(client)
    assert "heropende zelfevaluatie van 5 januari 2027" in told[0]
    assert "heropende zelfevaluatie van 26 november 2026" in told[1]


def test_two_of_one_day_can_be_told_apart(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    for evaluation in (a_finished(town), a_finished(town)):
        client.send(f"/evaluations/{evaluation.id}/reopen")
        assert f"26 november 2026 ({evaluation.id[:6]})" in rows(client)[0]


def test_a_view_stands_under_its_evaluation_and_member(town: Town) -> None:
    evaluation, member = town.evaluation(), town.person(Role.CONTRIBUTOR)
    view = town.evaluation(view=View(evaluation.id, member.id, "mayor"))
    town.signed_in(member).send(f"/evaluations/{view.id}/finish")
    told = rows(town.signed_in(town.person(Role.OFFICER)))
    assert "zelfevaluatie van 26 november 2026, kijk van “Burgemeester”" in told[0]


def test_what_was_deleted_is_said_to_be(town: Town) -> None:
    client, evaluation = town.signed_in(town.person(Role.OFFICER)), a_finished(town)
    client.send(f"/evaluations/{evaluation.id}/reopen")
    town.held.evaluations.delete(evaluation.id)
    assert f"die verwijderd is ({evaluation.id[:6]})" in rows(client)[0]


DOCUMENTS = {
    "report.pdf": "volledig verslag (pdf)",
    "summary.pdf": "samenvatting (pdf)",
    "actions.ics": "data van het actieplan, voor een agenda",
    "meeting.pdf": "gespreksblad voor de voorzitter (pdf)",
    "intake.pdf": "intakeblad (pdf)",
    "report.json": "vergelijkingen en bevindingen (json)",
    "report.xlsx": "rekenblad (xlsx)",
    "answers.csv": "antwoorden (csv)",
    "comparisons.csv": "vergelijkingen (csv)",
    "actions.csv": "acties (csv)",
    "answers.json": "alle antwoorden (json)",
}


@pytest.mark.parametrize(("path", "told"), DOCUMENTS.items(), ids=DOCUMENTS)
def test_a_row_says_which_document_was_taken_along(town: Town, path: str, told: str) -> None:
    client, evaluation = town.signed_in(town.person(Role.OFFICER)), a_finished(town)
    assert client.get(f"/evaluations/{evaluation.id}/{path}").status_code == 200
    assert told in rows(client, kind="taken")[0]


def test_the_log_can_be_narrowed_to_a_kind_and_to_an_evaluation(town: Town) -> None:
    client = town.signed_in(town.person(Role.OFFICER))
    first, second = a_finished(town), a_finished(town)
    member = town.person(Role.CONTRIBUTOR)
    view = town.evaluation(view=View(first.id, member.id, "mayor"))
    town.signed_in(member).send(f"/evaluations/{view.id}/finish")
    client.send(f"/evaluations/{second.id}/reopen")
    client.get(f"/evaluations/{second.id}/answers.json")
    client.send("/account/sessions/end", session_password="een zin die alleen ik ken 7")
    assert len(rows(client)) == 4
    assert len(rows(client, kind="work")) == 2
    assert len(rows(client, kind="taken")) == 1
    assert len(rows(client, kind="accounts")) == 1
    assert [row for row in rows(client, evaluation=first.id) if "kijk van" in row]
    assert len(rows(client, evaluation=first.id)) == 1
    assert len(rows(client, evaluation=second.id, kind="taken")) == 1
    # What cannot be asked for, such as an evaluation of others, is as if it were not asked.
    other = town.evaluation(OTHER)
    assert len(rows(client, evaluation=other.id, kind="nothing")) == 4


def test_the_kinds_hold_actions_that_have_words_each_once(catalogue: Catalogue) -> None:
    known = {key.removeprefix("audit.") for key in catalogue.texts if key.startswith("audit.")}
    listed = [action for actions in _KINDS.values() for action in actions]
    assert set(listed) <= known
    assert len(listed) == len(set(listed))


def test_the_log_is_taken_along_as_a_table_in_words(town: Town) -> None:
    officer = town.person(Role.OFFICER)
    client, evaluation = town.signed_in(officer), a_finished(town)
    client.send(f"/evaluations/{evaluation.id}/reopen")
    client.get(f"/evaluations/{evaluation.id}/answers.json")
    answer = client.get(f"{LOG}.csv")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="livc-r-log-{OWN}.csv"'
    held = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert held[0] == ["Wanneer", "Wie", "Wat", "Welk deel", "Welke zelfevaluatie"]
    assert [row[2] for row in held[1:]] == ["heropende", "nam gegevens mee"]
    assert held[1][1] == f"{officer.name} (preventieambtenaar)"
    assert held[2][3:] == ["alle antwoorden (json)", "zelfevaluatie van 26 november 2026"]
    assert re.fullmatch(r"2026-11-26 \d\d:00:00[+-]\d\d:\d\d", held[1][0])
    narrowed = client.get(f"{LOG}.csv?kind=taken").get_data(as_text=True)
    assert "heropende" not in narrowed
    # It is written down that it was taken along.
    assert "nam het logboek mee" in rows(client)[0]


def test_the_log_is_taken_along_as_it_is_kept(town: Town) -> None:
    client, evaluation = town.signed_in(town.person(Role.CHAIR)), a_finished(town)
    client.send(f"/evaluations/{evaluation.id}/reopen")
    held = json.loads(client.get(f"{LOG}.json").get_data())
    assert [(row["action"], row["evaluation"]) for row in held] == [("reopen", evaluation.id)]
    assert len(held[0]["digest"]) == 64


def test_a_name_that_would_be_a_formula_is_none_in_the_table(town: Town) -> None:
    officer = town.person(Role.OFFICER)
    town.held.store.accounts.change(officer.id, name="=1+1")
    client, evaluation = town.signed_in(officer), a_finished(town)
    client.send(f"/evaluations/{evaluation.id}/reopen")
    assert "'=1+1" in client.get(f"{LOG}.csv").get_data(as_text=True)


def test_who_chose_a_password_by_a_link_is_named(town: Town) -> None:
    officer = town.signed_in(town.person(Role.OFFICER))
    page = officer.send(
        "/municipality/colleagues", name="Bo Claes", address="bo@leuven.example", role="chair"
    ).get_data(as_text=True)
    town.client().choose_by_link(link_on(page), NEW)
    told = next(row for row in rows(officer) if "koos een wachtwoord" in row)
    assert "wie de link kreeg koos een wachtwoord: Bo Claes" in told
    assert "niemand aangemeld" not in told
