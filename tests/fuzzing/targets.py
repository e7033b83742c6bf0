"""What reads: each target takes one case and raises only where something is wrong with it."""

import json
import random
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import tomli
from werkzeug.datastructures import MultiDict

from evaltool import catalogue as catalogue_package
from evaltool.catalogue import Catalogue
from evaltool.catalogue.files import Faults, read_csv, read_toml
from evaltool.domain.document import read, write
from evaltool.domain.language import LANGUAGES
from evaltool.domain.validation import Problem, Refused, validate
from evaltool.domain.wording import Refusals, Wording
from evaltool.paths import BENCHMARKS, CONTENT
from evaltool.web.forms import NOTE, parse
from evaltool.web.walk import stops
from tests.damaging import write_hash
from tests.factories import all_answers
from tests.fuzzing.conditions import condition_language
from tests.fuzzing.documents import pdf
from tests.fuzzing.rubbish import damaged, long_text, text

GOLDEN = Path(__file__).parent.parent / "golden"
RARELY = 0.02
"""How often a case has a note of 1 MiB, which takes as long as a hundred others."""
_PIECE = 3000
"""Bytes of a file of which nothing is read but its syntax, at least."""
_WHOLE = 0.02
"""How often such a file is taken whole."""


@cache
def _catalogue() -> Catalogue:
    return catalogue_package.loaded()


@cache
def _documents() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(GOLDEN.glob("*.answers.json")))


@cache
def _files(pattern: str) -> tuple[tuple[str, bytes], ...]:
    folder = CONTENT if pattern.endswith("toml") else BENCHMARKS
    return tuple((path.name, path.read_bytes()) for path in sorted(folder.rglob(pattern)))


def json_reader(chance: random.Random, folder: Path) -> None:
    """A file of answers that was damaged is read or refused, each problem with a sentence."""
    held = _catalogue()
    raw = damaged(chance, chance.choice(_documents()))
    if chance.random() < RARELY:
        raw = _with_long_note(chance, chance.choice(_documents()))
    problems: tuple[Problem, ...] = ()
    try:
        document = read(raw, held.questionnaire, held.register)
    except Refused as refused:
        problems = refused.problems
    if problems:
        words = Wording(held.in_language("nl"), held.questionnaire, held.register.clusters)
        refusals = Refusals(words, codes=True)
        assert all(refusals.sentence(problem) for problem in problems[:20])
        return
    # What is read can be written and read again, and is then the same.
    written = write(document, held.questionnaire).encode()
    again = read(written, held.questionnaire, held.register)
    assert again.answers == document.answers


def _with_long_note(chance: random.Random, raw: bytes) -> bytes:
    """A sound file of answers, but for one note."""
    held = json.loads(raw)
    asked = chance.choice(tuple(_catalogue().questionnaire)).id
    held["notes"] = {**held.get("notes", {}), asked: long_text(chance)}
    return json.dumps(held, ensure_ascii=chance.random() < 0.5).encode()


def toml_loader(chance: random.Random, folder: Path) -> None:
    """A file of content that was damaged is read or told."""
    raw = chance.choice(_tables())
    if chance.random() < _WHOLE:
        _, raw = chance.choice(_files("*.toml"))
    path = folder / "damaged.toml"
    path.write_bytes(damaged(chance, raw, most=len(raw) + 1000))
    faults: Faults = []
    assert (read_toml(path, faults) is None) == bool(faults)


@cache
def _tables() -> tuple[bytes, ...]:
    """Pieces of the files of content, each of whole tables, sound in itself."""
    found: list[bytes] = []
    for _, raw in _files("*.toml"):
        piece = b""
        for block in raw.split(b"\n\n"):
            piece += block + b"\n\n"
            if len(piece) > _PIECE and _is_toml(piece):
                found.append(piece)
                piece = b""
        found.append(piece)
    return tuple(piece for piece in found if piece.strip() and _is_toml(piece))


