"""Reads the questionnaire: ``content/questionnaire.toml`` and ``content/questions_*.toml``."""

from collections.abc import Mapping
from dataclasses import replace
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


def read_questionnaire(folder: Path, faults: Faults) -> Questionnaire | None:
    """The questionnaire with routes and shared options resolved; None if it has no frame."""
    path = folder / "questionnaire.toml"
    table = read_toml(path, faults)
    if table is None:
        return None
    frame = Entry(path, "questionnaire", table, faults)
    routes = _routes(path, frame.raw("routes", {}), faults)
    questionnaire = Questionnaire(
        edition=frame.string("edition"),
        survey=frame.string("survey"),
        dont_know=frame.needed_text("dont_know"),
        sections=tuple(
            _section(folder, section, routes, faults) for section in frame.entries("sections")
        ),
    )
    frame.done()
    questionnaire = _with_shared_options(folder, questionnaire, faults)
    _check(folder, questionnaire, faults)
    return questionnaire


def _routes(path: Path, table: object, faults: Faults) -> Routes:
    """The named routes; one that ``requires`` another carries its clauses too."""
    entries = {
        name: Entry(path, f"routes.{name}", value, faults, line_of(path, f"[routes.{name}]"))
        for name, value in (table.items() if isinstance(table, dict) else ())
    }
    found: dict[str, tuple[Clause, ...]] = {}
    for name, entry in entries.items():
        clauses: tuple[Clause, ...] = ()
        required = entry.string("requires", "")
        if required and required not in found:
            # Only routes above count, which also rules out circles.
            entry.fault("unknown_route", key=required)
        clauses += found.get(required, ())
        for clause in entry.entries("clauses"):
            clauses += (
                Clause(
                    clause.string("question"),
                    frozenset(clause.strings("any_of")),
                    frozenset(clause.strings("none_of")),
                ),
            )
            clause.done()
        entry.done()
        found[name] = clauses
    return found


def _section(folder: Path, entry: Entry, routes: Routes, faults: Faults) -> Section:
    id_ = entry.string("id")
    path = folder / f"questions_{id_}.toml"
    table = read_toml(path, faults) or {}
    questions = Entry(path, "questions", table, faults)
    section = Section(
        id=id_,
        title=entry.needed_text("title"),
        intro=entry.needed_text("intro"),
        minutes=entry.whole("minutes"),
        optional=entry.flag("optional"),
        questions=tuple(_question(q, id_, routes) for q in questions.entries("questions")),
    )
    questions.done()
    entry.done()
    return section


def _question(entry: Entry, section: str, routes: Routes) -> Question:
    id_ = entry.string("id")
    entry.name = id_
    entry.line = line_of(entry.path, f'id = "{id_}"')
    kind = entry.string("kind")
    if kind not in list(Kind):
        entry.fault("wrong_type", key="kind")
        kind = Kind.SINGLE
    route = entry.string("asked_if", "")
    if route and route not in routes:
        entry.fault("unknown_route", key=route)
    at_most = entry.whole("at_most", 0)
    question = Question(
        id=id_,
        section=section,
        kind=Kind(kind),
        text=entry.needed_text("text"),
        help=entry.needed_text("help"),
        options=tuple(_option(option) for option in entry.entries("options")),
        asked_if=routes.get(route, ()),
        benchmarked=entry.flag("benchmarked"),
        order=entry.strings("order"),
        sources=entry.strings("sources"),
        at_most=at_most or None,
        page=entry.whole("page", 1),
    )
    shared = entry.string("options_from", "")
    entry.done()
    # Resolved once all questions are known.
    return replace(question, sources=(f"options:{shared}",)) if shared else question


def _option(entry: Entry) -> Option:
    option = Option(
        id=entry.string("id"),
        label=entry.needed_text("label"),
        help=entry.text("help", required=False),
        exclusive=entry.flag("exclusive"),
        surveyed=entry.flag("surveyed", default=True),
    )
    entry.done()
    return option


def _with_shared_options(
    folder: Path, questionnaire: Questionnaire, faults: Faults
) -> Questionnaire:
    def resolved(question: Question) -> Question:
        shared = question.sources[0] if question.sources else ""
        if not shared.startswith("options:"):
            return question
        source = questionnaire.by_id.get(shared.removeprefix("options:"))
        if source is None:
            faults.append(_fault(folder, question, "unknown_reference", key=shared))
            return replace(question, sources=())
        # Its own options, such as an exclusive "none", come after the shared ones.
        return replace(question, sources=(), options=source.options + question.options)

    return replace(
        questionnaire,
        sections=tuple(
            replace(section, questions=tuple(resolved(q) for q in section.questions))
            for section in questionnaire.sections
        ),
    )


def _check(folder: Path, questionnaire: Questionnaire, faults: Faults) -> None:
    seen: set[str] = set()
    for question in questionnaire:
        if question.id in seen:
            faults.append(_fault(folder, question, "id_twice"))
        seen.add(question.id)
        codes = [option.id for option in question.options]
        for code in {code for code in codes if codes.count(code) > 1}:
            faults.append(_fault(folder, question, "option_twice", key=code))
        if question.order and set(question.order) != set(codes):
            faults.append(_fault(folder, question, "wrong_order"))
        for source in question.sources:
            if source not in questionnaire.by_id:
                faults.append(_fault(folder, question, "unknown_reference", key=source))
        if question.kind is not Kind.RANKING and not codes:
            faults.append(_fault(folder, question, "no_options"))
        if question.kind in (Kind.TREND, Kind.RANKING) and not question.sources:
            faults.append(_fault(folder, question, "no_sources"))
    for id_, reason in unreachable(questionnaire):
        faults.append(_fault(folder, questionnaire.by_id[id_], f"route_{reason}"))


def _fault(folder: Path, question: Question, code: str, **values: str) -> Fault:
    path = folder / f"questions_{question.section}.toml"
    line = line_of(path, f'id = "{question.id}"')
    return Fault(path, line, code, {"name": question.id, **values})
