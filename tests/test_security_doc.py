"""What docs/security.md claims: of the standard, of the tests it names, and of all of the code."""

import ast
import importlib
import json
import logging
import math
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient

from evaltool.domain.access import Role
from evaltool.domain.accounts import LONGEST_PASSWORD, LinkPurpose
from evaltool.domain.attempts import MOST_FROM_ELSEWHERE
from evaltool.identity.passwords import faults_of, hashed
from evaltool.identity.second_factor import new_recovery_codes, normal_recovery_code
from evaltool.identity.tokens import digest
from evaltool.web.logs import JsonLines
from evaltool.web.security import HEADERS, HOSTED_HEADERS
from tests.browsing import parsed
from tests.hosting import OTHER, PASSWORD, Town, a_token, a_town

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "security.md"
TEXT = PAGE.read_text(encoding="utf-8")

# Per chapter of ASVS 5.0 the number of requirements of levels 1 and 2 in each section. Those of
# level 3 are always the last ones of a section.
REQUIRED = {
    1: (2, 9, 11, 3, 2),
    2: (3, 3, 4, 1),
    3: (0, 2, 4, 6, 5, 0, 2),
    4: (3, 1, 2, 4),
    5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    9: (3, 4),
    10: (2, 2, 4, 11, 5, 2, 3),
    11: (2, 3, 3, 4, 1, 1, 0),
    12: (3, 2, 4),
    13: (1, 5, 2, 5),
    14: (2, 4, 3),
    15: (3, 3, 7, 0),
    16: (1, 5, 4, 3, 3),
    17: (1, 4, 2),
}
IDS = [
    f"V{chapter}.{section}.{number}"
    for chapter, sizes in REQUIRED.items()
    for section, size in enumerate(sizes, start=1)
    for number in range(1, size + 1)
]

STATUSES = ("met", "with a setting", "not applicable", "not met")


class Row(NamedTuple):
    """A requirement as the page has it."""

    id: str
    title: str
    status: str
    how: str


ROWS = [
    Row(*(cell.strip() for cell in line.strip("|").split("|")))
    for line in TEXT.splitlines()
    if re.match(r"\| V\d", line)
]

TESTS_NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))
FILES_NAMED = sorted(
    set(re.findall(r"`((?:evaltool|tests|docs|static|templates)/[\w/.-]*|[\w-]+\.lock)`", TEXT))
)
FIGURES = re.findall(
    r"^\| .+ \| ([\d,]+) (\w+) \| `(evaltool\.[\w.\[\]]+)` \|$", TEXT, re.MULTILINE
)


def test_every_requirement_of_levels_1_and_2_stands_once_and_in_order() -> None:
    assert len(IDS) == 253
    assert [row.id for row in ROWS] == IDS
    # Anywhere else in the page as well: nothing points to a requirement that was moved.
    assert Counter(re.findall(r"\bV\d+\.\d+\.\d+\b", TEXT)) == Counter(IDS)


def test_each_has_a_title_and_one_of_four_statuses() -> None:
    assert [row for row in ROWS if row.status not in STATUSES or not row.title] == []
    # A few words of our own, no sentence of the standard.
    assert [row for row in ROWS if len(row.title.split()) > 12] == []


def test_each_says_what_it_rests_on() -> None:
    for row in ROWS:
        if row.status == "met":
            assert re.search(r"::test_|\]\(#|`evaltool/", row.how), row
        elif row.status == "with a setting":
            assert row.how.startswith("Setting: `"), row
            assert "::test_" in row.how, row
        elif row.status == "not met":
            assert "Needed: " in row.how, row
        else:
            assert re.search(r"\w{3}", row.how), row


def test_the_count_is_right() -> None:
    counted = Counter(row.status for row in ROWS)
    numbers = [counted[status] for status in STATUSES]
    assert (
        f"Of {len(ROWS)} requirements: "
        f"{', '.join(f'{n} {s}' for n, s in zip(numbers, STATUSES, strict=True))}.\n"
    ) in TEXT
    theirs = [row for row in ROWS if row.how.startswith("Operator: ")]
    assert {row.status for row in theirs} == {"not applicable"}
    assert f"Of those not applicable {len(theirs)} are for the operator.\n" in TEXT


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("file", "name"), TESTS_NAMED)
def test_a_test_that_is_named_is_there(file: str, name: str) -> None:
    assert (ROOT / file).is_file()
    assert name in names_in(file)
    assert name.startswith("test_")


