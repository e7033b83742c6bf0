"""Reads the sentences of the interface: ``content/texts_*.toml``."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from evaltool.catalogue.faults import Fault
from evaltool.catalogue.files import Faults, line_of, read_toml
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
        elif places(value["nl"]) != places(value["en"]):
            faults.append(_fault(path, key, "different_places"))
        else:
            yield key, Text(value["nl"], value["en"])


def _fault(path: Path, key: str, code: str) -> Fault:
    line = line_of(path, f"[{key}]") or line_of(path, key.rpartition(".")[2])
    return Fault(path, line, code, {"name": key, "key": key})
