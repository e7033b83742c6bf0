"""What somebody who runs the tool sees of it: probes, the log, figures. And what nobody sees."""

import io
import json
import logging
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from flask import abort
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from evaltool.domain.access import Permission, Role
from evaltool.store import (
    DatabaseLocked,
    NotADatabase,
    ReadOnly,
    StoreError,
    check_usable,
    open_store,
    size_of,
)
from evaltool.store.database import LATEST
from evaltool.store.first_migrations import m001_evaluations
from evaltool.web.guard import guarded
from evaltool.web.logs import NO_ENDPOINT, REQUEST_ID, JsonLines, to_standard_error
from evaltool.web.metrics import measure
from tests.conftest import ROOT
from tests.hosting import NOW, OWN, PASSWORD, PUBLIC, Town, a_town
from tests.operation import as_somebody_without_rights
from tests.test_migrations import older

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

MARKERS = ("merkteken", "MERKTEKEN")
"""What is planted in everything that somebody can send, in both cases: methods are capitals."""
FIELDS = {
    "time",
    "level",
    "event",
    "method",
    "endpoint",
    "status",
    "milliseconds",
    "role",
    "request",
}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path / "instance")


@contextmanager
def lines() -> Iterator[list[dict[str, Any]]]:
    """The lines that the log gets, read, once it is over; none of them holds a marker."""
    stream, read = io.StringIO(), list[dict[str, Any]]()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield read
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    text = stream.getvalue()
    assert text.isascii()
    assert not [marker for marker in MARKERS if marker in text], text
    read.extend(json.loads(line) for line in text.splitlines())