def test_every_test_is_named_in_one_form() -> None:
    assert len(TESTS_NAMED) > 100
    assert TEXT.count("::test_") == len(re.findall(r"`tests/[\w/]+\.py::test_\w+`", TEXT))


@pytest.mark.parametrize("file", FILES_NAMED)
def test_a_file_that_is_named_is_there(file: str) -> None:
    assert (ROOT / file).exists()


def test_links_within_the_page_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-") for head in headings}
    assert len(anchors) == len(headings)
    linked = set(re.findall(r"\]\(#([^)]+)\)", TEXT))
    assert linked
    assert linked <= anchors


SECONDS = {"seconds": 1, "minutes": 60, "hour": 3600, "hours": 3600, "days": 86400}


def value_of(name: str) -> object:
    """What stands under a dotted name in the code, with a key in brackets where it has one."""
    dotted, _, key = name.rstrip("]").partition("[")
    module, *rest = dotted, ""
    while True:
        try:
            found: object = importlib.import_module(module)
            break
        except ModuleNotFoundError:
            module, _, last = module.rpartition(".")
            rest = [last, *rest]
    for part in filter(None, rest):
        found = getattr(found, part)
    return found[key] if key and isinstance(found, dict) else found


@pytest.mark.parametrize(("number", "unit", "name"), FIGURES)
def test_the_figures_are_those_of_the_code(number: str, unit: str, name: str) -> None:
    said, found = int(number.replace(",", "")), value_of(name)
    if isinstance(found, timedelta):
        assert found.total_seconds() == said * SECONDS[unit]
    else:
        assert found == said * {"MiB": 2**20}.get(unit, 1)


def test_every_row_of_figures_is_compared() -> None:
    table = TEXT.partition("### Figures")[2].partition("\n### ")[0]
    assert len(FIGURES) == table.count("`evaltool.") > 20


# What the page claims of all of the code

