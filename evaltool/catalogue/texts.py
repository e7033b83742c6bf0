"""Reads the sentences of the interface: ``content/texts_*.toml``."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

from evaltool.catalogue.faults import Fault
from evaltool.catalogue.files import Faults, read_toml
from evaltool.domain.language import Text, places


def read_texts(folder: Path, faults: Faults) -> Mapping[str, Text]:
    """All sentences by dotted key, of every file together."""
    found: dict[str, Text] = {}
    for path in sorted(folder.glob("texts_*.toml")):
        for key, text in _sentences(path, "", read_toml(path, faults) or {}, faults):
            if key in found:
                faults.append(_fault(path, key, "text_twice"))
            found[key] = text
    return found


def _sentences(
    path: Path, prefix: str, table: Mapping[str, object], faults: Faults
) -> Iterator[tuple[str, Text]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if not isinstance(value, dict):
            faults.append(_fault(path, key, "not_both_languages"))
        elif not {"nl", "en"} & set(value):
            yield from _sentences(path, f"{key}.", value, faults)
        elif set(value) != {"nl", "en"} or not all(
            isinstance(t, str) and t.strip() for t in value.values()
        ):
            faults.append(_fault(path, key, "not_both_languages"))
        elif not all(_fillable(sentence) for sentence in value.values()):
            faults.append(_fault(path, key, "broken_places"))
        elif places(value["nl"]) != places(value["en"]):
            faults.append(_fault(path, key, "different_places"))
        else:
            yield key, Text(value["nl"], value["en"])


def _fillable(sentence: str) -> bool:
    """Whether all places are plain names between braces, so that filling them cannot fail."""
    try:
        parts = list(Formatter().parse(sentence))
    except ValueError:
        return False
    return all(
        name is None or (name.isidentifier() and not form and not conversion)
        for _, name, form, conversion in parts
    )


def _fault(path: Path, key: str, code: str) -> Fault:
    return Fault(path, _line(path, key), code, {"name": key, "key": key})


def _line(path: Path, key: str) -> int | None:
    """The line of a sentence: its own header, or its name below the header of its table."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if f"[{key}]" in lines:
        return lines.index(f"[{key}]") + 1
    table, _, name = key.rpartition(".")
    start = lines.index(f"[{table}]") if f"[{table}]" in lines else 0
    for number, line in enumerate(lines[start:], start=start + 1):
        if re.match(rf"\s*{re.escape(name)}\s*=", line):
            return number
    return None
