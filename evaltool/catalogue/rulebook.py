"""Reads the findings and what they cite: ``rules_*.toml`` and ``sources.toml`` of the content."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from evaltool.catalogue.conditions import ALWAYS, ConditionReader
from evaltool.catalogue.files import Entry, Faults, enum_of, read_toml
from evaltool.catalogue.guidance import read_remarks, read_scales, read_tracks
from evaltool.domain.advice import LEGAL_SOURCE
from evaltool.domain.conditions import Condition
from evaltool.domain.language import Text
from evaltool.domain.questionnaire import Questionnaire
from evaltool.domain.rules import Basis, Effort, FindingKind, Item, Rule, Rulebook, Source, Track
from evaltool.domain.situation import Area


def read_rulebook(
    folder: Path, questionnaire: Questionnaire, tables: frozenset[str], faults: Faults
) -> Rulebook:
    """Rules, levels and sources, every reference checked.

    ``tables`` are the names of the survey's tables (``Tabel 10``), which rules may cite.
    """
    sources = _sources(folder / "sources.toml", faults)
    sound = not any(fault.path.name.startswith("question") for fault in faults)
    reader = ConditionReader(questionnaire, sound=sound)
    rules: list[Rule] = []
    for path in sorted(folder.glob("rules_*.toml")):
        file = Entry(path, path.stem, read_toml(path, faults) or {}, faults)
        for entry in file.entries("rules"):
            rule = _rule(entry, reader)
            if rule.id in {known.id for known in rules}:
                entry.fault("id_twice")
            cited = (*rule.sources, *(id_ for item in rule.items for id_ in item.sources))
            for source in cited:
                if source not in sources and source not in tables:
                    entry.fault("unknown_reference", key=source)
            if rule.basis is Basis.LAW and not any(
                source in sources and sources[source].read for source in rule.sources
            ):
                entry.fault("law_without_citation")
            rules.append(rule)
        file.done()
    tracks, preparations = read_tracks(folder / "tracks.toml", reader, faults)
    return Rulebook(
        rules=tuple(rules),
        scales=read_scales(folder / "levels.toml", reader, faults),
        tracks=tracks,
        preparations=preparations,
        remarks=read_remarks(folder / "consistency.toml", reader, faults),
        sources=sources,
    )


def _rule(entry: Entry, reader: ConditionReader) -> Rule:
    id_ = entry.string("id")
    entry.name = id_
    entry.mark = f'id = "{id_}"'
    figure = reader.option(entry, entry.raw("figure")) if entry.has("figure") else None
    condition = _condition(entry, reader)
    rule = Rule(
        id=id_,
        area=enum_of(entry, "area", Area, Area.STRUCTURE),
        kind=enum_of(entry, "kind", FindingKind, FindingKind.ATTENTION),
        basis=enum_of(entry, "basis", Basis, Basis.PRACTICE),
        condition=condition,
        topic=entry.string("topic", id_),
        priority=entry.whole("priority", 50),
        title=entry.needed_text("title"),
        see=entry.needed_text("see"),
        why=entry.needed_text("why"),
        steps=_texts(entry, "steps"),
        who=entry.needed_text("who"),
        ask=entry.text("ask", required=False),
        track=enum_of(entry, "track", Track, Track.START),
        effort=enum_of(entry, "effort", Effort, Effort.YEAR),
        figure=figure,
        items=tuple(_item(item, reader, condition) for item in entry.entries("items")),
        sources=entry.strings("sources"),
        by_peers=entry.flag("by_peers", default=True),
    )
    if not rule.steps:
        entry.fault("missing_key", key="steps")
    if (rule.ask is None) != (rule.kind is FindingKind.STRENGTH):
        entry.fault("question_for_attention")
    entry.done()
    return rule


def _condition(entry: Entry, reader: ConditionReader) -> Condition:
    """The rule's own condition; a rule with items may leave it to them."""
    if entry.has("when") or not entry.has("items"):
        return reader.read(entry, entry.raw("when"))
    return ALWAYS


def _item(entry: Entry, reader: ConditionReader, beside: Condition) -> Item:
    """One item of the rule with the condition ``beside``, which holds too when it is shown."""
    name = entry.raw("option")
    item = Item(
        condition=reader.read(entry, entry.raw("when", {"chosen": name}), beside),
        option=reader.option(entry, name) or ("", ""),
        text=entry.needed_text("text"),
        sources=entry.strings("sources"),
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


def _sources(path: Path, faults: Faults) -> Mapping[str, Source]:
    file = Entry(path, "sources", read_toml(path, faults) or {}, faults)
    found: dict[str, Source] = {}
    for entry in file.entries("sources"):
        id_ = entry.string("id")
        entry.name = id_
        entry.mark = f'id = "{id_}"'
        if id_ in found:
            entry.fault("id_twice")
        read = entry.raw("read")
        if read is not None and not isinstance(read, date):
            entry.fault("wrong_type", key="read")
            read = None
        found[id_] = Source(
            id=id_,
            title=entry.needed_text("title"),
            # A passage of the survey report is found by its title alone.
            publisher=entry.needed_text("publisher") if entry.has("where") else Text("", ""),
            where=entry.string("where", ""),
            year=entry.string("year", ""),
            statement=entry.text("statement", required=False),
            read=read,
            discrepancies=entry.strings("discrepancies"),
        )
        entry.done()
    file.done()
    if LEGAL_SOURCE not in found:
        file.fault("missing_key", key=LEGAL_SOURCE)
    return found
