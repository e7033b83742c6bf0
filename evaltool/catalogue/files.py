"""Reading TOML and CSV strictly: UTF-8, the right columns, and the line of every fault."""

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

# The parser of tomllib, compiled: reading the content takes half as long, at every start.
import tomli

from evaltool.catalogue.faults import Fault
from evaltool.domain.language import Text

E = TypeVar("E", bound=StrEnum)

Faults = list[Fault]
Toml = Mapping[str, object]
Rows = list[tuple[int, dict[str, str]]]
"""The rows of a CSV by column, each with the line it starts on."""


def read_text(path: Path, faults: Faults) -> str | None:
    """The text of a UTF-8 file; None, with a fault, if it is missing or encoded otherwise."""
    try:
        raw = path.read_bytes()
    except OSError:  # a folder in its place counts as missing too
        faults.append(Fault(path, None, "missing_file"))
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        faults.append(Fault(path, raw.count(b"\n", 0, error.start) + 1, "not_utf8"))
        return None


def read_toml(path: Path, faults: Faults) -> Toml | None:
    """A TOML file as a mapping; None, with a fault, if it cannot be read."""
    text = read_text(path, faults)
    if text is None:
        return None
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        # The parser says the place only in words: "... (at line 3, column 7)".
        place = re.search(r"at line (\d+)", str(error))
        line = int(place[1]) if place else len(text.splitlines())
        faults.append(Fault(path, line, "not_toml", {"reason": str(error)}))
        return None


def read_csv(path: Path, columns: Sequence[str], faults: Faults) -> Rows | None:
    """The rows of a CSV file with the line each starts on; None if its columns are not these."""
    text = read_text(path, faults)
    if text is None:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: Rows = []
    start = 1
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1
            if line == 1:
                if cells != list(columns):
                    expected = {"found": ", ".join(cells), "expected": ", ".join(columns)}
                    faults.append(Fault(path, 1, "wrong_columns", expected))
                    return None
            elif len(cells) != len(columns):
                number = {"found": str(len(cells)), "expected": str(len(columns))}
                faults.append(Fault(path, line, "wrong_number_of_cells", number))
            else:
                rows.append((line, dict(zip(columns, cells, strict=True))))
    except csv.Error as error:
        faults.append(Fault(path, reader.line_num, "not_csv", {"reason": str(error)}))
        return None
    if reader.line_num == 0:
        nothing = {"found": "", "expected": ", ".join(columns)}
        faults.append(Fault(path, 1, "wrong_columns", nothing))
        return None
    return rows


def check_hash(path: Path, expected: object, faults: Faults) -> None:
    """Add a fault if the file's SHA-256 is not the one written down beside it."""
    if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != expected:
        faults.append(Fault(path, None, "wrong_hash"))


