"""The list of leaked passwords that an operator can give: what is found in it, and what is none."""

import hashlib
import io
import logging
import random
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import pytest

from evaltool.domain.access import Role
from evaltool.domain.accounts import LinkPurpose
from evaltool.identity.leaked import NotSuchAList, check_list, is_leaked
from evaltool.identity.passwords import faults_of, is_right
from evaltool.identity.tokens import digest
from evaltool.web.logs import JsonLines
from tests.hosting import PASSWORD, Town, a_token, a_town

LEAKED = "een zin die al lang gelekt is 4"
OTHER = "een zin die niemand ooit gebruikte 4"


def digest_of(password: str) -> str:
    return hashlib.sha1(password.encode()).hexdigest().upper()


def a_list(folder: Path, lines: Iterable[str], end: str = "\r\n", last: str | None = None) -> Path:
    """A file with these lines, the last of which may end otherwise."""
    path = folder / "leaked.txt"
    text = end.join(lines) + (end if last is None else last)
    path.write_bytes(text.encode())
    return path


def sorted_lines(passwords: Iterable[str], count: str = ":12") -> list[str]:
    return sorted(f"{digest_of(password)}{count}" for password in passwords)


# --- looking up


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("count", ["", ":1", ":52256179"])
@pytest.mark.parametrize("last", [None, ""], ids=["ended", "not ended"])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 50])
def test_each_of_a_list_is_found_and_no_other(
    size: int, last: str | None, count: str, end: str, tmp_path: Path
) -> None:
    inside = [f"inside {number}" for number in range(size)]
    path = a_list(tmp_path, sorted_lines(inside, count), end, last)
    check_list(path)
    assert [password for password in inside if not is_leaked(password, path)] == []
    outside = [f"outside {number}" for number in range(100)]
    assert [password for password in outside if is_leaked(password, path)] == []


def test_what_comes_before_the_first_and_after_the_last_is_not_found(tmp_path: Path) -> None:
    named = sorted((f"a password {number}" for number in range(30)), key=digest_of)
    path = a_list(tmp_path, sorted_lines(named[10:20]))
    assert [password for password in named if is_leaked(password, path)] == named[10:20]


def test_lines_of_all_lengths_are_found_among_many(tmp_path: Path) -> None:
    counts = random.Random(1)
    inside = [f"inside {number}" for number in range(100_000)]
    lines = sorted(f"{digest_of(one)}:{10 ** counts.randrange(9)}" for one in inside)
    path = a_list(tmp_path, lines)
    assert path.stat().st_size > 4 * 2**20
    check_list(path)
    assert all(is_leaked(one, path) for one in [*inside[::97], *inside[-3:]])
    assert not any(is_leaked(f"outside {number}", path) for number in range(1000))
    first, last = lines[0][:40], lines[-1][:40]
    ends = [one for one in inside if digest_of(one) in (first, last)]
    assert [is_leaked(one, path) for one in ends] == [True, True]


def test_a_password_is_looked_up_as_utf_8_and_to_the_letter(tmp_path: Path) -> None:
    path = a_list(tmp_path, sorted_lines(["één zin met accenten"]))
    assert is_leaked("één zin met accenten", path)
    assert not is_leaked("Één zin met accenten", path)
    assert not is_leaked("één zin met accenten ", path)


