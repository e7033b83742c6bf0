"""What is too large, too deep or too odd: refused kindly, and in no time."""

import gzip
import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from werkzeug.test import TestResponse

from evaltool.domain.accounts import normal_address
from evaltool.domain.personal_data import suspicions
from evaltool.exports.csv_file import sheet_csv
from evaltool.exports.tables import Sheet
from evaltool.web.settings import LARGEST_REQUEST
from tests.attacks.forms import file_name
from tests.attacks.world import World
from tests.factories import a_document
from tests.hosting import PASSWORD

SECONDS = 2.0
"""Of the processor, for one request. What is meant here takes hundredths; without the defence it
takes minutes, in which nobody else is answered."""

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + b"".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9))
    + b"]><lolz>&j;</lolz>"
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'


@contextmanager
def in_no_time() -> Iterator[None]:
    """Fails where what happens within takes long to compute."""
    start = time.process_time()
    yield
    taken = time.process_time() - start
    assert taken < SECONDS, f"{taken:.1f} s"


def upload(world: World, raw: bytes, path: str = "/evaluations/import") -> TestResponse:
    """The answer to a file."""
    actor = "officer" if "import" in path else "administrator"
    data = {"csrf_token": world.tokens[actor], "file": (io.BytesIO(raw), file_name(path))}
    return world.client(actor).post(path, data=data)


DEEP = 50_000
FILES: dict[str, Callable[[], bytes]] = {
    "a bomb of XML": lambda: BOMB,
    "XML that asks for a file": lambda: OUTSIDE,
    "deep lists": lambda: b"[" * DEEP + b"]" * DEEP,
    "deep objects": lambda: b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a deep list within": lambda: b'{"notes":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "a long number": lambda: b'{"cluster":' + b"9" * 400_000 + b"}",
    "a large power": lambda: b'{"cluster": 1e999999999}',
    "no number": lambda: b'{"cluster": NaN, "date": Infinity}',
    "half a character": lambda: b'{"notes": {"chair": "\\ud800"}}',
    "another encoding": lambda: json.dumps(a_document()).encode("utf-16"),
    "a packed file": lambda: gzip.compress(b"0" * 10_000_000),
    "bytes": lambda: bytes(range(256)) * 1000,
    "a zero": lambda: b"\x00" * 100_000,
    "keys without end": lambda: json.dumps({str(n): n for n in range(20_000)}).encode(),
    "one key many times": lambda: b"{" + b'"notes":{},' * 20_000 + b'"notes":{}}',
    "an unknown prototype": lambda: b'{"__proto__": {"role": "administrator"}, "__class__": 1}',
}


@pytest.mark.parametrize("name", FILES)
def test_an_odd_file_of_answers_is_refused(world: World, name: str) -> None:
    raw = FILES[name]()
    before = world.rows("SELECT id FROM evaluations")
    start = time.process_time()
    answer = upload(world, raw)
    assert time.process_time() - start < 4 * SECONDS
    assert answer.status_code == 422
    assert "root:x:" not in answer.get_data(as_text=True)
    assert world.rows("SELECT id FROM evaluations") == before


HEAD = b"nis_code,cluster\n"
LISTS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "a bomb of XML": lambda: BOMB,
    "a cell without end": lambda: HEAD + b'24062,"' + b"1" * 99_000,
    "a quote that is not closed": lambda: HEAD + b'"24062,1\n24063,2\n' * 100,
    "a zero": lambda: HEAD + b"24062,\x00\n",
    "returns alone": lambda: HEAD.replace(b"\n", b"\r") + b"24062,1\r24063,2\r",
    "cells without end": lambda: HEAD + b"," * 99_000,
    "rows without end": lambda: HEAD + b"1\n" * 20_000,
    "too large": lambda: HEAD + b"24062,1\n" * 40_000,
    "another encoding": lambda: (HEAD + b"24062,1\n").decode().encode("utf-16"),
    "a number of other letters": lambda: HEAD + "24062,\u0663\n".encode(),
    "a long number": lambda: HEAD + b"24062," + b"1" * 90_000,
    "a formula": lambda: HEAD + b"=cmd|' /C calc'!A0,1\n",
    "a mark in the middle": lambda: HEAD + b"\xef\xbb\xbf24062,1\n",
}


