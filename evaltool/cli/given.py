"""Settings as they were given, in a file or the environment: taken one by one, faults kept."""

import os
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import tomli

from evaltool.domain.strict_json import day
from evaltool.domain.validation import Problem, Refused
from evaltool.paths import ASSETS

PREFIX = "EVALTOOL_"
"""What the name of a setting starts with in the environment."""

LONGEST_TEXT = 250
"""Characters of a setting that is a text."""
LONGEST_SECRET = 4096
"""Bytes of a file that holds a secret."""


def variable(key: str) -> str:
    """The name of a setting in the environment."""
    return f"{PREFIX}{key.upper()}"


@dataclass(frozen=True)
class _Value:
    """A value, under the name by which it was given; ``folder`` is where its path starts from."""

    name: str
    held: object = field(repr=False)
    folder: Path
    from_environment: bool


class Given:
    """The settings that were given; the environment goes before the file.

    What is taken and cannot be used is a problem (text ``hosting.<code>``), and comes back as if
    it were absent. No problem quotes a value: it may be a secret in the wrong place.

    Raises:
        Refused: the file cannot be read as TOML.
    """

    def __init__(
        self, keys: Collection[str], file: Path | None, environment: Mapping[str, str]
    ) -> None:
        self.problems: list[Problem] = []
        self._needed: set[str] = set()
        self._values: dict[str, _Value] = {}
        if file is not None:
            for key, value in _read(file).items():
                self._add(keys, key, _Value(key, value, file.parent, from_environment=False))
        for name, text in environment.items():
            if name.startswith(PREFIX):
                key = name.removeprefix(PREFIX).lower()
                self._add(keys, key, _Value(name, text, Path(), from_environment=True))

    def _add(self, keys: Collection[str], key: str, value: _Value) -> None:
        if key in keys and value.name in (key, variable(key)):
            self._values[key] = value
        else:
            self.problems.append(Problem("unknown", value.name))

    def has(self, key: str) -> bool:
        """Whether it was given, sound or not."""
        return key in self._values

    def any_of(self, prefix: str) -> bool:
        """Whether a setting whose name starts so was given."""
        return any(key.startswith(prefix) for key in self._values)

    def refuse(self, code: str, key: str, **values: str) -> None:
        """Keep a problem with a setting, under the name by which it was given."""
        given = self._values.get(key)
        self.problems.append(Problem(code, key if given is None else given.name, values))

    def require(self, *keys: str, code: str = "missing") -> None:
        """Keep a problem for each setting that was not given, or is empty."""
        self._needed.update(keys)
        for key in keys:
            if key not in self._values:
                self.refuse(code, key, variable=variable(key))

    def text(self, key: str) -> str | None:
        """A text: one line, without spaces around it."""
        given = self._values.get(key)
        if given is None:
            return None
        if not isinstance(given.held, str):
            self.refuse("not_text", key)
            return None
        text = given.held.strip()
        if not text:
            self.refuse("empty_needed" if key in self._needed else "empty", key)
        elif len(text) > LONGEST_TEXT or not text.isprintable():
            self.refuse("not_one_line", key, most=str(LONGEST_TEXT))
        else:
            return text
        return None

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        """A whole number between two others, those included."""
        given = self._values.get(key)
        if given is None:
            return default
        number = given.held
        if given.from_environment and isinstance(number, str):
            digits = number.strip()
            # No more digits than any of ours: Python refuses to read a number of thousands.
            sound = digits.isascii() and digits.isdecimal() and len(digits) <= len(str(most))
            number = int(digits) if sound else None
        # True and false are numbers too, to Python.
        if isinstance(number, int) and not isinstance(number, bool) and least <= number <= most:
            return number
        self.refuse("not_whole", key, least=str(least), most=str(most))
        return default

    def truth(self, key: str) -> bool:
        """True or false, in the environment as that word; false where it was not given."""
        given = self._values.get(key)
        if given is None:
            return False
        held = given.held
        if given.from_environment:
            held = {"true": True, "false": False}.get(str(held).strip())
        if not isinstance(held, bool):
            self.refuse("not_truth", key)
            return False
        return held

    def day(self, key: str) -> date | None:
        """A day: a date or a text such as 2026-11-26."""
        given = self._values.get(key)
        if given is None:
            return None
        held = given.held
        # A moment is a date too, to Python.
        if isinstance(held, date) and not isinstance(held, datetime):
            return held
        found = day(held.strip()) if isinstance(held, str) else None
        if found is None:
            self.refuse("not_day", key)
        return found

    def table(self, key: str) -> Mapping[str, str]:
        """Texts by text: a table in the file, ``key=value,key=value`` in the environment."""
        given = self._values.get(key)
        if given is None:
            return {}
        pairs: list[tuple[object, object]] = []
        if given.from_environment:
            parts = [part.partition("=") for part in str(given.held).split(",")]
            pairs.extend((name.strip(), value.strip()) for name, _, value in parts)
        elif isinstance(given.held, dict):
            pairs.extend(given.held.items())
        found = {
            name: value
            for name, value in pairs
            if isinstance(name, str) and isinstance(value, str) and name and value
        }
        # Fewer than there were: one had no name or value, or was there twice.
        if not pairs or len(found) < len(pairs):
            self.refuse("not_table", key)
            return {}
        return found

    def path(self, key: str) -> Path | None:
        """A path; one in a file is taken from the folder of that file."""
        text = self.text(key)
        return None if text is None else self._values[key].folder / text

    def readable(self, key: str) -> Path | None:
        """The path of an ordinary file that can be read."""
        path = self.path(key)
        if path is None:
            return None
        code = _why_unreadable(path)
        if code == "file_missing":
            # Not told by its path: that may be a secret in the wrong place.
            self.refuse(code, key, folder=str(self._values[key].folder.absolute()))
        elif code is not None:
            self.refuse(code, key, path=str(path))
        return path if code is None else None

    def private(self, key: str) -> Path | None:
        """The path of an ordinary file that nobody else can read, for what is read at each use."""
        path = self.readable(key)
        if path is None:
            return None
        faults = list(_exposures(path, path.stat().st_mode))
        for code in faults:
            self.refuse(code, key)
        return None if faults else path

    def secret(self, key: str, least: int = 1) -> str | None:
        """The secret of at least so many bytes in a file that nobody else can read."""
        path = self.readable(key)
        if path is None:
            return None
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            held = file.read(LONGEST_SECRET + 1)
        faults = list(_secret_faults(path, mode, held, least))
        for code in faults:
            self.refuse(code, key, least=str(least), most=str(LONGEST_SECRET))
        return None if faults else without_frame(held).decode("utf-8")


