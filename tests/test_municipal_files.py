"""The zip with all data of a municipality: what is in it, and that it says so itself."""

import io
import json
import zipfile
from pathlib import Path

import pdfplumber
import pytest

from evaltool.domain.access import Role
from evaltool.domain.evaluation import View
from evaltool.domain.plan import Action
from tests.factories import some_answers
from tests.hosting import OWN, PASSWORD, Town, a_town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def taken(town: Town, lang: str = "nl") -> dict[str, bytes]:
    client = town.signed_in(town.person(Role.OFFICER))
    client.get("/", query_string={"lang": lang})
    sent = client.send("/municipality/data.zip", password=PASSWORD)
    archive = zipfile.ZipFile(io.BytesIO(sent.data))
    return {name: archive.read(name) for name in archive.namelist()}


def a_whole_evaluation(town: Town, *disciplines: str) -> str:
    """Finished, with an action and as many views as there are disciplines."""
    evaluation = town.evaluation(answers=some_answers(livcr_presence="yes_municipal"))
    for discipline in disciplines:
        member = town.person(Role.CONTRIBUTOR)
        view = town.evaluation(
            view=View(evaluation.id, member.id, discipline),
            answers=some_answers(
                {"livcr_presence": "yes_municipal", "livcr_tables": "one"},
                notes={"livcr_tables": "alleen van mij"},
            ),
        )
        town.held.evaluations.finish(view.id, at=town.clock.at)
    town.held.evaluations.finish(evaluation.id, at=town.clock.at)
    town.held.plans.add(evaluation.id, Action("Een decreet lezen"), at=town.clock.at)
    return evaluation.id


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_each_file_is_explained_in_both_languages(town: Town, lang: str) -> None:
    a_whole_evaluation(town, "mayor", "schools", "local_police")
    files = taken(town, lang)
    dutch, english = files["LEESMIJ.txt"].decode(), files["README.txt"].decode()
    others = [name for name in files if name not in ("LEESMIJ.txt", "README.txt")]
    assert len(others) == 10
    for name in others:
        for told in (dutch, english):
            assert f"{name}\r\n    " in told
    assert "Alle gegevens van Leuven" in dutch
    assert "op 26 november 2026" in dutch
    assert "The last report" not in dutch
    assert "To read: the last report of the self-evaluation of 26 November 2026" in english
    assert next(iter(files)) == "LEESMIJ.txt"


def test_the_report_is_there_to_read_with_the_action_plan(town: Town) -> None:
    id_ = a_whole_evaluation(town)
    name, pdf = next((n, content) for n, content in taken(town).items() if n.endswith(".pdf"))
    assert name.endswith(f"-{id_[:6]}-report.pdf")
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        text = " ".join(page.extract_text() for page in document.pages)
    assert "Leuven" in text
    assert "Een decreet lezen" in text


def test_what_was_never_finished_has_no_report(town: Town) -> None:
    town.evaluation()
    assert not [name for name in taken(town) if name.endswith(".pdf")]


def test_a_view_says_of_which_member_and_holds_what_a_page_shows(town: Town) -> None:
    a_whole_evaluation(town, "mayor", "schools", "other")
    files = taken(town)
    views = {n: content.decode() for n, content in files.items() if "-view-" in n}
    assert {name.rpartition("-")[2] for name in views} == {
        "mayor.json",
        "schools.json",
        "other.json",
    }
    assert "lid van de LIVC-R het zag bij de zelfevaluatie van 26 november 2026: Burgemeester." in (
        files["LEESMIJ.txt"].decode()
    )
    assert "26 november 2026: Een ander lid." in files["LEESMIJ.txt"].decode()
    assert not any("alleen van mij" in content for content in views.values())
    assert all(
        json.loads(content)["answers"]["livcr_tables"] == "one" for content in views.values()
    )


def test_what_fewer_than_three_answered_stays_theirs(town: Town) -> None:
    evaluation = town.evaluation(answers=some_answers(livcr_presence="yes_municipal"))
    for number, discipline in enumerate(("mayor", "schools", "local_police")):
        given = {"livcr_presence": "yes_municipal"}
        given |= {"livcr_tables": "one"} if number else {}
        view = town.evaluation(
            view=View(evaluation.id, town.person(Role.CONTRIBUTOR).id, discipline),
            answers=some_answers(given),
        )
        town.held.evaluations.finish(view.id, at=town.clock.at)
    views = [content.decode() for name, content in taken(town).items() if "-view-" in name]
    assert len(views) == 3
    assert not any("livcr_tables" in content for content in views)


def test_a_report_of_another_edition_is_there_as_data(town: Town) -> None:
    made = town.held.evaluations.create(
        nis_code=OWN,
        cluster=5,
        cluster_proposed=False,
        day=town.clock.at.date(),
        edition="of before",
        survey="2020",
        sections={},
        at=town.clock.at,
    )
    town.held.evaluations.finish(made.id, at=town.clock.at)
    files = taken(town)
    assert not [name for name in files if name.endswith(".pdf")]
    assert [name for name in files if name.endswith("-report-1.json")]
