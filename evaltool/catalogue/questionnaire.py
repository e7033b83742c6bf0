"""Reads the questionnaire: ``content/questionnaire.toml`` and ``content/questions_*.toml``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evaltool.catalogue.faults import Fault
from evaltool.catalogue.files import Entry, Faults, line_of, read_toml
from evaltool.domain.questionnaire import (
    Clause,
    Kind,
    Option,
    Question,
    Questionnaire,
    Section,
    unreachable,
)

Routes = Mapping[str, tuple[Clause, ...]]

_BUILDING_ON = (Kind.TREND, Kind.RANKING)
"""The kinds whose questions build on the answers to others."""


@dataclass(frozen=True)
class _Read:
    """A question with where it stands, for the checks that need all questions."""

    question: Question
    entry: Entry


def read_questionnaire(folder: Path, faults: Faults) -> Questionnaire | None:
    """The questionnaire with routes and shared options resolved; None if it has no frame.

    With a fault it may be incomplete: it then only serves to find more faults.
    """
    path = folder / "questionnaire.toml"
    table = read_toml(path, faults)
    if table is None:
        return None
    frame = Entry(path, "questionnaire", table, faults)
    routes = _routes(path, frame.raw("routes", {}), faults)
    reads: list[_Read] = []
    sections: list[Section] = []
    whole = True
    for entry in frame.entries("sections"):
        section = _section(entry)
        if section.id in {known.id for known in sections}:
            entry.fault("id_twice")
            continue
        questions = _questions(folder, section.id, routes, reads, faults)
        whole = whole and questions is not None
        sections.append(replace(section, questions=questions or ()))
    questionnaire = Questionnaire(
        edition=frame.string("edition"),
        survey=frame.string("survey"),
        dont_know=frame.needed_text("dont_know"),
        sections=tuple(sections),
    )
    frame.done()
    for stray in sorted(folder.glob("questions_*.toml")):
        if stray.stem.removeprefix("questions_") not in questionnaire.section_by_id:
            faults.append(Fault(stray, None, "stray_questions"))
    _check_questions(reads)
    if whole:
        # Half a questionnaire would seem full of references to nothing.
        _check_routing(questionnaire, reads)
    return questionnaire


def _routes(path: Path, table: object, faults: Faults) -> Routes:
    """The named routes; one that ``requires`` another carries its clauses too."""
    if not isinstance(table, dict):
        Entry(path, "routes", table, faults, line_of(path, "routes"))
        return {}
    found: dict[str, tuple[Clause, ...]] = {}
    for name, value in table.items():
        entry = Entry(path, f"routes.{name}", value, faults, line_of(path, f"[routes.{name}]"))
        required = entry.string("requires", "")
        if required and required not in found:
            # Only routes above count, which also rules out circles.
            entry.fault("unknown_route", key=required)
        clauses = list(found.get(required, ()))
        for clause in entry.entries("clauses"):
            clause.line = entry.line
            question = clause.string("question")
            any_of, none_of = clause.strings("any_of"), clause.strings("none_of")
            clause.done()
            clauses.append(Clause(question, frozenset(any_of), frozenset(none_of)))
        if not clauses:
            entry.fault("missing_key", key="clauses")
        entry.done()
        found[name] = tuple(clauses)
    return found


def _section(entry: Entry) -> Section:
    """A section, still without its questions."""
    id_ = entry.string("id")
    entry.name = id_ or entry.name
    section = Section(
        id=id_,
        title=entry.needed_text("title"),
        intro=entry.needed_text("intro"),
        minutes=_at_least_one(entry, "minutes"),
        optional=entry.flag("optional"),
        questions=(),
    )
    entry.done()
    return section


def _questions(
    folder: Path, section: str, routes: Routes, reads: list[_Read], faults: Faults
) -> tuple[Question, ...] | None:
    """The questions of a section, added to those read before; None if the file is unreadable."""
    path = folder / f"questions_{section}.toml"
    table = read_toml(path, faults)
    if table is None:
        return None
    file = Entry(path, section, table, faults)
    first = len(reads)
    for entry in file.entries("questions"):
        reads.append(_Read(_question(entry, section, routes, reads), entry))
    if len(reads) == first:
        file.fault("missing_key", key="questions")
    file.done()
    return tuple(read.question for read in reads[first:])


def _question(entry: Entry, section: str, routes: Routes, earlier: Sequence[_Read]) -> Question:
    id_ = entry.string("id")
    entry.name = id_ or entry.name
    kind = entry.string("kind")
    if entry.has("kind") and kind not in list(Kind):
        entry.fault("wrong_type", key="kind")
    route = entry.string("asked_if", "")
    if route and route not in routes:
        entry.fault("unknown_route", key=route)
    shared = _shared_options(entry, earlier)
    question = Question(
        id=id_,
        section=section,
        kind=Kind(kind) if kind in list(Kind) else Kind.SINGLE,
        text=entry.needed_text("text"),
        help=entry.needed_text("help"),
        # Its own options, such as an exclusive "none", come after the shared ones.
        options=shared + tuple(_option(option, id_) for option in entry.entries("options")),
        asked_if=routes.get(route, ()),
        benchmarked=entry.flag("benchmarked"),
        order=entry.strings("order"),
        sources=entry.strings("sources"),
        at_most=_at_least_one(entry, "at_most") if entry.has("at_most") else None,
        page=_at_least_one(entry, "page", 1),
        carried=entry.flag("carried", default=True),
    )
    entry.done()
    return question


def _shared_options(entry: Entry, earlier: Sequence[_Read]) -> tuple[Option, ...]:
    """The options of the earlier question that ``options_from`` names."""
    name = entry.string("options_from", "")
    if not name:
        return ()
    for read in earlier:
        if read.question.id == name:
            return read.question.options
    entry.fault("options_not_earlier", key=name)
    return ()


def _option(entry: Entry, question: str) -> Option:
    id_ = entry.string("id")
    entry.name = f"{question}.{id_}" if id_ else entry.name
    option = Option(
        id=id_,
        label=entry.needed_text("label"),
        help=entry.text("help", required=False),
        exclusive=entry.flag("exclusive"),
        surveyed=entry.flag("surveyed", default=True),
    )
    entry.done()
    return option


def _at_least_one(entry: Entry, key: str, default: int | None = None) -> int:
    number = entry.whole(key, default)
    if entry.has(key) and number < 1:
        entry.fault("wrong_type", key=key)
        return 1
    return number


def _check_questions(reads: Sequence[_Read]) -> None:
    """Check every question by itself, and that no code is used twice."""
    seen: set[str] = set()
    for read in reads:
        question, entry = read.question, read.entry
        if question.id in seen:
            entry.fault("id_twice")
        seen.add(question.id)
        codes = [option.id for option in question.options]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            entry.fault("option_twice", key=code)
        if question.order and sorted(question.order) != sorted(codes):
            entry.fault("wrong_order")
        if question.kind is Kind.RANKING:
            if codes:
                entry.fault("not_for_kind", key="options")
            if question.at_most is None:
                entry.fault("missing_key", key="at_most")
        elif not codes and not entry.has("options_from"):
            entry.fault("no_options")
        if question.kind in _BUILDING_ON:
            if not question.sources:
                entry.fault("no_sources")
        elif question.sources:
            entry.fault("not_for_kind", key="sources")
        if question.kind is not Kind.RANKING and question.at_most is not None:
            entry.fault("not_for_kind", key="at_most")


def _check_routing(questionnaire: Questionnaire, reads: Sequence[_Read]) -> None:
    """Check what questions say of each other."""
    earlier: dict[str, Question] = {}
    entries: dict[str, Entry] = {}
    for read in reads:
        question = read.question
        for name in question.sources:
            source = earlier.get(name)
            # What can be answered there depends on an answer that was saved: another page.
            if (
                source is None
                or source.kind is not Kind.MULTI
                or (source.section, source.page) == (question.section, question.page)
            ):
                read.entry.fault("wrong_source", key=name)
        earlier.setdefault(question.id, question)
        entries.setdefault(question.id, read.entry)
    for id_, reason in unreachable(questionnaire):
        entries[id_].fault(f"route_{reason}")