def line_of(path: Path, needle: str) -> int | None:
    """The first line of a file that holds a text; None if none does."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return next((i for i, line in enumerate(lines, start=1) if needle in line), None)


class Entry:
    """One table of a TOML file, read key by key; what is wrong or left over is a fault.

    A fault stands at the line of its key, or else of the table. Where set, ``line`` replaces that
    search, or ``mark``: the first line that holds that text, looked for only once there is a fault.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        table: object,
        faults: Faults,
        line: int | None = None,
        place: "tuple[Entry, str, int] | None" = None,
    ) -> None:
        self.path = path
        self.name = name
        self.faults = faults
        self.line = line
        self.mark = ""
        self.table: dict[str, object] = dict(table) if isinstance(table, dict) else {}
        self._used: set[str] = set()
        # Where the table stands: the table around it, the list in it, the position in that list.
        self._place = place
        if not isinstance(table, dict):
            self.fault("not_a_table")

    def fault(self, code: str, **values: str) -> None:
        """Add a fault at this table."""
        line = line_of(self.path, self.mark) if self.line is None and self.mark else self.line
        if line is None:
            line = self._line(values.get("key"))
        self.faults.append(Fault(self.path, line, code, {"name": self.name, **values}))

    def _line(self, key: str | None) -> int | None:
        """The line of a key of this table, or of a text it holds; else that of its header."""
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return None
        header, start, end = self._span(lines)
        first = start + bool(header)
        own = next((n for n in range(first, end) if lines[n].startswith("[")), end)
        if key is not None:
            for pattern in (rf"\s*{re.escape(key)}\s*=", rf'.*"{re.escape(key)}"'):
                for number in range(first, own):
                    if re.match(pattern, lines[number]):
                        return number + 1
        return start + 1 if header else None

    def _span(self, lines: Sequence[str]) -> tuple[str, int, int]:
        """The header of this table and its lines, from and up to, counted from 0.

        A table written inline (``[{...}]``) has the span of the table around it.
        """
        if self._place is None:
            return "", 0, len(lines)
        parent, key, index = self._place
        above, start, end = parent._span(lines)
        header = f"{above}.{key}" if above else key
        starts = [n for n in range(start, end) if lines[n].strip() == f"[[{header}]]"]
        if index >= len(starts):
            return above, start, end
        return header, starts[index], [*starts, end][index + 1]

    def has(self, key: str) -> bool:
        """Whether the table has the key."""
        return key in self.table

    def _take(self, key: str, kind: type, default: object) -> object:
        self._used.add(key)
        if key not in self.table:
            if default is None:
                self.fault("missing_key", key=key)
            return default
        value = self.table[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fault("wrong_type", key=key)
            return default
        return value

    def string(self, key: str, default: str | None = None) -> str:
        """A text; a fault without it, unless there is a default."""
        value = self._take(key, str, default)
        return value if isinstance(value, str) else ""

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number; a fault without it, unless there is a default."""
        value = self._take(key, int, default)
        return value if isinstance(value, int) else 0

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        return bool(self._take(key, bool, default))

    def strings(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts; empty where it is absent."""
        value = self._take(key, list, None if required else [])
        if not isinstance(value, list):
            return ()
        if not all(isinstance(item, str) for item in value):
            self.fault("wrong_type", key=key)
            return ()
        return tuple(value)

    def text(self, key: str, *, required: bool = True) -> Text | None:
        """A text in both languages; None where it is absent and need not be there."""
        self._used.add(key)
        if key not in self.table:
            if required:
                self.fault("missing_key", key=key)
            return None
        value = self.table[key]
        found = value if isinstance(value, dict) else {}
        if set(found) != {"nl", "en"} or not all(
            isinstance(t, str) and t.strip() for t in found.values()
        ):
            self.fault("not_both_languages", key=key)
            return None
        return Text(found["nl"], found["en"])

    def needed_text(self, key: str) -> Text:
        """A text in both languages that must be there."""
        return self.text(key) or Text("", "")

    def entries(self, key: str) -> "list[Entry]":
        """The tables of a list."""
        value = self._take(key, list, [])
        items = value if isinstance(value, list) else []
        return [
            Entry(self.path, f"{self.name}.{key}", item, self.faults, place=(self, key, index))
            for index, item in enumerate(items)
        ]

    def day(self, key: str) -> date:
        """A date."""
        value = self._take(key, date, None)
        return value if isinstance(value, date) else date.min

    def raw(self, key: str, default: object = None) -> object:
        """The value as it stands."""
        self._used.add(key)
        return self.table.get(key, default)

    def done(self) -> None:
        """Add a fault for every key that nobody asked for."""
        for key in self.table:
            if key not in self._used:
                self.fault("unknown_key", key=key)


def enum_of(entry: Entry, key: str, kind: type[E], default: E) -> E:
    """One of the codes of a kind; a fault, and the default, for anything else."""
    value = entry.string(key)
    if value in list(kind):
        return kind(value)
    entry.fault("wrong_type", key=key)
    return default