MODULES = sorted((ROOT / "evaltool").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPT = (ROOT / "static" / "evaltool.js").read_text(encoding="utf-8")

_IMPORTS = {
    *("subprocess", "pty", "multiprocessing", "ctypes", "code", "codeop", "runpy"),
    *("pickle", "marshal", "shelve", "dill", "yaml", "jsonpickle"),
    *("xml", "lxml", "defusedxml", "html5lib", "bs4"),
    *("random", "uuid"),
}
_ESCAPING = "xml.sax.saxutils"
_CALLS = {
    *("eval", "exec", "compile", "__import__", "system", "popen", "startfile", "fork", "forkpty"),
    *("execv", "execve", "execvp", "spawnv", "spawnl", "posix_spawn"),
    *("render_template_string", "from_string", "literal_eval"),
}


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield path, node


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []


def called(node: ast.AST) -> str:
    """The name of what is called; ``compile`` of ``re`` is a pattern, not code."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Name):
        return node.func.id
    if isinstance(node.func, ast.Attribute):
        of = node.func.value
        pattern = isinstance(of, ast.Name) and of.id == "re"
        return "" if pattern else node.func.attr
    return ""


def test_the_program_starts_nothing_runs_no_text_and_reads_no_xml() -> None:
    for path, node in nodes():
        for name in imported(node):
            strange = name.partition(".")[0] in _IMPORTS and name != _ESCAPING
            assert not strange, (path.name, name)
        assert called(node) not in _CALLS, (path.name, called(node))


def test_nothing_secret_comes_of_a_generator_that_can_be_foreseen() -> None:
    used = {name for _, node in nodes() for name in imported(node)}
    assert "secrets" in used
    assert not used & {"random", "uuid", "numpy.random"}
    assert "import random" not in "".join(path.read_text(encoding="utf-8") for path in MODULES)


_CIPHERS = {
    "cryptography",
    "argon2",
    "joserfc",
    "authlib",
    "pyotp",
    "hashlib",
    "hmac",
    "itsdangerous",
}
"""What turns keys, passwords and tokens into something: libraries that others look at."""
_OF_OUR_OWN = {
    *("nacl", "Crypto", "Cryptodome", "rsa", "ecdsa", "ed25519", "jwt", "jose", "M2Crypto"),
    *("OpenSSL", "passlib", "bcrypt", "crypt", "scrypt", "gmpy2", "binascii"),
}
"""What a scheme of one's own, or a second one beside those, would be made with."""


def test_cryptography_comes_of_the_libraries_that_the_page_names() -> None:
    row = next(row for row in ROWS if row.id == "V11.2.1")
    used: dict[str, set[str]] = {}
    for path, node in nodes():
        for name in imported(node):
            used.setdefault(name.partition(".")[0], set()).add(path.name)
    for name in _CIPHERS & set(used):
        assert name in row.how.lower(), name
    assert {name: used[name] for name in _OF_OUR_OWN & set(used)} == {}
    # Whoever makes a cipher or a digest cannot do without this.
    assert [path.name for path, node in nodes() if isinstance(node, ast.BitXor)] == []


_REACHING = {
    *("socket", "ssl", "http", "urllib", "smtplib", "ftplib", "telnetlib", "imaplib", "poplib"),
    *("xmlrpc", "asyncio", "aiohttp", "requests", "httpx", "urllib3", "websockets", "paramiko"),
}
"""What can make a connection. ``urllib.parse`` only reads and writes addresses."""


def test_nothing_but_mail_and_single_sign_on_connects_to_anything() -> None:
    reaching = {
        (path.relative_to(ROOT / "evaltool").as_posix(), name.partition(".")[0])
        for path, node in nodes()
        for name in imported(node)
        if name.partition(".")[0] in _REACHING and name != "urllib.parse"
    }
    assert reaching == {
        ("identity/oidc_http.py", "requests"),
        ("identity/oidc_http.py", "urllib3"),
        ("mail/mailer.py", "smtplib"),
        ("mail/mailer.py", "ssl"),
        # What a system has of sockets, and whether a file holds certificates.
        ("cli/hosting.py", "socket"),
        ("cli/hosting_services.py", "ssl"),
    }
    # Of what a user sends no address is made to connect to: both get theirs from the settings.
    for name in ("identity", "mail"):
        for path in (ROOT / "evaltool" / name).glob("*.py"):
            assert "flask" not in path.read_text(encoding="utf-8"), path.name


def test_no_page_makes_a_script() -> None:
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        scripts = re.findall(r"<script\b[^>]*>", text)
        expected = 1 if path.name == "base.html" else 0
        assert len(scripts) == expected, path.name
        assert all('src="{{ asset(' in script for script in scripts)
        assert not re.search(r"\son[a-z]+\s*=|javascript:|<style|\sstyle\s*=|srcdoc", text), (
            path.name
        )
        assert not re.search(r"<(object|embed|iframe|applet)\b", text), path.name


def test_the_script_writes_text_only_and_keeps_nothing() -> None:
    writes = r"innerHTML|outerHTML|insertAdjacent|document\.write|createContextualFragment"
    runs = r"\beval\b|new Function|setTimeout\(\s*[\"'`]|import\s*\("
    keeps = r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\b|serviceWorker"
    hears = r"postMessage|[\"']message[\"']|WebSocket|EventSource"
    copies = r"__proto__|prototype|Object\.assign"
    for forbidden in (writes, runs, keeps, hears, copies):
        assert re.findall(forbidden, SCRIPT) == []
    assert "textContent" in SCRIPT


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/sign-in", 200),
        ("GET", "/", 303),
        ("GET", "/static/style.css", 200),
        ("GET", "/static/", 404),
        ("GET", "/static", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/privacy", 200),
        ("POST", "/sign-in", 400),
        ("TRACE", "/", 405),
        ("OPTIONS", "/", 401),
    ],
)
def test_whatever_is_asked_of_a_hosted_tool_the_answer_carries_every_header(
    town: Town, method: str, path: str, status: int
) -> None:
    # Not the client of the other tests: what answers OPTIONS is no page, and need not be sound.
    client = FlaskClient(town.app, town.app.response_class)
    hosted = town.held.hosted
    assert hosted is not None
    headers = {"Origin": "https://evil.example"}
    with client.open(path, method=method, base_url=hosted.public_url, headers=headers) as answer:
        assert answer.status_code == status
        for name, value in {**HEADERS, **HOSTED_HEADERS}.items():
            assert answer.headers[name] == value
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
        kind = answer.headers.get("Content-Type", "")
        assert "charset=utf-8" in kind or not kind.startswith("text/")
    years = int(re.findall(r"max-age=(\d+)", HOSTED_HEADERS["Strict-Transport-Security"])[0])
    assert years >= 365 * 86400
    assert "includeSubDomains" in HOSTED_HEADERS["Strict-Transport-Security"]


SENTENCE = "drie zwarte paarden zingen zacht "
"""No capitals, no digits, and a space at its end."""