class Endless(io.RawIOBase):
    """A list of tens of gigabytes that is nowhere: each line is made when it is read.

    Of each line the digest is its number, spread over all digests there can be.
    """

    LINE = 40 + len(":0000001\r\n")

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.lines, self.place, self.readings, self.taken = lines, 0, 0, 0

    @property
    def size(self) -> int:
        return self.lines * self.LINE

    def line(self, number: int) -> bytes:
        return f"{number * (2**160 // self.lines):040X}:0000001\r\n".encode()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self.place = offset + (self.size if whence == 2 else 0)
        return self.place

    def read(self, size: int = -1, /) -> bytes:
        assert size >= 0, "the whole of it"
        number, within = divmod(self.place, self.LINE)
        numbers = range(number, min(self.lines, number + size // self.LINE + 2))
        found = b"".join(map(self.line, numbers))[within : within + size]
        self.readings, self.taken = self.readings + 1, self.taken + len(found)
        return found


class Virtual:
    """The path of such a list."""

    def __init__(self, lines: int) -> None:
        self.file = Endless(lines)

    def open(self, *_: object, **__: object) -> io.RawIOBase:
        return self.file


def test_tens_of_gigabytes_are_looked_up_in_with_some_forty_readings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = 2 * 10**9
    wanted = [0, 1, lines // 3, lines - 2, lines - 1]
    for number, in_it in [(number, True) for number in wanted] + [(lines // 7, False)]:
        path = Virtual(lines)
        assert path.file.size > 90 * 10**9
        sought = path.file.line(number)[:40].decode()
        if not in_it:
            sought = f"{int(sought, 16) + 1:040X}"
        monkeypatch.setattr("hashlib.sha1", lambda *_, s=sought, **__: Given(s))
        assert is_leaked("a password", cast("Path", path)) is in_it
        assert path.file.readings <= 40
        assert path.file.taken <= 40 * 128
    whole = Virtual(lines)
    check_list(cast("Path", whole))
    assert whole.file.readings <= 40


class Given:
    """A digest that was chosen."""

    def __init__(self, text: str) -> None:
        self.text = text

    def hexdigest(self) -> str:
        return self.text.lower()


# --- what is no such list

GOOD = sorted_lines(f"a password {number}" for number in range(200))


@pytest.mark.parametrize(
    "lines",
    [
        [""],
        ["password", *GOOD],
        [*GOOD, "password"],
        [*GOOD[:100], "password", *GOOD[100:]],
        [line.lower() for line in GOOD],
        [line[:32] for line in GOOD],
        [f"{line} " for line in GOOD],
        [line.replace(":", ";") for line in GOOD],
        [f"{line}{'0' * 100}" for line in GOOD],
        [*GOOD, ""],
        GOOD[::-1],
        [*GOOD[100:], *GOOD[:100]],
        [GOOD[1], GOOD[0]],
        [GOOD[0], GOOD[0]],
    ],
    ids=[
        *("empty line", "head", "foot", "middle", "small letters", "NTLM", "spaces", "semicolons"),
        *("long lines", "two ends", "backwards", "halves", "two turned round", "twice the same"),
    ],
)
def test_a_list_that_is_none_is_refused(lines: list[str], tmp_path: Path) -> None:
    # In a long one not every line is looked at: the wrong one is put where it is.
    path = a_list(tmp_path, lines)
    if lines[100:101] == ["password"]:
        path = a_list(tmp_path, [*lines[90:100], "password", *lines[101:111]])
    with pytest.raises(NotSuchAList):
        check_list(path)


def test_nothing_and_a_list_by_how_often_each_was_seen_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(NotSuchAList):
        check_list(tmp_path / "empty")
    shuffled = GOOD[:]
    random.Random(2).shuffle(shuffled)
    with pytest.raises(NotSuchAList):
        check_list(a_list(tmp_path, shuffled))


def test_a_line_on_the_way_that_is_none_is_told(tmp_path: Path) -> None:
    path = a_list(tmp_path, ["x" * 200] * 50)
    with pytest.raises(NotSuchAList):
        is_leaked("a password", path)
    with pytest.raises(OSError, match="nowhere"):
        is_leaked("a password", tmp_path / "nowhere")


# --- in a hosted tool


def town_with(folder: Path, path: Path | None) -> Town:
    return a_town(folder / "instance", leaked_passwords=path)


def change(town: Town, new: str) -> tuple[int, str]:
    """What comes of choosing a password on the page of the account."""
    client = town.signed_in(town.person(Role.OFFICER))
    answer = client.send("/account/password", current=PASSWORD, password=new, again=new)
    return answer.status_code, answer.text


def test_a_leaked_password_is_refused_where_one_is_chosen(tmp_path: Path) -> None:
    # Nothing else is wrong with it.
    assert faults_of(LEAKED) == ()
    town = town_with(tmp_path, a_list(tmp_path, sorted_lines([LEAKED, "x", "y"])))
    status, page = change(town, LEAKED)
    assert (status, "lijst van gelekte wachtwoorden" in page) == (422, True)
    assert change(town, OTHER)[0] == 303
    who = town.person(Role.OFFICER)
    town.held.store.accounts.make_link(
        who.id, LinkPurpose.RESET, digest(a_token("t")), town.clock.at
    )
    client = town.client()
    for language, told in (("en", "a list of leaked passwords"), ("nl", "lijst van gelekte")):
        client.get(f"/sign-in?lang={language}")
        refused = client.choose_by_link(a_token("t"), LEAKED)
        assert (refused.status_code, told in refused.text) == (422, True)
    assert client.choose_by_link(a_token("t"), OTHER).status_code == 303
    assert is_right(OTHER, town.held.store.accounts.get(who.id).password)


def test_without_such_a_list_it_is_taken(tmp_path: Path) -> None:
    assert change(town_with(tmp_path, None), LEAKED)[0] == 303


def test_what_is_obvious_is_called_so_though_it_leaked(tmp_path: Path) -> None:
    town = town_with(tmp_path, a_list(tmp_path, sorted_lines(["password1234"])))
    status, page = change(town, "password1234")
    assert (status, "te makkelijk te raden" in page) == (422, True)


@pytest.mark.parametrize("how", ["gone", "altered"])
def test_a_list_that_cannot_be_used_later_is_logged_and_keeps_nobody_out(
    how: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = a_list(tmp_path, sorted_lines([LEAKED]))
    town = town_with(tmp_path, path)
    administrator = town.signed_in(town.person(Role.ADMINISTRATOR))
    assert (
        "het bestand van leaked_passwords_file</dd>" in administrator.get("/admin/installed").text
    )
    if how == "gone":
        path.unlink()
    else:
        path.write_text(f"{LEAKED}\n" * 100)
    caplog.set_level(logging.ERROR)
    assert change(town, LEAKED)[0] == 303
    # What comes along is still looked at.
    assert change(town, "password1234")[0] == 422
    logged = [JsonLines().format(record) for record in caplog.records]
    told = [line for line in logged if "list of leaked passwords cannot be used" in line]
    assert len(told) == 1
    assert not [line for line in logged if LEAKED in line or digest_of(LEAKED) in line]
    assert "nu niet te gebruiken" in administrator.get("/admin/installed").text


def test_without_a_list_the_page_of_what_is_installed_says_so(tmp_path: Path) -> None:
    town = town_with(tmp_path, None)
    page = town.signed_in(town.person(Role.ADMINISTRATOR)).get("/admin/installed").text
    assert "de ingebouwde lijst</dd>" in page


def test_thirty_thousand_that_leaked_come_along() -> None:
    from zxcvbn.matching import RANKED_DICTIONARIES

    passwords = RANKED_DICTIONARIES["passwords"]
    assert len(passwords) == 30_000
    long_enough = [password for password in passwords if len(password) >= 12]
    assert len(long_enough) > 200
    assert [password for password in long_enough if not faults_of(password)] == []