def _is_toml(raw: bytes) -> bool:
    try:
        tomli.loads(raw.decode())
    except tomli.TOMLDecodeError:
        return False
    return True


def csv_loader(chance: random.Random, folder: Path) -> None:
    """A file of the survey that was damaged is read or told."""
    _, raw = chance.choice(_files("*.csv"))
    # No row is half there before it is damaged.
    raw = raw[: raw.find(b"\n", _PIECE) + 1] or raw
    columns = raw.split(b"\n", 1)[0].decode().strip().split(",")
    path = folder / "damaged.csv"
    path.write_bytes(damaged(chance, raw))
    faults: Faults = []
    rows = read_csv(path, columns, faults)
    assert rows is not None or faults


def catalogue(chance: random.Random, folder: Path) -> None:
    """All that the tool knows, with one damaged file in it, is read or every fault is told."""
    copies = {"content": CONTENT, "benchmarks": BENCHMARKS}
    for name, source in copies.items():
        if not (folder / name).exists():
            shutil.copytree(source, folder / name)
    files = sorted(path for name in copies for path in (folder / name).rglob("*.*"))
    path = chance.choice([path for path in files if path.suffix in (".toml", ".csv")])
    beside = sorted(path.parent.glob("*.toml")) if path.suffix == ".csv" else []
    before = {one: one.read_bytes() for one in (path, *beside)}
    try:
        path.write_bytes(damaged(chance, before[path], most=len(before[path]) + 1000))
        if beside and chance.random() < 0.5:
            # As if the change was meant: what is in the file counts then.
            write_hash(path)
        read_again: Catalogue | None = None
        faults: tuple[catalogue_package.Fault, ...] = ()
        try:
            read_again = catalogue_package.load(folder / "content", folder / "benchmarks")
        except catalogue_package.Faulty as faulty:
            faults = faulty.faults
    finally:
        for one, raw in before.items():
            one.write_bytes(raw)
    assert (read_again is None) == bool(faults)
    assert all(fault.sentence(lang) for fault in faults[:20] for lang in LANGUAGES)


def form_parser(chance: random.Random, folder: Path) -> None:
    """A form of anything at all is parsed, and what is wrong with its answers has a sentence."""
    held = _catalogue()
    pages = _stops()
    here = chance.choice(pages)
    fields: MultiDict[str, str] = MultiDict()
    for question in here:
        for prefix in ("", "", "note:", "other:"):
            if chance.random() < 0.5:
                continue
            name = f"{prefix}{question.id}"
            if chance.random() < 0.2:
                name += f":{chance.choice(('1', '2', '99', 'islamist', text(chance, 2)))}"
            options = [option.id for option in question.options] or ["dont_know"]
            for _ in range(chance.choice((1, 1, 2, 30))):
                fields.add(name, chance.choice((*options, "dont_know", text(chance, 6))))
    longest = chance.choice(here).id if chance.random() < RARELY else ""
    if longest:
        fields.setlist(f"{NOTE}{longest}", [long_text(chance)])
    fields.add("version", chance.choice(("0", "-1", "", "9" * 40, text(chance, 3))))
    sent = parse(here, held.questionnaire, fields)
    problems = validate(held.questionnaire, sent.answers, here, leftovers=True)
    if longest:
        assert ("note_too_long", longest) in {(found.code, found.where) for found in problems}
    words = Wording(held.in_language("en"), held.questionnaire, held.register.clusters)
    assert len(Refusals(words).by_question(problems)) <= len(here)


@cache
def _stops() -> tuple[tuple, ...]:  # type: ignore[type-arg]
    held = _catalogue().questionnaire
    return tuple(found.questions for found in stops(held, all_answers(held)))


TARGETS: Mapping[str, Callable[[random.Random, Path], None]] = {
    "json": json_reader,
    "toml": toml_loader,
    "csv": csv_loader,
    "catalogue": catalogue,
    "conditions": condition_language,
    "forms": form_parser,
    "pdf": pdf,
}