def requests_in(read: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines that are about a whole request."""
    return [line for line in read if line["event"] == "request"]


# --- probes


@pytest.mark.parametrize(("path", "said"), [("/health", "ok\n"), ("/ready", "ready\n")])
def test_a_monitor_hears_that_all_is_well(town: Town, path: str, said: str) -> None:
    answer = town.client().get(path)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, said, "text/plain")
    assert "Set-Cookie" not in answer.headers
    assert town.client().post(path).status_code in (400, 405)


def test_a_monitor_asks_for_the_public_name_like_everybody(town: Town) -> None:
    for path in ("/health", "/ready"):
        assert town.client().get(path, base_url="http://127.0.0.1:5000").status_code == 400


def test_a_tool_of_one_person_has_no_probes(app: Any) -> None:
    assert [app.test_client().get(path).status_code for path in ("/health", "/ready")] == [404, 404]


def test_readiness_changes_nothing(town: Town) -> None:
    town.evaluation()
    with closing(sqlite3.connect(town.app.config["DATABASE"])) as kept:
        before = "\n".join(kept.iterdump())
        assert town.client().get("/ready").status_code == 200
        assert "\n".join(kept.iterdump()) == before


def damage(path: Path, how: str) -> None:
    """Make a database one that cannot be used."""
    if how == "gone":
        path.unlink()
    else:
        for beside in path.parent.glob("*-*"):
            beside.unlink()
        path.write_bytes(b"merkteken " * 1000)


@pytest.mark.parametrize("how", ["gone", "overwritten"])
def test_a_database_that_cannot_be_used_is_not_ready_and_the_process_still_answers(
    town: Town, how: str
) -> None:
    damage(town.app.config["DATABASE"], how)
    with lines() as read:
        answer = town.client().get("/ready")
    assert (answer.status_code, answer.text) == (503, "not ready\n")
    assert read[0]["event"].startswith("not ready: store_")
    assert requests_in(read)[0]["level"] == "error"
    assert town.client().get("/health").status_code == 200


def test_a_database_that_another_keeps_is_not_waited_for_long(tmp_path: Path) -> None:
    path = tmp_path / "evaltool.sqlite"
    open_store(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseLocked):
            check_usable(path, wait=0.05)
        other.execute("ROLLBACK")
    check_usable(path)


def test_what_is_no_database_is_told_as_that(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        check_usable(tmp_path / "nowhere.sqlite")
    assert not (tmp_path / "nowhere.sqlite").exists()
    (tmp_path / "text").write_bytes(b"no database at all, however long" * 100)
    with pytest.raises(NotADatabase):
        check_usable(tmp_path / "text")
    with closing(sqlite3.connect(tmp_path / "empty.sqlite")) as empty:
        empty.execute("CREATE TABLE other (id TEXT)")
    with pytest.raises(StoreError):
        check_usable(tmp_path / "empty.sqlite")


@pytest.mark.skipif(os.name != "posix", reason="about permissions of POSIX")
@pytest.mark.parametrize(
    ("closed", "mode"), [("evaltool.sqlite", 0o400), ("evaltool.sqlite-wal", 0o400), (".", 0o500)]
)
def test_a_database_that_may_only_be_read_is_not_ready(closed: str, mode: int) -> None:
    with as_somebody_without_rights() as folder:
        path = folder / "evaltool.sqlite"
        # As when it serves: the file is open already, with a log beside it.
        with closing(open_store(path)):
            check_usable(path)
            (folder / closed).chmod(mode)
            with pytest.raises(ReadOnly):
                check_usable(path)
            (folder / closed).chmod(0o700)
            check_usable(path)


def test_a_disk_that_may_only_be_read_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, connect = tmp_path / "evaltool.sqlite", sqlite3.connect
    open_store(path).close()

    def as_the_engine_falls_back(place: str, **how: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(place.replace("mode=rw", "mode=ro"), **how)
        return connection

    monkeypatch.setattr("evaltool.store.readiness.sqlite3.connect", as_the_engine_falls_back)
    with pytest.raises(ReadOnly):
        check_usable(path)


# --- the log


def test_each_request_has_one_line_by_the_rule_of_its_route(town: Town) -> None:
    evaluation = town.evaluation()
    officer = town.signed_in(town.person(Role.OFFICER))
    with lines() as read:
        answer = officer.get(f"/evaluations/{evaluation.id}?lang=en&q=merkteken")
        officer.get("/evaluations/merkteken")
        town.client().get("/merkteken?merkteken=merkteken")
        town.client().open("/health", method="MERKTEKEN")
    assert answer.status_code == 200
    told = [(line["method"], line["endpoint"], line["status"]) for line in requests_in(read)]
    assert told == [
        ("GET", "/evaluations/<id_>", 200),
        ("GET", "/evaluations/<id_>", 404),
        ("GET", NO_ENDPOINT, 404),
        ("other", NO_ENDPOINT, 405),
    ]
    first = requests_in(read)[0]
    assert set(first) == FIELDS
    assert (first["role"], first["level"]) == ("officer", "info")
    assert first["time"].endswith("+00:00")
    assert 0 <= first["milliseconds"] < 60_000
    assert evaluation.id not in json.dumps(read)


def test_an_answer_names_the_line_by_an_id_that_nobody_can_choose(town: Town) -> None:
    with lines() as read:
        found = [
            town.client().get(path, headers={REQUEST_ID: "merkteken"}).headers[REQUEST_ID]
            for path in ("/nowhere", "/sign-in", "/health", "/nowhere")
        ]
    assert [line["request"] for line in requests_in(read)] == found
    assert len(set(found)) == 4
    assert all(len(id_) == 16 for id_ in found)


def test_a_tool_of_one_person_gives_requests_no_id(client: Any) -> None:
    assert REQUEST_ID not in client.get("/").headers


def test_what_is_refused_has_a_line_too(town: Town) -> None:
    chair = town.signed_in(town.person(Role.CHAIR))
    with lines() as read:
        assert chair.get("/admin/accounts").status_code == 403
        assert town.client().post("/sign-in", data={"address": "merkteken"}).status_code == 400
        town.client().get("/health", base_url="https://merkteken.example")
    told = [(line["endpoint"], line["status"], line["role"]) for line in requests_in(read)]
    assert told[0] == ("/admin/accounts", 403, "chair")
    assert told[1][:2] == ("/sign-in", 400)
    assert told[2][:2] == ("/health", 400)
    # A form without its token can be told from a host that is not ours.
    (forged,) = [line for line in read if line["event"] == "flask_wtf.csrf"]
    assert forged["request"] == requests_in(read)[1]["request"]


def test_a_request_for_another_host_or_without_tls_says_why_it_is_refused(town: Town) -> None:
    with lines() as read:
        town.client().get("/sign-in", base_url="https://merkteken.example")
        town.client().get("/sign-in", headers={"X-Forwarded-Proto": "http"})
        town.client().get("/merkteken")
    assert [(line["status"], line.get("reason")) for line in requests_in(read)] == [
        (400, "asked for another host than that of public_url"),
        (400, "came without TLS, by what the nearest proxy says"),
        (404, None),
    ]


def test_a_database_that_is_brought_up_to_date_says_so_and_a_new_one_does_not(
    tmp_path: Path,
) -> None:
    with lines() as read:
        open_store(tmp_path / "new.sqlite").close()
    assert read == []
    path = tmp_path / "evaltool.sqlite"
    older(path, m001_evaluations)
    with lines() as read:
        open_store(path).close()
        open_store(path).close()
    (line,) = read
    assert line["event"] == f"database brought up to date: from m001_evaluations to {LATEST}"


def test_nothing_that_is_typed_or_kept_is_in_the_log(town: Town) -> None:
    evaluation = town.evaluation()
    who = town.person(Role.OFFICER, address="merkteken@gemeente.example")
    town.held.store.accounts.change(who.id, name="Merkteken merkteken")
    officer = town.signed_in(who)
    with lines() as read:
        town.client().send("/sign-in", address=who.address, password="merkteken")
        town.client().send("/sign-in", address=who.address, password=PASSWORD)
        section = f"/evaluations/{evaluation.id}/sections/structure/1"
        saved = officer.send(
            section,
            version=0,
            livcr_presence="yes_municipal",
            **{"note:livcr_presence": "merkteken"},
        )
        officer.send(section, version=7, livcr_presence="merkteken")
        officer.send(f"/evaluations/{evaluation.id}/plan/add", title="merkteken", owner="merkteken")
        officer.send("/municipality/colleagues", address="merkteken@x.example", name="merkteken")
        officer.get("/", headers={"User-Agent": "merkteken", "Accept-Language": "merkteken"})
    assert saved.status_code == 303
    assert len(requests_in(read)) == 7
    shown = json.dumps(read)
    for kept in (who.id, evaluation.id, OWN, "203.0.113", PASSWORD):
        assert kept not in shown


def broken(*_: object, **__: object) -> NoReturn:
    """A view that fails while it holds what somebody typed."""
    raise RuntimeError("merkteken in our own words") from ValueError("merkteken")


def test_a_fault_is_logged_with_its_place_and_kind_and_without_its_words(town: Town) -> None:
    town.app.add_url_rule("/broken", "broken", guarded(Permission.PUBLIC)(broken))
    with lines() as read:
        answer = town.client().get("/broken")
    assert answer.status_code == 500
    (fault,) = [line for line in read if "faults" in line]
    assert [one["kind"] for one in fault["faults"]] == ["RuntimeError", "ValueError"]
    assert fault["faults"][0]["trace"][-1].endswith(" broken")
    assert fault["request"] == answer.headers[REQUEST_ID]
    assert str(ROOT) not in json.dumps(read)
    assert requests_in(read)[0]["level"] == "error"


def test_a_fault_while_telling_of_a_fault_is_told_without_the_address(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaltool.web.errors.error_page", broken)
    town.app.testing = False
    # It then comes out to the server, which logs it in its own words once more.
    with lines() as read, pytest.raises(RuntimeError):
        town.client().get("/merkteken")
    (fault,) = read
    assert (fault["event"], fault["place"][:13]) == ("evaltool.web", "flask/app.py:")
    assert fault["faults"][0]["kind"] == "RuntimeError"


def test_of_what_others_log_only_what_is_always_the_same_and_numbers_are_kept() -> None:
    others = logging.getLogger("waitress.queue")
    with lines() as read:
        others.warning("Task queue depth is %d", 7)
        others.warning("Exception while serving %s", "/evaluations/merkteken")
        others.warning("Client disconnected while serving merkteken")
        others.warning("named %(this)s", {"this": "merkteken"})
    # Logged from this file, which is none of ours.
    assert [line["event"] for line in read] == [
        "Task queue depth is 7",
        "Exception while serving *",
        "waitress.queue",
        "waitress.queue",
    ]
    assert all(line["place"].startswith("tests/test_watching.py:") for line in read)


def test_our_own_code_is_known_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(ROOT)
    module = tmp_path / "current" / "evaltool" / "web" / "any.py"
    record = logging.LogRecord("evaltool", logging.INFO, str(module), 3, "a %s", ("word",), None)
    line = json.loads(JsonLines().format(record))
    assert line["event"] == "a word"
    assert "place" not in line


def test_what_others_log_in_a_wrong_way_is_told_by_its_place() -> None:
    record = logging.LogRecord("other", logging.INFO, "b/c.py", 3, "%d", ("merkteken",), None)
    line = json.loads(JsonLines().format(record))
    assert (line["event"], line["place"]) == ("other", "b/c.py:3")


def test_a_line_end_in_what_is_logged_makes_no_second_line() -> None:
    record = logging.LogRecord(
        "evaltool",
        logging.INFO,
        str(ROOT / "evaltool" / "x.py"),
        1,
        "a\nb\u2028c %s",
        ("é\x1b",),
        None,
    )
    line = JsonLines().format(record)
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line)["event"] == "a\nb\u2028c é\x1b"


def test_the_whole_process_logs_in_this_form(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(root, "handlers", [])
    try:
        to_standard_error()
        (handler,) = root.handlers
        assert isinstance(handler.formatter, JsonLines)
        assert root.level == logging.INFO
    finally:
        logging.captureWarnings(False)
        root.handlers, root.level = handlers, level


# --- figures


def figures(measured: "WSGIApplication") -> dict[tuple[str, tuple[str, ...]], float]:
    """What a monitor reads: each figure by its name and the values of its labels."""
    answer = Client(measured).get("/metrics")
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    text = answer.get_data(as_text=True)
    assert not [marker for marker in MARKERS if marker in text]
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_class_of_status(town: Town) -> None:
    measured = measure(town.app)
    officer = town.signed_in(town.person(Role.OFFICER))
    for path in ("/", "/", "/admin/accounts", "/evaluations/merkteken", "/merkteken"):
        officer.get(path)
    found = figures(measured)
    counted = {
        labels: n for (name, labels), n in found.items() if name == "evaltool_requests_total"
    }
    assert counted == {
        ("/", "2xx"): 2,
        ("/admin/accounts", "4xx"): 1,
        ("/evaluations/<id_>", "4xx"): 1,
        (NO_ENDPOINT, "4xx"): 1,
    }
    assert found["evaltool_request_duration_seconds_count", ("/",)] == 2
    assert found["evaltool_request_duration_seconds_bucket", ("/", "+Inf")] == 2
    assert 0 < found["evaltool_request_duration_seconds_sum", ("/",)] < 60


def test_sign_ins_are_counted_by_outcome(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = measure(town.app)
    name = "evaltool_sign_ins_total"
    outcomes = ("succeeded", "failed", "refused")
    assert [figures(measured)[name, (outcome,)] for outcome in outcomes] == [0, 0, 0]
    who = town.person(Role.OFFICER)
    for password in (PASSWORD, "merkteken", "merkteken"):
        town.client().send("/sign-in", address=who.address, password=password)
    monkeypatch.setattr("evaltool.domain.attempts.MOST_FROM_ELSEWHERE", 0)
    monkeypatch.setattr("evaltool.domain.attempts.MOST_FROM_KNOWN", 0)
    assert town.client().send("/sign-in", address=who.address).status_code == 429
    found = figures(measured)
    assert [found[name, (outcome,)] for outcome in outcomes] == [1, 2, 1]


def test_half_a_sign_in_is_none(town: Town) -> None:
    measured = measure(town.app)
    who = town.person(Role.OFFICER, second_factor="sealed")
    answer = town.client().send("/sign-in", address=who.address, password=PASSWORD)
    assert answer.location == "/sign-in/code"
    assert figures(measured)["evaltool_sign_ins_total", ("succeeded",)] == 0


def test_the_size_of_the_database_and_the_letters_that_wait_are_told(town: Town) -> None:
    measured = measure(town.app)
    database = town.app.config["DATABASE"]
    who = town.person(Role.OFFICER)
    town.held.store.outbox.queue(who.id, "reset", NOW)
    found = figures(measured)
    assert found["evaltool_mail_waiting", ()] == 1
    assert found["evaltool_database_bytes", ()] == size_of(database)
    beside = database.with_name("evaltool.sqlite-wal").stat().st_size
    assert size_of(database) == database.stat().st_size + beside > 100_000
    assert found["process_resident_memory_bytes", ()] > 1e6


def test_a_store_that_fails_leaves_the_other_figures(town: Town) -> None:
    measured = measure(town.app)
    town.client().get("/health")
    town.held.store.close()
    damage(town.app.config["DATABASE"], "overwritten")
    found = figures(measured)
    assert found["evaltool_requests_total", ("/health", "2xx")] == 1
    assert ("evaltool_mail_waiting", ()) not in found


def test_figures_of_several_threads_add_up(town: Town) -> None:
    measured = measure(town.app)

    def ask() -> None:
        for _ in range(25):
            town.client().get("/health")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert figures(measured)["evaltool_requests_total", ("/health", "2xx")] == 100


def test_a_route_that_breaks_off_is_counted_once(town: Town) -> None:
    @guarded(Permission.PUBLIC)
    def stopped() -> str:
        abort(503)

    town.app.add_url_rule("/stopped", "stopped", stopped)
    measured = measure(town.app)
    town.client().get("/stopped")
    assert figures(measured)["evaltool_requests_total", ("/stopped", "5xx")] == 1


def test_the_library_of_figures_is_loaded_only_where_they_are_asked_for(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from tests.factories import a_hosted\n"
        "from evaltool.web import create_app\n"
        f"app = create_app({{'INSTANCE': {str(tmp_path)!r}, 'HOSTED': a_hosted()}})\n"
        f"assert app.test_client().get('/health', base_url={PUBLIC!r}).status_code == 200\n"
        "sys.exit('prometheus_client' in sys.modules)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, check=False)
    assert done.returncode == 0
