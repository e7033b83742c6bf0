"""Where the commands write, and that a failure leaves everything as it was."""

import json
import os
import stat
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest

from evaltool.cli import main
from evaltool.store import StoreError, keep_document
from tests.factories import a_document

posix = pytest.mark.skipif(os.name != "posix", reason="pipes, links and modes of POSIX")


@pytest.fixture
def answers(tmp_path: Path) -> str:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(a_document()), encoding="utf-8")
    return str(path)


def parts(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(".part")]


@posix
def test_a_pipe_is_refused_and_stays_a_pipe(
    answers: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe, other = tmp_path / "pipe", tmp_path / "other.json"
    os.mkfifo(pipe)
    command = ["report", answers, "--json", str(other), "--summary", str(pipe)]
    assert main(command) == 1
    assert "geen gewoon bestand" in capsys.readouterr().err
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert not other.exists()
    assert parts(tmp_path) == []


@posix
def test_a_link_stays_a_link_and_a_mode_stays(answers: str, tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("earlier", encoding="utf-8")
    target.chmod(0o600)
    link.symlink_to(target)
    assert main(["report", answers, "--json", str(link)]) == 0
    assert link.is_symlink()
    assert json.loads(target.read_text(encoding="utf-8"))["date"] == "2026-11-23"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@posix
@pytest.mark.parametrize(
    ("language", "reason"), [("nl", "de naam is te lang"), ("en", "the name is too long")]
)
def test_a_reason_is_in_the_language_of_the_user(
    answers: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    language: str,
    reason: str,
) -> None:
    out = tmp_path / ("x" * 300)
    assert main(["report", answers, "--json", str(out), "--lang", language]) == 1
    assert reason in capsys.readouterr().err
    assert parts(tmp_path) == []


def test_a_long_name_that_fits_is_written(answers: str, tmp_path: Path) -> None:
    out = tmp_path / ("x" * 250)
    assert main(["report", answers, "--json", str(out)]) == 0
    assert out.is_file()


def test_a_port_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    for port in ("abc", "-1", "65536"):
        with pytest.raises(SystemExit) as ended:
            main(["serve", f"--port={port}"])
        assert ended.value.code == 2
        assert "a port is a number between 0 and 65535" in capsys.readouterr().err


def test_a_report_as_json_can_be_imported(
    answers: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, instance = tmp_path / "out.json", tmp_path / "instance"
    assert main(["report", answers, "--json", str(out)]) == 0
    assert main(["import", str(out), "--instance", str(instance)]) == 0
    assert "Leuven" in capsys.readouterr().out


def test_an_import_that_fails_halfway_keeps_nothing(
    answers: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept: list[object] = []

    def failing(*given: object) -> object:
        if kept:
            raise StoreError("full")
        kept.append(keep_document(*given))  # type: ignore[arg-type]
        return kept[0]

    monkeypatch.setattr("evaltool.cli.serving.keep_document", failing)
    instance = str(tmp_path / "instance")
    assert main(["import", answers, answers, "--instance", instance]) == 1
    assert kept
    assert "Geschreven" not in capsys.readouterr().out
    monkeypatch.undo()
    assert main(["export", "--to", str(tmp_path), "--instance", instance]) == 0
    assert "nog geen zelfevaluatie" in capsys.readouterr().out


def test_a_damaged_database_is_a_sentence_and_no_traceback(
    answers: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    instance = tmp_path / "instance"
    assert main(["import", answers, "--instance", str(instance)]) == 0
    with closing(connect(instance / "evaltool.sqlite")) as connection:
        connection.execute("DROP TABLE actions")
        connection.commit()
    assert main(["export", "--to", str(tmp_path), "--instance", str(instance)]) == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert len(said.splitlines()) == 2