def test_a_password_is_taken_as_it_is_typed(town: Town) -> None:
    longest = SENTENCE * 4
    assert len(longest) >= LONGEST_PASSWORD
    for password in (SENTENCE, longest[:64], longest[:LONGEST_PASSWORD]):
        assert faults_of(password, "an@gemeente.example", "An") == ()
    who = town.person(Role.OFFICER)
    town.held.store.accounts.change(who.id, password=hashed(longest[:LONGEST_PASSWORD]))
    tries = {
        longest[:LONGEST_PASSWORD]: 303,
        longest[: LONGEST_PASSWORD - 1]: 422,
        longest[:LONGEST_PASSWORD].upper(): 422,
        f" {longest[:LONGEST_PASSWORD]}": 422,
        longest[:72]: 422,
    }
    for password, status in tries.items():
        answer = town.client().send("/sign-in", address=who.address, password=password)
        assert answer.status_code == status, password


def test_password_fields_hide_what_is_typed_and_help_password_managers(town: Town) -> None:
    who = town.person(Role.OFFICER)
    town.held.store.accounts.make_link(
        who.id, LinkPurpose.RESET, digest(a_token("token")), town.clock.at
    )
    inside = town.signed_in(who)
    pages = [town.client().get("/sign-in"), town.client().follow_link(a_token("token"))]
    pages += [inside.get(path) for path in ("/account", "/account/delete")]
    for page in pages:
        fields = [
            field
            for field in parsed(page).iter("input")
            if field.get("name") in ("password", "again", "current")
        ]
        assert fields
        for field in fields:
            assert field.get("type") == "password"
            assert field.get("autocomplete") in ("current-password", "new-password")
            assert not {"maxlength", "pattern", "readonly", "onpaste"} & set(field.keys())


@pytest.mark.usefixtures("real_passwords")
def test_a_hash_of_a_password_costs_what_the_page_says() -> None:
    assert "Argon2id, 64 MiB, 3 passes, 4 lanes" in TEXT
    assert hashed("any").startswith(f"$argon2id$v=19$m={64 * 1024},t=3,p=4$")


def test_recovery_codes_cannot_be_guessed() -> None:
    codes = {normal_recovery_code(code) for _ in range(20) for code in new_recovery_codes()}
    assert len(codes) == 200
    letters = len(set("".join(codes)))
    (length,) = {len(code) for code in codes}
    bits = int(length * math.log2(letters))
    assert bits >= 20
    assert f"| recovery code | {bits} random bits" in TEXT


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        (Role.OFFICER, ("/", "/account", "/municipality", "/glossary", "/evaluations/nothing")),
        (Role.CHAIR, ("/", "/municipality/log")),
        (Role.CONTRIBUTOR, ("/", "/account")),
        (Role.COACH, ("/", "/privacy")),
        (Role.ADMINISTRATOR, ("/", "/admin/accounts", "/admin/installed")),
    ],
)
def test_every_page_of_who_is_signed_in_has_the_way_out_on_top(
    town: Town, role: Role, paths: tuple[str, ...]
) -> None:
    client = town.signed_in(town.person(role))
    for path in paths:
        header = parsed(client.get(path)).find(".//header")
        assert header is not None
        assert [form.get("action") for form in header.iter("form")] == ["/sign-out"], path


def test_names_of_downloads_are_made_of_codes(town: Town) -> None:
    client, evaluation = town.signed_in(town.person(Role.OFFICER)), town.evaluation()
    client.send(f"/evaluations/{evaluation.id}/finish")
    kinds = ("report.pdf", "summary.pdf", "meeting.pdf", "intake.pdf", "report.xlsx", "report.json")
    more = ("answers.csv", "comparisons.csv", "actions.csv", "actions.ics", "answers.json")
    paths = [f"/evaluations/{evaluation.id}/{name}" for name in (*kinds, *more)]
    zip_ = "/municipality/data.zip"
    for path in (*paths, "/account/data.json", zip_, "/questionnaire.pdf"):
        ask = client.send(path, password=PASSWORD) if path == zip_ else client.get(path)
        with ask as answer:
            assert answer.status_code == 200, path
            said = answer.headers["Content-Disposition"]
        assert re.fullmatch(r'(attachment|inline); filename="[a-z0-9.-]+\.[a-z]+"', said), said
        assert said.startswith("inline") == path.endswith(".pdf")