@pytest.mark.parametrize("kind", ["clusters", "organisations"])
@pytest.mark.parametrize("name", LISTS)
def test_an_odd_list_is_refused_or_read(world: World, name: str, kind: str) -> None:
    raw = LISTS[name]()
    with in_no_time():
        looked = upload(world, raw, f"/admin/lists/{kind}/look")
    assert looked.status_code in (200, 422)
    data = {
        "csrf_token": world.tokens["administrator"],
        "content": raw.decode("utf-8", "replace"),
        "base": "0",
    }
    with in_no_time():
        loaded = world.client("administrator").post(f"/admin/lists/{kind}/load", data=data)
    assert loaded.status_code in (200, 303, 422)
    assert (loaded.status_code == 303) <= (looked.status_code == 200)


def in_parts(name: str, value: bytes, file: bytes | None = None) -> bytes:
    """A body in parts, with a boundary of one letter."""
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
    found = head + value + b"\r\n"
    if file is not None:
        place = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        found += place + file + b"\r\n"
    return found + b"--x--\r\n"


MUCH = b"x" * (LARGEST_REQUEST + 1)
BODIES = {
    "form": ("application/x-www-form-urlencoded", b"address=" + MUCH),
    "parts": ("multipart/form-data; boundary=x", in_parts("address", MUCH)),
    "file": ("multipart/form-data; boundary=x", in_parts("a", b"b", MUCH)),
    "many parts": ("multipart/form-data; boundary=x", in_parts("a", b"b")[:-7] * 20_000),
}


@pytest.mark.parametrize("actor", ["nobody", "officer", "administrator"])
@pytest.mark.parametrize("kind", BODIES)
def test_more_than_a_request_may_hold_gets_a_page_of_ours(
    world: World, actor: str, kind: str
) -> None:
    path = "/sign-in" if actor == "nobody" else "/account/password"
    content_type, body = BODIES[kind]
    with in_no_time():
        answer = world.client(actor).post(path, data=body, content_type=content_type)
    assert answer.status_code == 413
    assert '<main id="main"' in answer.get_data(as_text=True)
    assert len(answer.get_data()) < 20_000


def test_a_body_that_is_no_form_is_not_read(world: World) -> None:
    answer = world.client("officer").post("/sign-out", data=MUCH, content_type="text/plain")
    assert answer.status_code in (400, 413)


@pytest.mark.parametrize(
    "body",
    [
        "&".join(f"f{n}=1" for n in range(100_000)),
        "=&" * 500_000,
        "csrf_token=" * 100_000,
        "%" * 1_000_000,
        "a[" * 500_000,
        "a=%FF%FE%00&b=%ED%A0%80",
    ],
    ids=["fields", "empty", "names", "escapes", "brackets", "bytes"],
)
def test_an_odd_form_is_refused(world: World, body: str) -> None:
    with in_no_time():
        answer = world.client("officer").post(
            "/account/password", data=body, content_type="application/x-www-form-urlencoded"
        )
    assert answer.status_code in (400, 413)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--x\r\n\r\n"),
        ("multipart/form-data; boundary=", b"--\r\n\r\n--"),
        ("multipart/form-data; boundary=x", b"--x\r\n" * 50_000),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A: b\r\n" * 100_000),
        ("multipart/form-data; boundary=" + "x" * 5000, b""),
        ("application/json", b'{"csrf_token": "x"}'),
        ("application/x-www-form-urlencoded; charset=utf-7", b"a=+ADw-script+AD4-"),
        ("\x00", b"a=b"),
    ],
)
def test_an_odd_body_is_refused(world: World, content_type: str, body: bytes) -> None:
    with in_no_time():
        answer = world.client("officer").post(
            "/evaluations/import", data=body, content_type=content_type
        )
    assert answer.status_code in (400, 413)