def _read(file: Path) -> Mapping[str, object]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
        return tomli.loads(text)
    except OSError:
        problem = Problem("file_unreadable", str(file))
    except tomli.TOMLDecodeError as error:
        # Its words quote the file, which may hold what is secret; its place does not.
        line = str(error).rpartition("at line ")[2].partition(",")[0]
        lines = str(len(text.splitlines()))
        problem = Problem("not_toml", str(file), {"line": line if line.isdecimal() else lines})
    except (UnicodeDecodeError, RecursionError):
        problem = Problem("not_toml", str(file), {"line": "1"})
    raise Refused((problem,))


def _why_unreadable(path: Path) -> str | None:
    """The code of what keeps a file from being read, if anything does."""
    if not os.path.lexists(path):
        return "file_missing"
    try:
        # A pipe or a device would keep us waiting.
        if not path.is_file():
            return "file_strange"
        path.open("rb").close()
    except OSError:
        return "file_forbidden"
    return None


def without_frame(held: bytes) -> bytes:
    """What a file holds, but for what editors put around it."""
    return held.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n")


def is_open(mode: int) -> bool:
    """Whether others than its owner have access to a file of this mode."""
    return os.name == "posix" and bool(mode & (stat.S_IRWXG | stat.S_IRWXO))


def _exposures(path: Path, mode: int) -> Iterator[str]:
    # What is in the repository ends up in copies of it. Followed where it leads: a link may
    # stand anywhere.
    if path.resolve().is_relative_to(ASSETS):
        yield "secret_inside"
    if is_open(mode):
        yield "secret_open"


def _secret_faults(path: Path, mode: int, held: bytes, least: int) -> Iterator[str]:
    yield from _exposures(path, mode)
    secret = without_frame(held)
    try:
        sound = secret.decode("utf-8").isprintable() and len(held) <= LONGEST_SECRET
    except UnicodeDecodeError:
        sound = False
    if not sound:
        yield "secret_not_text"
    elif len(secret.strip()) < least:
        yield "secret_short"
