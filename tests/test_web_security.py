"""What holds for every route: host, headers, access, tokens, and the key."""

import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from evaltool.domain.access import Actor, Permission, Role, may
from evaltool.web import create_app
from evaltool.web.security import HEADERS
from tests.browsing import begun, form_of, parsed, send

ROOT = Path(__file__).resolve().parent.parent

# Every route, how it is called, and what it does: a new one must be added here on purpose.
ROUTES = {
    ("/", "GET"): Permission.USE,
    ("/questionnaire.pdf", "GET"): Permission.USE,
    ("/glossary", "GET"): Permission.PUBLIC,
    ("/privacy", "GET"): Permission.PUBLIC,
    ("/accessibility", "GET"): Permission.PUBLIC,
    ("/evaluations/new", "GET"): Permission.CREATE,
    ("/evaluations/new", "POST"): Permission.CREATE,
    ("/evaluations/import", "POST"): Permission.CREATE,
    ("/evaluations/<id_>", "GET"): Permission.READ,
    ("/evaluations/<id_>/sections/<section_id>/<int:number>", "GET"): Permission.FILL_IN,
    ("/evaluations/<id_>/sections/<section_id>/<int:number>", "POST"): Permission.FILL_IN,
    ("/evaluations/<id_>/sections/<section_id>/comparison", "GET"): Permission.READ,
    ("/evaluations/<id_>/check", "GET"): Permission.READ,
    ("/evaluations/<id_>/finish", "POST"): Permission.FINISH,
    ("/evaluations/<id_>/reopen", "POST"): Permission.REOPEN,
    ("/evaluations/<id_>/keep", "POST"): Permission.KEEP,
    ("/evaluations/<id_>/details", "GET"): Permission.DETAILS,
    ("/evaluations/<id_>/details", "POST"): Permission.DETAILS,
    ("/evaluations/<id_>/answers.json", "GET"): Permission.EXPORT,
    ("/evaluations/<id_>/delete", "GET"): Permission.DELETE,
    ("/evaluations/<id_>/delete", "POST"): Permission.DELETE,
    ("/evaluations/<id_>/results", "GET"): Permission.RESULTS,
    ("/evaluations/<id_>/report.pdf", "GET"): Permission.DOCUMENT,
    ("/evaluations/<id_>/report.json", "GET"): Permission.EXPORT,
    ("/evaluations/<id_>/summary.pdf", "GET"): Permission.DOCUMENT,
    ("/evaluations/<id_>/meeting.pdf", "GET"): Permission.MEETING,
    ("/evaluations/<id_>/intake.pdf", "GET"): Permission.INTAKE,
    ("/evaluations/<id_>/<any(answers, comparisons, actions):sheet>.csv", "GET"): Permission.EXPORT,
    ("/evaluations/<id_>/report.xlsx", "GET"): Permission.EXPORT,
    ("/evaluations/<id_>/actions.ics", "GET"): Permission.DOCUMENT,
    ("/evaluations/<id_>/plan", "GET"): Permission.RESULTS,
    ("/evaluations/<id_>/zone", "GET"): Permission.ZONE,
    ("/evaluations/<id_>/zone", "POST"): Permission.ZONE,
    ("/evaluations/<id_>/trend", "GET"): Permission.RESULTS,
    ("/evaluations/<id_>/compare/<other>", "GET"): Permission.RESULTS,
    ("/evaluations/<id_>/plan/pick", "POST"): Permission.PLAN,
    ("/evaluations/<id_>/plan/add", "POST"): Permission.PLAN,
    ("/evaluations/<id_>/plan/<action_id>", "GET"): Permission.PLAN,
    ("/evaluations/<id_>/plan/<action_id>", "POST"): Permission.PLAN,
    ("/evaluations/<id_>/plan/<action_id>/remove", "GET"): Permission.PLAN,
    ("/evaluations/<id_>/plan/<action_id>/remove", "POST"): Permission.PLAN,
    ("/evaluations/<id_>/meetings", "GET"): Permission.RESULTS,
    ("/evaluations/<id_>/meetings", "POST"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>", "GET"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/agenda", "POST"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/add", "POST"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/details", "GET"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/details", "POST"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/start", "POST"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/prepare", "POST"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/close", "POST"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/reopen", "POST"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/delete", "GET"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/delete", "POST"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/sheet.pdf", "GET"): Permission.MEETING,
    ("/evaluations/<id_>/meetings/<meeting_id>/minutes.pdf", "GET"): Permission.MEETING,
    ("/evaluations/<id_>/meetings/<meeting_id>/minutes.txt", "GET"): Permission.MEETING,
    ("/evaluations/<id_>/meetings/<meeting_id>/room/<int:number>", "GET"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/decide", "POST"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/notes", "POST"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/turn", "POST"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/decisions/<decision_id>", "GET"): Permission.AGENDA,
    ("/evaluations/<id_>/meetings/<meeting_id>/decisions/<decision_id>", "POST"): Permission.AGENDA,
    (
        "/evaluations/<id_>/meetings/<meeting_id>/decisions/<decision_id>/remove",
        "GET",
    ): Permission.AGENDA,
    (
        "/evaluations/<id_>/meetings/<meeting_id>/decisions/<decision_id>/remove",
        "POST",
    ): Permission.AGENDA,
}