def test_a_packed_body_is_not_unpacked(world: World) -> None:
    packed = gzip.compress(f"csrf_token={world.tokens['officer']}&a=".encode() + b"0" * 50_000_000)
    with in_no_time():
        answer = world.client("officer").post(
            "/account/password",
            data=packed,
            headers={"Content-Encoding": "gzip"},
            content_type="application/x-www-form-urlencoded",
        )
    assert answer.status_code == 400


MARKS = "a" + "\u0315" * 30_000 + "\u0300" * 30_000
"""Putting these in their normal order takes time that grows with the square of their number."""
RUN = "1" * 50_000
"""In this, an address of mail can begin anywhere."""


@pytest.mark.parametrize("path", ["/sign-in", "/reset"])
@pytest.mark.parametrize("typed", [MARKS, RUN], ids=["marks", "run"])
def test_whoever_is_not_signed_in_keeps_nobody_waiting(world: World, path: str, typed: str) -> None:
    data = {"csrf_token": world.tokens["nobody"], "address": typed, "password": PASSWORD}
    with in_no_time():
        assert world.client("nobody").post(path, data=data).status_code < 500


def test_an_address_of_mail_is_put_in_its_form_in_no_time() -> None:
    with in_no_time():
        normal_address(MARKS)


LONG = {
    "sections/structure/1": ("note:livcr_presence", "version", "base"),
    "plan/add": ("title", "owner", "remark", "due"),
    "contributors": ("name", "address", "discipline"),
    "details": ("cluster", "day", "base"),
}


@pytest.mark.parametrize("path", LONG)
@pytest.mark.parametrize("typed", [MARKS, RUN, "9" * 5000], ids=["marks", "run", "digits"])
def test_a_long_text_keeps_nobody_waiting(world: World, path: str, typed: str) -> None:
    data = {"csrf_token": world.tokens["officer"], **dict.fromkeys(LONG[path], typed)}
    with in_no_time():
        answer = world.client("officer").post(f"/evaluations/{world.own.open.id}/{path}", data=data)
    assert answer.status_code in (409, 422)


@pytest.mark.parametrize("text", [RUN, "a." * 25_000, "-" * 50_000, "a@" * 25_000])
def test_personal_data_is_looked_for_in_no_time(text: str) -> None:
    with in_no_time():
        suspicions(text)


@pytest.mark.parametrize("text", ["\n", "\t", "; ", ';"', '\n"'])
def test_a_data_file_is_written_in_no_time(text: str) -> None:
    rows = tuple((text * (4000 // len(text)), "x") for _ in range(100))
    with in_no_time():
        sheet_csv(Sheet("x", ("a", "b"), rows))


@pytest.mark.parametrize(
    "path",
    [
        f"/municipality/log?before={'9' * 20}",
        f"/municipality/log?before=-{'9' * 20}",
        f"/municipality/log?before={'9' * 5000}",
        "/municipality/log?before=1e9",
        "/evaluations/{id}/sections/structure/" + "9" * 20,
        "/evaluations/{id}/sections/structure/" + "9" * 5000,
        "/evaluations/{id}/results?version=" + "9" * 5000,
        "/evaluations/{id}/meeting.pdf?minutes=" + "9" * 5000,
        "/evaluations/new?name=" + "%CC%95%CC%80" * 5000,
        "/evaluations/" + "A" * 100_000,
        "/evaluations/" + "%00" * 100,
        "/" + "a/" * 10_000,
        "/?" + "a=b&" * 10_000,
    ],
)
def test_an_address_of_any_size_is_answered(world: World, path: str) -> None:
    with in_no_time():
        answer = world.client("officer").get(path.replace("{id}", world.own.open.id))
    assert answer.status_code < 500
