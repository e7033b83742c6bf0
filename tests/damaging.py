"""Damaging a copy of the survey and the register, for the tests of their checks."""

import csv
import hashlib
import re
import shutil
from pathlib import Path

from evaltool.analysis import check_consistency
from evaltool.catalogue import read
from evaltool.catalogue.faults import Fault
from evaltool.domain.language import LANGUAGES
from evaltool.paths import BENCHMARKS, CONTENT

SURVEY = "vvsg-2020"
REGISTER = "municipalities"

Found = tuple[str, int | None, str]
"""A fault as file, line (from 1) and code."""


def copy_of_benchmarks(tmp_path: Path) -> Path:
    """A copy of the benchmarks that may be damaged."""
    return Path(shutil.copytree(BENCHMARKS, tmp_path / "benchmarks"))


def damage(path: Path, old: str, new: str, *, rehash: bool = True) -> int:
    """Replace the one occurrence of a text; the line it stands on, from 1.

    With ``rehash`` the SHA-256 beside the file is adapted: the change is meant.
    """
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path.name, old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")
    if rehash and path.suffix == ".csv":
        write_hash(path)
    return text[: text.index(old)].count("\n") + 1


def write_hash(path: Path) -> None:
    """Adapt the SHA-256 that stands for a CSV beside it."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    beside = path.parent / "sources.toml"
    if not beside.exists():
        beside = path.with_suffix(".toml")
        before = ""
    else:
        before = rf'(?<=name = "{re.escape(path.name)}"\n)(?:(?!\n\[\[)[\s\S])*?'
    text = beside.read_text(encoding="utf-8")
    changed = re.sub(
        rf'({before})sha256 = "\w+"', lambda m: f'{m[1]}sha256 = "{digest}"', text, count=1
    )
    beside.write_text(changed, encoding="utf-8")


def all_faults(benchmarks: Path) -> list[Fault]:
    """Every fault that ``evaltool check`` lists, given these benchmarks."""
    _, faults = read(CONTENT, benchmarks)
    return [*faults, *check_consistency(benchmarks / SURVEY)]


def told(faults: list[Fault]) -> list[Found]:
    """The faults as file, line and code; each has a sentence with its place and advice."""
    for fault in faults:
        for language in LANGUAGES:
            sentence = fault.sentence(language)
            place, _, advice = sentence.partition(": ")
            assert place.startswith(fault.path.name)
            assert fault.line is None or place.endswith(f":{fault.line}")
            # What is wrong, and what to do: two sentences at least.
            assert len(re.findall(r"[.:](?: |$)", advice)) >= 2, sentence
    return [(fault.path.name, fault.line, fault.code) for fault in faults]


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a CSV in the benchmarks: ``rows_of("vvsg-2020/tabel-8")``."""
    with (BENCHMARKS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
