"""Reads the feedback: ``rules_*.toml``, ``levels.toml`` and ``sources.toml`` of the content."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from evaltool.catalogue.conditions import ALWAYS, ConditionReader
from evaltool.catalogue.files import Entry, Faults, line_of, read_toml
from evaltool.domain.advice import LEGAL_SOURCE
from evaltool.domain.conditions import Condition
from evaltool.domain.feedback import (
    Basis,
    Criterion,
    Effort,
    FindingKind,
    Item,
    LevelScale,
    Rule,
    Rulebook,
    Source,
    Track,
)
from evaltool.domain.language import Text
from evaltool.domain.questionnaire import Questionnaire
from evaltool.domain.situation import Area

E = TypeVar("E", bound=StrEnum)

HIGHEST_LEVEL = 4


def read_rulebook(
    folder: Path, questionnaire: Questionnaire, tables: frozenset[str], faults: Faults
) -> Rulebook:
    """Rules, levels and sources, every reference checked.

    ``tables`` are the names of the survey's tables (``Tabel 10``), which rules may cite.
    """
    sources = _sources(folder / "sources.toml", faults)
    reader = ConditionReader(questionnaire)
    rules: list[Rule] = []
    for path in sorted(folder.glob("rules_*.toml")):
        file = Entry(path, path.stem, read_toml(path, faults) or {}, faults)
        for entry in file.entries("rules"):
            rule = _rule(entry, reader)
            if rule.id in {known.id for known in rules}:
                entry.fault("id_twice")
            for source in rule.sources:
                if source not in sources and source not in tables:
                    entry.fault("unknown_reference", key=source)
            if rule.basis is Basis.LAW and not any(
                source in sources and sources[source].read for source in rule.sources
            ):
                entry.fault("law_without_citation")
            rules.append(rule)
        file.done()
    return Rulebook(tuple(rules), _scales(folder / "levels.toml", reader, faults), sources)


def _enum(entry: Entry, key: str, kind: type[E], default: E) -> E:
    value = entry.string(key)
    if value in list(kind):
        return kind(value)
    entry.fault("wrong_type", key=key)
    return default


def _rule(entry: Entry, reader: ConditionReader) -> Rule:
    id_ = entry.string("id")
    entry.name = id_
    entry.line = line_of(entry.path, f'id = "{id_}"')
    figure = reader.option(entry, entry.raw("figure")) if entry.has("figure") else None
    rule = Rule(
        id=id_,
        area=_enum(entry, "area", Area, Area.STRUCTURE),
        kind=_enum(entry, "kind", FindingKind, FindingKind.ATTENTION),
        basis=_enum(entry, "basis", Basis, Basis.PRACTICE),
        condition=_condition(entry, reader),
        topic=entry.string("topic", id_),
        priority=entry.whole("priority", 50),
        title=entry.needed_text("title"),
        see=entry.needed_text("see"),
        why=entry.needed_text("why"),
        steps=_texts(entry, "steps"),
        who=entry.needed_text("who"),
        track=_enum(entry, "track", Track, Track.START) if entry.has("track") else None,
        effort=_enum(entry, "effort", Effort, Effort.YEAR) if entry.has("effort") else None,
        figure=figure,
        items=tuple(_item(item, reader) for item in entry.entries("items")),
        sources=entry.strings("sources"),
    )
    entry.done()
    return rule


def _condition(entry: Entry, reader: ConditionReader) -> Condition:
    """The rule's own condition; a rule with items may leave it to them."""
    if entry.has("when") or not entry.has("items"):
        return reader.read(entry, entry.raw("when"))
    return ALWAYS


def _item(entry: Entry, reader: ConditionReader) -> Item:
    name = entry.raw("option")
    label = reader.option(entry, name) or ("", "")
    item = Item(
        condition=reader.read(entry, entry.raw("when", {"chosen": name})),
        label=label,
        text=entry.needed_text("text"),
    )
    entry.done()
    return item


def _texts(entry: Entry, key: str) -> tuple[Text, ...]:
    value = entry.raw(key, [])
    found: list[Text] = []
    for item in value if isinstance(value, list) else []:
        if isinstance(item, dict) and set(item) == {"nl", "en"} and all(item.values()):
            found.append(Text(str(item["nl"]), str(item["en"])))
        else:
            entry.fault("not_both_languages", key=key)
    return tuple(found)


def _scales(path: Path, reader: ConditionReader, faults: Faults) -> tuple[LevelScale, ...]:
    if not path.exists():
        return ()
    file = Entry(path, "levels", read_toml(path, faults) or {}, faults)
    scales: list[LevelScale] = []
    for entry in file.entries("areas"):
        area = _enum(entry, "area", Area, Area.STRUCTURE)
        entry.name = area
        criteria: list[Criterion] = []
        for criterion in entry.entries("criteria"):
            id_ = criterion.string("id")
            criterion.name = id_
            criterion.line = line_of(path, f'id = "{id_}"')
            level = criterion.whole("level")
            if not 2 <= level <= HIGHEST_LEVEL:
                criterion.fault("wrong_type", key="level")
            criteria.append(
                Criterion(
                    id_,
                    level,
                    criterion.needed_text("text"),
                    reader.read(criterion, criterion.raw("when", {})),
                )
            )
            criterion.done()
        lowest = reader.read(entry, entry.raw("lowest")) if entry.has("lowest") else None
        needs = entry.strings("needs", required=True)
        scales.append(LevelScale(area, needs, tuple(criteria), lowest))
        entry.done()
    file.done()
    return tuple(scales)


def _sources(path: Path, faults: Faults) -> Mapping[str, Source]:
    file = Entry(path, "sources", read_toml(path, faults) or {}, faults)
    found: dict[str, Source] = {}
    for entry in file.entries("sources"):
        id_ = entry.string("id")
        entry.name = id_
        entry.line = line_of(path, f'id = "{id_}"')
        if id_ in found:
            entry.fault("id_twice")
        read = entry.raw("read")
        if read is not None and not isinstance(read, date):
            entry.fault("wrong_type", key="read")
            read = None
        found[id_] = Source(
            id=id_,
            title=entry.needed_text("title"),
            publisher=entry.needed_text("publisher"),
            where=entry.string("where"),
            year=entry.string("year", ""),
            statement=entry.text("statement", required=False),
            read=read,
        )
        entry.done()
    file.done()
    if LEGAL_SOURCE not in found:
        file.fault("missing_key", key=LEGAL_SOURCE)
    return found