def test_what_is_exported_of_an_account_holds_no_secret(town: Town) -> None:
    who = town.person(Role.OFFICER, second_factor="a sealed secret")
    held = json.loads(town.signed_in(who).get("/account/data.json").get_data(as_text=True))
    assert held["account"]["address"] == who.address
    text = json.dumps(held)
    for secret in (str(who.password), "$argon2", "a sealed secret", PASSWORD, digest("token")):
        assert secret not in text


def test_a_role_in_a_form_of_ones_own_changes_nothing(town: Town) -> None:
    who = town.person(Role.CHAIR)
    more = {"role": "administrator", "nis_code": "11002", "state": "closed", "id": "x"}
    answer = town.signed_in(who).send(
        "/account/password", current=PASSWORD, password=SENTENCE, again=SENTENCE, **more
    )
    assert answer.status_code == 303
    found = town.held.store.accounts.get(who.id)
    assert (found.role, found.nis_code, found.state) == (who.role, who.nis_code, who.state)
    assert found.password != who.password


@pytest.mark.parametrize("number", ["9" * 19, "9" * 30, "9" * 5000, "-1", "٣", "1e9"])
def test_a_number_without_end_is_no_fault(town: Town, number: str) -> None:
    evaluation = town.evaluation()
    officer = town.signed_in(town.person(Role.OFFICER))
    page = f"/evaluations/{evaluation.id}/sections/structure"
    statuses = [
        officer.get(path).status_code
        for path in (
            f"/municipality/log?before={number}",
            f"/evaluations/{evaluation.id}/results?version={number}",
            f"{page}/{number}",
        )
    ]
    statuses.append(officer.send(f"{page}/1", version=number, livcr_presence="no").status_code)
    head = town.signed_in(town.person(Role.ADMINISTRATOR))
    lists = "/admin/lists/clusters"
    statuses.append(head.send(f"{lists}/look", number=number).status_code)
    statuses.append(head.send(f"{lists}/load", content="", base=number).status_code)
    assert all(200 <= status < 500 for status in statuses), statuses


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """What was logged, as standard error has it."""
    return [json.loads(JsonLines().format(record)) for record in caplog.records]


def test_what_is_refused_is_logged_by_its_route_in_utc(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    foreign = town.evaluation(OTHER)
    client = town.signed_in(town.person(Role.OFFICER))
    client.get(f"/evaluations/{foreign.id}/check?secret=words")
    client.get("/admin/accounts")
    client.post("/sign-out")
    client.get("/", base_url="https://evil.example")
    address = "an@gemeente.example"
    for _ in range(MOST_FROM_ELSEWHERE + 1):
        client.send("/sign-in", address=address, password="x" * 12)
    found = lines(caplog)
    told = {(line.get("endpoint"), line.get("status"), line.get("role")) for line in found}
    assert told >= {
        ("/evaluations/<id_>/check", 404, "officer"),
        ("/admin/accounts", 403, "officer"),
        ("/sign-out", 400, "officer"),
        ("/", 400, "nobody"),
        ("/sign-in", 422, "officer"),
        ("/sign-in", 429, "officer"),
    }
    assert all(str(line["time"]).endswith("+00:00") for line in found)
    for secret in (foreign.id, "words", address):
        assert secret not in str(found)


def test_an_error_is_logged_without_its_words(
    town: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a note that\nsomebody typed")

    monkeypatch.setattr("evaltool.web.start.tasks", broken)
    town.evaluation()
    assert town.signed_in(town.person(Role.OFFICER)).get("/").status_code == 500
    texts = [JsonLines().format(record) for record in caplog.records]
    assert any("RuntimeError" in text for text in texts)
    assert not [text for text in texts if "note" in text or "\n" in text or not text.isascii()]


@pytest.mark.parametrize(("path", "word"), [("/health", "ok\n"), ("/ready", "ready\n")])
def test_a_monitor_learns_one_word(town: Town, path: str, word: str) -> None:
    client = FlaskClient(town.app, town.app.response_class)
    hosted = town.held.hosted
    assert hosted is not None
    answer = client.get(path, base_url=hosted.public_url)
    assert answer.get_data(as_text=True) == word
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "password", ["evaltool-livc-r-2026", "Leuven2026Leuven", "gemeente leuven", "JanssensJanssens1"]
)
def test_words_of_the_place_make_no_password(password: str) -> None:
    related = ("jan@leuven.example", "Jan Janssens", "Leuven")
    assert [fault.code for fault in faults_of(password, *related)] == ["password_obvious"]
    assert faults_of(f"{SENTENCE}{password}", *related) == ()