def test_forms_are_signed_with_sha_256(client: FlaskClient, app: Flask) -> None:
    client.get("/")
    with client.session_transaction() as session:
        raw = session["csrf_token"]
    assert len(bytes.fromhex(raw)) == 32
    for digest_method, status in ((hashlib.sha1, 400), (hashlib.sha256, 303)):
        serializer = URLSafeTimedSerializer(
            str(app.secret_key),
            salt="wtf-csrf-token",
            signer_kwargs={"digest_method": digest_method},
        )
        sent = {"csrf_token": serializer.dumps(raw), "nis_code": "24062", "cluster": "5"}
        assert client.post("/evaluations/new", data=sent).status_code == status


def test_every_route_says_what_it_does(app: Flask) -> None:
    found = {
        (rule.rule, method): getattr(app.view_functions[rule.endpoint], "permission", None)
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert found == ROUTES


def test_the_one_user_of_a_machine_may_do_all_that_there_is_here() -> None:
    assert all(may(Actor(Role.LOCAL), permission) for permission in ROUTES.values())


def test_a_route_that_does_not_say_what_it_does_is_refused(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def addresses(evaluation: str) -> list[str]:
    return [
        "/",
        "/questionnaire.pdf",
        "/glossary",
        "/evaluations/new",
        "/evaluations/new?name=leuven",
        evaluation,
        f"{evaluation}/sections/structure/1",
        f"{evaluation}/sections/structure/comparison",
        f"{evaluation}/check",
        f"{evaluation}/details",
        f"{evaluation}/delete",
        f"{evaluation}/answers.json",
        f"{evaluation}/results",
        f"{evaluation}/report.pdf",
        f"{evaluation}/report.json",
        "/static/style.css",
        "/static/evaltool.js",
        "/nowhere",
        "/evaluations/import",
    ]


def test_every_answer_carries_the_headers(client: FlaskClient) -> None:
    evaluation = begun(client)
    send(client, client.get(f"{evaluation}/check"), "/finish")
    for address in addresses(evaluation):
        with client.get(address) as answer:
            headers = answer.headers
        for name, value in HEADERS.items():
            assert headers[name] == value, address
        expected = "max-age" if address.startswith("/static/") else "no-store"
        assert expected in headers["Cache-Control"], address
    assert "default-src 'none'" in HEADERS["Content-Security-Policy"]
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:5000",
        "127.0.0.1.evil.example:5000",
        "127.0.0.1:5001",
        "127.0.0.1:5000:5000",
        "127.0.0.1@evil.example:5000",
        "127.0.0.2:5000",
        "0.0.0.0:5000",
        "[::2]:5000",
        "::1",
        "localhost.:5000",
        "localhost:",
        "localhost:x",
        "a b",
        "evil.example/",
        "",
    ],
)
def test_another_host_is_refused(app: Flask, host: str) -> None:
    client = app.test_client()
    for address in ("/", "/static/style.css", "/nowhere"):
        answer = client.get(address, headers={"Host": host}, environ_overrides={"HTTP_HOST": host})
        assert answer.status_code == 400, address
        assert "HTTP_HOST" not in answer.text
        assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize(
    "host", ["127.0.0.1:5000", "localhost:5000", "LOCALHOST:5000", "[::1]:5000", "localhost"]
)
def test_this_machine_is_answered(app: Flask, host: str) -> None:
    # The test client's server port is 80, the port when the header names none.
    assert app.test_client().get("/", headers={"Host": host}).status_code == 200


