"""The command line: what it prints, writes and refuses."""

import json
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from icalendar import Calendar

from evaltool.catalogue import Catalogue
from evaltool.cli import main
from evaltool.domain.access import Role
from evaltool.domain.document import read
from evaltool.domain.output import report_json
from evaltool.domain.reporting import build
from evaltool.store import open_store
from tests.factories import a_document, a_document_of, a_moment, all_answers


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(a_document()), encoding="utf-8")
    return path


def written(path: Path, **changes: object) -> str:
    path.write_text(json.dumps(a_document(**changes)), encoding="utf-8")
    return str(path)


def test_report_json_in_the_form_of_the_specification(answers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert main(["report", str(answers), "--json", str(out), "--lang", "en"]) == 0
    held = json.loads(out.read_text(encoding="utf-8"))
    assert held["municipality"] == {"nis_code": "24062", "name": "Leuven"}
    assert held["cluster"] == {"number": 5, "proposed": False}
    (comparison,) = held["comparisons"]
    assert {key: comparison[key] for key in ("question", "segment", "n", "fallback", "source")} == {
        "question": "livcr_presence",
        "segment": "cluster_5",
        "n": 22,
        "fallback": None,
        "source": "Tabel 8",
    }
    (option,) = (o for o in comparison["options"] if o["option"] == "yes_municipal")
    expected = {
        "option": "yes_municipal",
        "chosen": True,
        "count": 15,
        "share": 0.6818,
        "interval": [0.4732, 0.8364],
        "estimate": 0.5442,
        "flanders_share": 0.4453,
        "count_status": "printed",
    }
    assert {key: option[key] for key in expected} == expected
    assert held["legal_minimum"] == {"met": False, "missing": ["prevention_official"]}
    assert set(held["levels"]) == {
        "structure",
        "composition",
        "information_sharing",
        "difficulties",
    }
    for finding in held["findings"]:
        assert finding["kind"] in ("legal", "attention", "strength")
        assert finding["basis"] in ("law", "survey", "practice")
        assert finding["source"]
    assert held["findings"][0]["id"] == "legal_missing_members"


def test_report_writes_pdf_and_says_so(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.pdf"
    assert main(["report", str(answers), "--pdf", str(out)]) == 0
    assert out.read_bytes().startswith(b"%PDF-1.7")
    assert str(out) in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.json", "out.pdf"]


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_document_and_data_file_at_once(answers: Path, tmp_path: Path, lang: str) -> None:
    made = {
        name: tmp_path / f"{name}.{ending}"
        for name, ending in (
            *(("pdf", "pdf"), ("summary", "pdf"), ("meeting", "pdf"), ("intake", "pdf")),
            *(("json", "json"), ("xlsx", "xlsx"), ("ics", "ics")),
        )
    }
    folder = tmp_path / "csv"
    folder.mkdir()
    options = [word for name, path in made.items() for word in (f"--{name}", str(path))]
    arguments = ["report", str(answers), *options, "--csv", str(folder), "--minutes", "90"]
    assert main([*arguments, "--lang", lang]) == 0
    for name, path in made.items():
        starts = {"json": b"{", "xlsx": b"PK", "ics": b"BEGIN:VCALENDAR"}.get(name, b"%PDF-1.7")
        assert path.read_bytes().startswith(starts), name
    names = {"answers.csv", "comparisons.csv", "actions.csv"}
    assert {path.name for path in folder.iterdir()} == names
    (tmp_path / "csv").rename(tmp_path / "gone")
    with_gone = [str(o).replace("pdf.pdf", "again.pdf") for o in arguments]
    assert main(with_gone) == 1
    assert not (tmp_path / "again.pdf").exists()


def test_a_meeting_of_another_length_is_wrong_usage(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sheet.pdf"
    assert main(["report", str(answers), "--meeting", str(out), "--minutes", "75"]) == 2
    assert "60, 90, 120" in capsys.readouterr().err
    assert not out.exists()


def test_the_action_plan_of_a_file_is_in_its_report(tmp_path: Path) -> None:
    action = {"title": "Bel de buren", "state": "busy", "due": "2027-03-31"}
    path, out = tmp_path / "answers.json", tmp_path / "out.json"
    assert main(["report", written(path, actions=[action]), "--json", str(out)]) == 0
    assert json.loads(out.read_text())["actions"] == [action]


@pytest.mark.parametrize(
    ("language", "words"), [("nl", "15 van de 22 centrumgemeenten"), ("en", "15 of the 22 centre")]
)
def test_report_without_files_prints_a_summary(
    answers: Path, capsys: pytest.CaptureFixture[str], language: str, words: str
) -> None:
    assert main(["report", str(answers), "--lang", language]) == 0
    assert words in capsys.readouterr().out


def test_a_proposed_cluster_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = {key: value for key, value in a_document().items() if key != "cluster"}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(held), encoding="utf-8")
    assert main(["report", str(path)]) == 0
    assert "niet bevestigd" in " ".join(capsys.readouterr().out.split())


def test_refused_input_names_every_problem_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "a.json", municipality="11007", cluster=True, colour="red")
    out = tmp_path / "out.pdf"
    assert main(["report", path, "--pdf", str(out), "--json", str(tmp_path / "o.json")]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    for named in ("11002", "Antwerpen", "cluster", "colour"):
        assert named in told.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json"]


def test_a_missing_file_and_a_missing_folder(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(tmp_path / "nowhere.json")]) == 1
    assert "nowhere.json" in capsys.readouterr().err
    good, bad = tmp_path / "out.json", tmp_path / "no" / "out.pdf"
    assert main(["report", str(answers), "--json", str(good), "--pdf", str(bad)]) == 1
    assert "out.pdf" in capsys.readouterr().err
    assert not good.exists()
    assert main(["report", str(answers), "--json", str(good), "--pdf", str(good)]) == 1
    assert not good.exists()


def test_a_report_never_overwrites_its_answers(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = answers.read_bytes()
    folder = tmp_path / "folder"
    folder.mkdir()
    link = tmp_path / "link.json"
    link.symlink_to(answers)
    for out in (answers, folder / ".." / answers.name, link):
        pdf = tmp_path / "out.pdf"
        assert main(["report", str(answers), "--json", str(out), "--pdf", str(pdf)]) == 1
        assert str(out) in capsys.readouterr().err
        assert answers.read_bytes() == before
        assert not pdf.exists()


def test_two_options_for_one_file_are_refused_however_it_is_written(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    out, again = tmp_path / "out.pdf", folder / ".." / "out.pdf"
    assert main(["report", str(answers), "--pdf", str(out), "--summary", str(again)]) == 1
    assert str(again) in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_dates_of_the_plan_as_a_calendar(tmp_path: Path, lang: str) -> None:
    actions = [
        {"title": "Zonder datum"},
        {"title": "Bel de buren", "state": "busy", "due": "2027-03-31"},
        {"title": "Gedaan", "state": "done", "due": "2027-04-30"},
    ]
    path, out = written(tmp_path / "answers.json", actions=actions), tmp_path / "plan.ics"
    assert main(["report", path, "--ics", str(out), "--lang", lang]) == 0
    calendar = Calendar.from_ical(out.read_bytes())
    (event,) = calendar.walk("VEVENT")
    assert str(event["uid"]) == "24062-2@evaltool"
    assert event.decoded("dtstart") == date(2027, 3, 31)
    assert event.decoded("dtstamp") == datetime(2026, 11, 23, tzinfo=UTC)
    assert event.decoded("sequence") == 0


@pytest.mark.parametrize(
    "arguments", [[], ["nothing"], ["report"], ["report", "a", "--lang", "fr"]]
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


@pytest.mark.parametrize(
    "command", ["serve", "check", "report", "questionnaire", "benchmarks", "import", "export"]
)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert "--lang" in capsys.readouterr().out


def test_questionnaire(
    catalogue: Catalogue, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["questionnaire", "--json"]) == 0
    held = json.loads(capsys.readouterr().out)
    ids = [q["id"] for section in held["sections"] for q in section["questions"]]
    assert ids == list(catalogue.questionnaire.by_id)
    assert main(["questionnaire", "--lang", "en"]) == 0
    text = capsys.readouterr().out
    assert all(f"[{id_}]" in text for id_ in ids)
    assert main(["questionnaire", "--pdf", str(tmp_path / "q.pdf")]) == 0
    assert (tmp_path / "q.pdf").read_bytes().startswith(b"%PDF")


def test_check_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "285" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["8", "Tabel 8", "tabel 8"])
def test_benchmarks_prints_a_table(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmarks", "--table", name]) == 0
    lines = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    (line,) = (row for row in lines.splitlines() if "cluster_5" in row and "yes_municipal" in row)
    assert "15/22" in line
    assert "68 %" in line
    assert "47 % – 84 %" in line
    (small,) = (row for row in lines.splitlines() if "cluster_6" in row and "yes_municipal" in row)
    assert "2/3" in small
    assert "33 %" not in small


def test_benchmarks_refuses_an_unknown_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmarks", "--table", "99"]) == 1
    assert "Figuur 10" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.org", "::"])
def test_serve_refuses_any_address_but_this_machines(
    host: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--host", host, "--instance", str(tmp_path / "i")]) == 1
    assert host in capsys.readouterr().err
    assert not (tmp_path / "i").exists()


def test_serve_without_accounts_refuses_a_database_that_has_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(open_store(tmp_path / "evaltool.sqlite")) as store:
        store.accounts.create(
            address="an@organisatie.example",
            name="An",
            role=Role.ADMINISTRATOR,
            nis_code=None,
            at=a_moment(),
        )
    assert main(["serve", "--port", "0", "--instance", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "evaltool serve --hosted" in said
    assert str(tmp_path) in said


def test_import_and_export_give_the_same_file(
    catalogue: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = written(tmp_path / "a.json")
    second = written(tmp_path / "b.json", municipality="11002", answers={})
    instance, out = tmp_path / "instance", tmp_path / "out"
    out.mkdir()
    assert main(["import", first, second, "--instance", str(instance)]) == 0
    assert main(["export", "--to", str(out), "--instance", str(instance)]) == 0
    documents = {
        read(path.read_bytes(), catalogue.questionnaire, catalogue.register).municipality.name
        for path in out.iterdir()
    }
    assert documents == {"Leuven", "Antwerpen"}
    capsys.readouterr()
    assert main(["export", "--to", str(tmp_path / "gone"), "--instance", str(instance)]) == 1
    assert "gone" in capsys.readouterr().err
    assert main(["export", "nothing", "--instance", str(instance)]) == 1
    bad = written(tmp_path / "c.json", date="x")
    capsys.readouterr()
    assert main(["import", first, bad, "--instance", str(instance)]) == 1
    assert "date" in capsys.readouterr().err
    assert main(["export", "--to", str(out), "--instance", str(instance)]) == 0
    assert len(list(out.iterdir())) == 2


def test_an_export_writes_all_or_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = written(tmp_path / "a.json")
    second = written(tmp_path / "b.json", municipality="11002", answers={})
    instance, out = tmp_path / "instance", tmp_path / "out"
    out.mkdir()
    assert main(["import", first, second, "--instance", str(instance)]) == 0
    assert main(["export", "--to", str(out), "--instance", str(instance)]) == 0
    # One of the two cannot be written any more; the other stays out as well.
    blocked, other = sorted(out.iterdir())
    other.unlink()
    blocked.unlink()
    blocked.mkdir()
    capsys.readouterr()
    assert main(["export", "--to", str(out), "--instance", str(instance)]) == 1
    assert blocked.name in capsys.readouterr().err
    assert sorted(out.iterdir()) == [blocked]


_MAIN = "import sys; from evaltool.cli import main; sys.exit(main())"


def test_no_traceback_and_utf8_from_the_real_command(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_bytes(b"[" * 200_000)
    ran = subprocess.run(
        [sys.executable, "-c", _MAIN, "report", str(path)],
        capture_output=True,
        check=False,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )
    assert ran.returncode == 1
    assert b"Traceback" not in ran.stderr
    assert "Geweigerd" in ran.stderr.decode("utf-8") or "deep.json" in ran.stderr.decode("utf-8")


def test_all_285_municipalities_get_a_report(catalogue: Catalogue) -> None:
    """Once each, with varied answers; the time it takes is bounded generously."""
    full = all_answers(catalogue.questionnaire)
    ids = list(full.values)
    started = time.monotonic()
    library = catalogue.library("nl")
    for number, (code, municipality) in enumerate(catalogue.register.municipalities.items()):
        dropped = set(ids[number % len(ids) :: 3])
        values = {id_: value for id_, value in full.values.items() if id_ not in dropped}
        answers = type(full)(values, full.other_text, full.notes)
        cluster = municipality.proposal.cluster or 1 + number % 6
        report = build(
            library, a_document_of(catalogue, answers, municipality=code, cluster=cluster)
        )
        assert json.dumps(report_json(report))
    assert number == 284
    assert time.monotonic() - started < 60
