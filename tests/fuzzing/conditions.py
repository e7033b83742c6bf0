"""Conditions of the feedback: what is read can be written, and says something of any answers."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import tomli

from evaltool.catalogue import loaded
from evaltool.catalogue.conditions import ConditionReader
from evaltool.catalogue.files import Entry, Faults
from evaltool.domain.answers import reported
from evaltool.domain.comparison import compare
from evaltool.domain.conditions import (
    AllOf,
    Answered,
    AtLeast,
    AtLevel,
    Chosen,
    Condition,
    InCluster,
    Missing,
    NoneOf,
    NotChosen,
    Noted,
    SetsApart,
    Share,
)
from evaltool.domain.language import LANGUAGES
from evaltool.domain.levels import HIGHEST
from evaltool.domain.situation import Area, Situation, legal_minimum
from evaltool.paths import CONTENT
from tests.fuzzing.rubbish import value
from tests.golden import NAMES, document_of

FORMS = (
    *("chosen", "not_chosen", "answered", "note", "sets_apart", "share", "cluster", "level"),
    *("missing", "all_of", "any_of", "none_of", "at_least"),
)
_BESIDE = ("of", "at_most", "at_least", "above", "below")
_CHANGED = 0.08


@cache
def _reader() -> ConditionReader:
    return ConditionReader(loaded().questionnaire)


@cache
def _tables() -> tuple[Mapping[str, Any], ...]:
    """Every condition of the content, as it stands there."""
    files = sorted(CONTENT.glob("*.toml"))
    return tuple(found for path in files for found in _whens(tomli.loads(path.read_text("utf-8"))))


def _whens(held: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(held, list):
        for part in held:
            yield from _whens(part)
    if isinstance(held, dict):
        for key, part in held.items():
            if key == "when" and isinstance(part, dict) and set(part) & set(FORMS):
                yield part
            else:
                yield from _whens(part)


@cache
def _situations() -> tuple[Situation, ...]:
    """Answers of all kinds, with what follows from them."""
    catalogue = loaded()
    found: list[Situation] = []
    for number, name in enumerate(NAMES):
        document = document_of(catalogue, name)
        given = reported(catalogue.questionnaire, document.answers)
        compared = compare(catalogue.questionnaire, catalogue.benchmark, given, document.cluster)
        made = Situation(
            catalogue.questionnaire, given, compared, document.cluster, legal_minimum(given)
        )
        levels = {area: 1 + (number + place) % HIGHEST for place, area in enumerate(Area)}
        found += [made, replace(made, levels=levels)]
    return tuple(found)


def written(condition: Condition) -> dict[str, Any]:
    """A condition as the table from which it is read."""
    match condition:
        case Chosen(question, options):
            return {"chosen": [f"{question}:{option}" for option in options]}
        case NotChosen(question, options):
            return {"not_chosen": [f"{question}:{option}" for option in options]}
        case Answered(question):
            return {"answered": question}
        case Noted(question):
            return {"note": question}
        case SetsApart(question, option):
            return {"sets_apart": f"{question}:{option}"}
        case Share(question, option, above, below):
            bounds = {"above": above, "below": below}
            set_ = {name: bound for name, bound in bounds.items() if bound is not None}
            return {"share": f"{question}:{option}", **set_}
        case InCluster(clusters):
            return {"cluster": list(clusters)}
        case AtLevel(area, low, high):
            return {"level": str(area), "at_least": low, "at_most": high}
        case Missing(member):
            return {"missing": member}
        case AllOf(parts):
            return {"all_of": [written(part) for part in parts]}
        case NoneOf(parts):
            return {"none_of": [written(part) for part in parts]}
        case AtLeast(number, parts):
            return {"at_least": number, "of": [written(part) for part in parts]}
    raise TypeError(condition)


def condition_language(chance: random.Random, folder: Path) -> None:
    """A condition of anything at all, or one of ours with a change in it, is read or told."""
    question = chance.choice(tuple(loaded().questionnaire))
    names = (
        *FORMS,
        *_BESIDE,
        *(f"{question.id}:{option.id}" for option in question.options),
        *(question.id, *Area),
    )
    if chance.random() < 0.3:
        made = {chance.choice(names): value(chance, names) for _ in range(chance.choice((1, 1, 2)))}
        table: Any = made
    else:
        table = _changed(chance, chance.choice(_tables()), names)
    faults: Faults = []
    condition = _reader().read(_entry(folder, table, faults), table)
    if faults:
        assert all(fault.sentence(lang) for fault in faults[:5] for lang in LANGUAGES)
        return
    # What is read can be written and read again, and is then the same.
    same = written(condition)
    assert _reader().read(_entry(folder, same, faults), same) == condition
    assert not faults
    by_id = loaded().questionnaire.by_id
    for situation in chance.sample(_situations(), 2):
        assert all(fact.question in by_id for fact in condition.facts(situation) or ())


def _entry(folder: Path, table: object, faults: Faults) -> Entry:
    return Entry(folder / "rule.toml", "rule", {"when": table}, faults, line=1)


def _changed(chance: random.Random, held: Any, names: Sequence[str]) -> Any:
    """A table of ours, with here and there something else in it, more or less of it."""
    if chance.random() < _CHANGED:
        return value(chance, names)
    if isinstance(held, dict):
        pairs = {
            key if chance.random() > _CHANGED else chance.choice(names): _changed(
                chance, part, names
            )
            for key, part in held.items()
        }
        if chance.random() < _CHANGED:
            pairs[chance.choice(names)] = value(chance, names)
        return pairs
    if isinstance(held, list):
        parts = [_changed(chance, part, names) for part in held if chance.random() > _CHANGED]
        return parts * chance.choice((1, 1, 1, 2))
    return held