def test_no_port_means_80(tmp_path: Path) -> None:
    app = create_app({"INSTANCE": tmp_path, "PORT": 5050, "TESTING": True})
    overrides = {"SERVER_PORT": "5050"}
    client = app.test_client()
    assert (
        client.get("/", headers={"Host": "localhost"}, environ_overrides=overrides).status_code
        == 400
    )
    ours = client.get("/", headers={"Host": "localhost:5050"}, environ_overrides=overrides)
    assert ours.status_code == 200


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_an_address_that_is_not_there(client: FlaskClient) -> None:
    evaluation = begun(client)
    for address in (
        "/evaluations/x",
        "/evaluations/x/check",
        "/evaluations/x/sections/structure/1",
        "/evaluations/x/report.pdf",
        f"{evaluation}/sections/nothing/1",
        f"{evaluation}/sections/nothing/comparison",
        f"{evaluation}/sections/structure/0",
        f"{evaluation}/sections/structure/99",
        f"{evaluation}/sections/structure/x",
        "/static/../setup.cfg",
    ):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert "Ga naar de start" in answer.text
    assert client.get(f"{evaluation}/finish").status_code == 405


def test_what_was_typed_is_text_and_never_markup(client: FlaskClient) -> None:
    nasty = "</textarea><script>alert(1)</script>\"'&amp;"
    evaluation = begun(client)
    page = client.get(f"{evaluation}/sections/structure/1")
    fields = {"note:livcr_presence": nasty, "other:livcr_tables": nasty}
    send(client, page, "structure/1", livcr_presence="yes_municipal", fields=fields)
    send(
        client,
        client.get(f"{evaluation}/sections/structure/1"),
        "structure/1",
        livcr_tables="other",
    )
    again = client.get(f"{evaluation}/sections/structure/1")
    assert form_of(again, "structure/1")["note:livcr_presence"] == nasty
    assert form_of(again, "structure/1")["other:livcr_tables"] == nasty
    send(client, client.get(f"{evaluation}/check"), "/finish")
    for path in ("check", "results"):
        assert nasty in "".join(parsed(client.get(f"{evaluation}/{path}")).itertext())
    for path in ("check", "results", "sections/structure/comparison"):
        scripts = parsed(client.get(f"{evaluation}/{path}")).findall(".//script")
        assert [s.get("src") is not None for s in scripts] == [True]


def test_a_fault_of_ours_gets_a_page_without_internals(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("internal detail")

    monkeypatch.setattr("evaltool.web.start.tasks", broken)
    begun(client)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Er liep iets mis" in answer.text
    assert "internal detail" not in answer.text


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = create_app({"INSTANCE": tmp_path / "instance"})
    second = create_app({"INSTANCE": tmp_path / "instance"})
    key = tmp_path / "instance" / "secret_key"
    assert first.secret_key == second.secret_key == key.read_text()
    assert len(key.read_text()) == 64
    if os.name == "posix":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert create_app({"INSTANCE": tmp_path / "other"}).secret_key != first.secret_key


def test_an_empty_key_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("")
    with pytest.raises(OSError, match="secret_key"):
        create_app({"INSTANCE": tmp_path})


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        create_app({"INSTANCE": tmp_path / "file" / "instance"})


def test_unknown_settings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="DEBUG"):
        create_app({"INSTANCE": tmp_path, "DEBUG": True})


def test_it_starts_from_any_folder_and_never_loads_pandas(tmp_path: Path) -> None:
    script = (
        "import sys, json\n"
        "from evaltool.web import create_app\n"
        f"app = create_app({{'INSTANCE': {str(tmp_path / 'instance')!r}, 'TESTING': True}})\n"
        "app.config['WTF_CSRF_ENABLED'] = False\n"
        "c = app.test_client()\n"
        "to = {'nis_code': '24062', 'cluster': '5'}\n"
        "a = c.post('/evaluations/new', data=to).headers['Location']\n"
        "c.post(a + '/sections/structure/1', data={'version': '0', 'livcr_presence': 'no_plans'})\n"
        "c.post(a + '/finish')\n"
        "pages = [a, a + '/check', a + '/results', a + '/report.pdf', '/questionnaire.pdf']\n"
        "codes = [c.get(page).status_code for page in pages]\n"
        "print(json.dumps([codes, sorted({'pandas', 'numpy', 'scipy'} & set(sys.modules))]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [[200] * 5, []]
