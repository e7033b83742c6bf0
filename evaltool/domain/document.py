"""Answers as a JSON document: the form in which they are given to the command line and kept."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from evaltool.domain.answers import Answer, Answers, without_dangling
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.municipality import Municipality, Register
from evaltool.domain.plan import Action
from evaltool.domain.plan_form import action_form, read_actions
from evaltool.domain.questionnaire import DONT_KNOW, Kind, Question, Questionnaire
from evaltool.domain.strict_json import day, parse, shown
from evaltool.domain.validation import Problem, Refused, validate

REQUIRED = ("municipality", "date", "answers")
KEYS = ("municipality", "cluster", "date", "edition", "answers", "other_text", "notes", "actions")

DERIVED_QUESTIONS = frozenset({"radicalisation_any"})
"""Questions of the survey that follow from another answer and are never asked."""


@dataclass(frozen=True)
class Document:
    """The answers of one municipality on one day with its action plan, fit for a report.

    ``cluster_proposed`` says that the cluster is the register's proposal, not confirmed.
    """

    municipality: Municipality
    cluster: int
    cluster_proposed: bool
    day: date
    answers: Answers
    edition: str
    actions: tuple[Action, ...] = ()


def document_of(
    evaluation: Evaluation, municipality: Municipality, actions: Iterable[Action] = ()
) -> Document:
    """What was answered in an evaluation, with its action plan, as a document."""
    return Document(
        municipality=municipality,
        cluster=evaluation.cluster,
        cluster_proposed=evaluation.cluster_proposed,
        day=evaluation.day,
        answers=evaluation.answers,
        edition=evaluation.edition,
        actions=tuple(actions),
    )


def read(raw: bytes, questionnaire: Questionnaire, register: Register) -> Document:
    """A document from its JSON text, encoded as UTF-8; from a report as JSON, what was given.

    Raises:
        Refused: with every problem at once, each naming the key, question or code at fault.
    """
    problems: list[Problem] = []
    loaded = parse(raw, problems)
    if not isinstance(loaded, dict):
        raise Refused((*problems, Problem("not_an_object", "")))
    if "comparisons" in loaded:
        loaded = _given(loaded)
    for key in loaded:
        if key not in KEYS:
            problems.append(Problem("unknown_key", shown(key)))
    for key in REQUIRED:
        if key not in loaded:
            problems.append(Problem("missing_key", key))

    municipality = _municipality(loaded, register, problems)
    cluster, proposed = _cluster(loaded, municipality, problems)
    when = _day(loaded, problems)
    if "edition" in loaded and loaded["edition"] != questionnaire.edition:
        edition = {"edition": questionnaire.edition}
        problems.append(Problem("unknown_edition", "edition", edition))
    answers = Answers(
        dict(_values(loaded, questionnaire, problems)),
        dict(_texts(loaded, "other_text", problems)),
        dict(_texts(loaded, "notes", problems)),
    )
    problems.extend(validate(questionnaire, answers))
    actions = tuple(read_actions(loaded.get("actions", []), problems))
    if problems or municipality is None or cluster is None or when is None:
        raise Refused(tuple(_once(problems)))
    given = _unblank(answers)
    return Document(municipality, cluster, proposed, when, given, questionnaire.edition, actions)


def _given(report: Mapping[str, object]) -> dict[str, object]:
    """Of a report as JSON (:mod:`evaltool.domain.output`) what it was made from."""
    form = {key: report[key] for key in KEYS if key in report}
    municipality, cluster = form.get("municipality"), form.get("cluster")
    if isinstance(municipality, dict):
        form["municipality"] = municipality.get("nis_code")
    if isinstance(cluster, dict):
        form["cluster"] = cluster.get("number")
        if cluster.get("proposed") is True:
            del form["cluster"]
    return form


def write(document: Document, questionnaire: Questionnaire) -> str:
    """The JSON text of a document, which :func:`read` takes back.

    What speaks of an option no longer chosen is left out. A proposed cluster is not written:
    reading proposes it again.
    """
    answers = without_dangling(questionnaire, document.answers)
    form: dict[str, object] = {"municipality": document.municipality.nis_code}
    if not document.cluster_proposed:
        form["cluster"] = document.cluster
    form |= {
        "date": document.day.isoformat(),
        "edition": document.edition,
        **answers_form(answers),
    }
    if document.actions:
        form["actions"] = [action_form(action) for action in document.actions]
    return json.dumps(form, ensure_ascii=False, indent=2) + "\n"


def answers_form(answers: Answers) -> dict[str, object]:
    """Answers with their texts and notes, as they stand in a document."""
    return {
        "answers": {id_: plain(value) for id_, value in answers.values.items()},
        "other_text": dict(answers.other_text),
        "notes": dict(answers.notes),
    }


def plain(value: Answer) -> object:
    """An answer as JSON holds it: a code, a list of codes or an object of codes."""
    if isinstance(value, str):
        return value
    return dict(value) if isinstance(value, Mapping) else list(value)


def _unblank(answers: Answers) -> Answers:
    """The answers without empty texts and empty lists: those are no answer."""
    return Answers(
        {id_: value for id_, value in answers.values.items() if value},
        {id_: text for id_, text in answers.other_text.items() if text.strip()},
        {id_: text for id_, text in answers.notes.items() if text.strip()},
    )


def _once(problems: list[Problem]) -> Iterator[Problem]:
    """The problems once each, in their order (their values are mappings and do not hash)."""
    seen: set[tuple[object, ...]] = set()
    for problem in problems:
        key = (problem.code, problem.where, *sorted(problem.values.items()))
        if key not in seen:
            seen.add(key)
            yield problem


def _municipality(
    loaded: Mapping[str, object], register: Register, problems: list[Problem]
) -> Municipality | None:
    if "municipality" not in loaded:
        return None
    code = loaded["municipality"]
    if not isinstance(code, str):
        problems.append(Problem("wants_nis_code", "municipality"))
    elif code in register.former:
        became = register.successor(code)
        names = {
            "code": code,
            "name": register.former[code].name,
            "new_code": became.nis_code,
            "new_name": became.name,
        }
        problems.append(Problem("merged_municipality", "municipality", names))
    elif code not in register.municipalities:
        problems.append(Problem("unknown_municipality", "municipality", {"code": shown(code)}))
    else:
        return register.municipalities[code]
    return None


def _cluster(
    loaded: Mapping[str, object], municipality: Municipality | None, problems: list[Problem]
) -> tuple[int | None, bool]:
    if "cluster" in loaded:
        number = loaded["cluster"]
        # True is an int in Python; in JSON it is no number.
        if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= 6:
            return number, False
        problems.append(Problem("wants_cluster", "cluster"))
    elif municipality is not None:
        proposal = municipality.proposal
        if proposal.cluster is not None:
            return proposal.cluster, True
        code = "two_clusters" if proposal.candidates else "no_proposal"
        values = {
            "name": municipality.name,
            "candidates": ", ".join(str(c) for c in proposal.candidates),
        }
        problems.append(Problem(code, "cluster", values))
    return None, False


def _day(loaded: Mapping[str, object], problems: list[Problem]) -> date | None:
    if "date" not in loaded:
        return None
    found = day(loaded["date"])
    if found is None:
        problems.append(Problem("wants_date", "date"))
    return found


def _values(
    loaded: Mapping[str, object], questionnaire: Questionnaire, problems: list[Problem]
) -> Iterator[tuple[str, Answer]]:
    held = loaded.get("answers", {})
    if not isinstance(held, dict):
        problems.append(Problem("wants_object", "answers"))
        return
    for id_, value in held.items():
        question = questionnaire.by_id.get(id_)
        if id_ in DERIVED_QUESTIONS:
            problems.append(Problem("derived_question", id_))
        elif question is None:
            problems.append(Problem("unknown_question", shown(id_)))
        else:
            if question.kind is Kind.TREND and value == DONT_KNOW:
                value = _unknown_trends(question, held, questionnaire)
            answer = _answer(question, value)
            if isinstance(answer, Problem):
                problems.append(answer)
            elif answer:
                yield id_, answer


def _unknown_trends(
    question: Question, held: Mapping[str, object], questionnaire: Questionnaire
) -> Mapping[str, str]:
    """ "Weet ik niet" at a trend as a whole: at every option chosen at its source."""
    source = questionnaire.by_id[question.sources[0]]
    chosen = held.get(source.id, [])
    codes = chosen if isinstance(chosen, list) else []
    known = {option.id for option in source.options} - source.exclusive
    return {code: DONT_KNOW for code in codes if isinstance(code, str) and code in known}


def _answer(question: Question, value: object) -> Answer | Problem:
    match question.kind:
        case Kind.SINGLE:
            if isinstance(value, str):
                # An empty code is unknown, not "no answer": the form leaves the key out.
                return shown(value) or Problem("unknown_option", question.id, {"option": ""})
            if isinstance(value, list) and len(value) > 1:
                return Problem("two_answers", question.id)
            return Problem("wants_code", question.id)
        case Kind.TREND:
            if isinstance(value, dict) and all(isinstance(v, str) for v in value.values()):
                return {shown(k): shown(v) for k, v in value.items()}
            return Problem("wants_object_of_codes", question.id)
        case _:
            if isinstance(value, list) and all(isinstance(v, str) for v in value):
                return tuple(shown(v) for v in value)
            return Problem("wants_list_of_codes", question.id)


def _texts(
    loaded: Mapping[str, object], key: str, problems: list[Problem]
) -> Iterator[tuple[str, str]]:
    held = loaded.get(key, {})
    if not isinstance(held, dict):
        problems.append(Problem("wants_object", key))
        return
    for id_, text in held.items():
        if not isinstance(text, str):
            problems.append(Problem("wants_text", f"{key}.{shown(id_)}"))
        elif shown(text) != text:
            problems.append(Problem("not_unicode", f"{key}.{shown(id_)}"))
        else:
            yield shown(id_), text
