"""Whether any answers meet a condition: the answers, or that there are none.

A condition is turned into *demands* on single questions, joined by "at least so many of these".
That a question must be asked before it can be answered is part of the demands, so that the search
need not know of routes. A question without demands stays unanswered.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from math import comb

from evaltool.domain import conditions
from evaltool.domain.answers import Answer, Answers
from evaltool.domain.questionnaire import DONT_KNOW, Kind, Question, Questionnaire

_NOTHING = ""
"""Stands among the codes of a question for: no answer."""

_NOTED = "noted"
"""The one answer to whether there is a note."""

_NOTE_AT = "note:"
"""Before the code of a question: whether there is a note at it, as a question of its own."""


@dataclass(frozen=True)
class _Holds:
    """The answer to a question holds one of these codes or, if not ``wanted``, none of them."""

    question: str
    codes: frozenset[str]
    wanted: bool = True


@dataclass(frozen=True)
class _Some:
    """At least ``number`` of the parts are met."""

    number: int
    parts: "tuple[_Demand, ...]"


_Demand = _Holds | _Some

_Domains = Callable[[str], "_Domain"]

_State = Mapping[str, tuple[frozenset[str], ...]]
"""Per question sets of codes: the answer holds one of each, and none outside the first."""


def witness(
    questionnaire: Questionnaire,
    condition: conditions.Condition,
    demands: "Demands | None" = None,
) -> Answers | None:
    """Valid answers with which a condition can hold; None if no answers can meet it.

    What depends on more than answers (shares, levels, the cluster) is taken to hold or not as
    the condition needs it, once there is an answer to compare. The questionnaire must be without
    faults: routes in a circle have no end. ``demands`` of that questionnaire serve for many.
    """
    known = demands or Demands(questionnaire)
    goals = (known.of(condition),)
    # Nearly always what comes to mind first will do.
    state = _first_thought(goals, known.domains) or _search(goals, {}, known.domains)
    return None if state is None else _answers(questionnaire, state, known.domains)


def _every(*parts: _Demand) -> _Demand:
    """All of these; of no parts: met whatever the answers are."""
    return _Some(len(parts), parts)


def _spoken_of(questionnaire: Questionnaire, question: Question) -> dict[str, tuple[str, str]]:
    """What a trend or ranking can speak of: its codes with the (question, option) behind each."""
    if question.kind is Kind.RANKING:
        options = questionnaire.ranked_options(question)
        return {code: (source.id, option.id) for code, (source, option) in options.items()}
    if question.kind is Kind.TREND:
        source = questionnaire.by_id[question.sources[0]]
        return {o.id: (source.id, o.id) for o in source.options if not o.exclusive}
    return {}


class Demands:
    """Turns conditions on a questionnaire into demands; routes are followed once."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self._questionnaire = questionnaire
        self._routed = cache(self._route_to)
        self._speaks = cache(self._spoken_at)
        self.domains: _Domains = cache(partial(_domain, questionnaire))

    def of(self, condition: conditions.Condition, wanted: bool = True) -> _Demand:
        """What is asked of the answers for a condition to hold or, if not ``wanted``, to fail."""
        match condition:
            case conditions.AllOf(parts):
                return self._count(len(parts), parts, wanted)
            case conditions.AtLeast(number, parts):
                return self._count(number, parts, wanted)
            case conditions.NoneOf(parts):
                return self._count(1, parts, not wanted)
            case conditions.Chosen(question, options):
                if wanted:
                    return self._chosen(question, options)
                return _Holds(question, frozenset(options), wanted=False)
            case conditions.NotChosen(question, options):
                return self._left_out(question, options, wanted)
            case conditions.Answered(question):
                return self._left_out(question, (), wanted)
            case conditions.Missing(member):
                # Where the statutory members are asked, there is an LIVC-R.
                return self._left_out("statutory_members", (member,), wanted)
            case conditions.Noted(question):
                noted = _Holds(_NOTE_AT + question, frozenset({_NOTED}), wanted)
                # A report leaves out notes at questions that are not asked.
                asked = (self._routed(question), self._speaks(question)) if wanted else ()
                return _every(noted, *asked)
            case conditions.Share(question) | conditions.SetsApart(question) if wanted:
                return self._left_out(question, (), wanted)
            case _:
                # Beyond the answers, or a kind not known here: nothing possible may be refused.
                return _every()

    def _count(self, number: int, parts: tuple[conditions.Condition, ...], wanted: bool) -> _Demand:
        if not wanted:
            # Less than so many hold: at least all but so many, and one more, do not.
            number = len(parts) - number + 1
        return _Some(number, tuple(self.of(part, wanted) for part in parts))

    def _chosen(self, id_: str, codes: Collection[str]) -> _Demand:
        """One of these is chosen; a trend or ranking only speaks of what is chosen itself."""
        spoken = _spoken_of(self._questionnaire, self._questionnaire.by_id[id_])
        plain = frozenset(codes) - set(spoken)
        ways = [
            _every(_Holds(id_, frozenset({code})), self._chosen(source, {option}))
            for code, (source, option) in spoken.items()
            if code in codes
        ]
        if plain:
            ways.append(_every(_Holds(id_, plain), self._speaks(id_)))
        return _every(self._routed(id_), _Some(1, tuple(ways)))

    def _left_out(self, id_: str, options: Collection[str], wanted: bool) -> _Demand:
        """Answered, and none of these chosen; or, if not ``wanted``, the contrary."""
        out = frozenset(options) | {DONT_KNOW}
        if wanted:
            question = self._questionnaire.by_id[id_]
            known = _spoken_of(self._questionnaire, question) or question.by_id
            return _every(_Holds(id_, out, wanted=False), self._chosen(id_, set(known) - out))
        return _Some(1, (_Holds(id_, frozenset({_NOTHING})), self._chosen(id_, out)))

    def _route_to(self, id_: str) -> _Demand:
        """All that the route to a question asks, the routes to the questions on it included."""
        parts: list[_Demand] = []
        for clause in self._questionnaire.by_id[id_].asked_if:
            parts.append(self._left_out(clause.question, clause.none_of, wanted=True))
            if clause.any_of:
                parts.append(self._chosen(clause.question, clause.any_of))
        return _every(*parts)

    def _spoken_at(self, id_: str) -> _Demand:
        """For a trend or ranking: something is chosen that it can speak of."""
        spoken = _spoken_of(self._questionnaire, self._questionnaire.by_id[id_])
        by_source: dict[str, set[str]] = {}
        for source, option in spoken.values():
            by_source.setdefault(source, set()).add(option)
        ways = [self._chosen(source, options) for source, options in by_source.items()]
        return _Some(1, tuple(ways)) if ways else _every()


@dataclass(frozen=True)
class _Domain:
    """The answers a question can have: one code of ``alone``, or up to ``at_most`` together."""

    alone: tuple[str, ...]
    together: tuple[str, ...] = ()
    at_most: int | None = None

    @cached_property
    def codes(self) -> frozenset[str]:
        """Every code that an answer can hold."""
        return frozenset((*self.alone, *self.together))

    def value(self, sets: tuple[frozenset[str], ...]) -> tuple[str, ...] | None:
        """An answer with a code of each of these sets, of which the first holds the others."""
        for code in self.alone:
            if all(code in codes for codes in sets):
                return (code,)
        picked: set[str] = set()
        # At a ranking demands name one code each, so that there is nothing to choose.
        for codes in sorted(sets, key=len):
            if not picked & codes:
                found = next((code for code in self.together if code in codes), None)
                if found is None:
                    return None
                picked.add(found)
        if self.at_most is not None and len(picked) > self.at_most:
            return None
        return tuple(code for code in self.together if code in picked)


def _domain(questionnaire: Questionnaire, id_: str) -> _Domain:
    if id_.startswith(_NOTE_AT):
        return _Domain((_NOTHING, _NOTED))
    question = questionnaire.by_id[id_]
    spoken = tuple(_spoken_of(questionnaire, question))
    match question.kind:
        case Kind.SINGLE:
            return _Domain((_NOTHING, *question.by_id, DONT_KNOW))
        case Kind.MULTI:
            together = tuple(code for code in question.by_id if code not in question.exclusive)
            return _Domain((_NOTHING, *sorted(question.exclusive)), together)
        case Kind.TREND:
            return _Domain((_NOTHING,), spoken)
        case Kind.RANKING:
            return _Domain((_NOTHING, DONT_KNOW), spoken, question.at_most)


def _first_thought(goals: tuple[_Demand, ...], domains: _Domains) -> _State | None:
    """A state in which of each choice the first parts are met, where that goes together."""
    state: _State = {}
    while (settled := _settle(goals, state, domains)) is not None:
        state, choices = settled
        if not choices:
            return state
        goals = tuple(part for choice in choices for part in choice.parts[: choice.number])
    return None


def _search(goals: tuple[_Demand, ...], state: _State, domains: _Domains) -> _State | None:
    """A state in which all goals are met; None if there is none."""
    settled = _settle(goals, state, domains)
    if settled is None:
        return None
    state, choices = settled
    # What cannot be met any more is no choice: most contradictions show here, without trying.
    left = [
        _Some(c.number, tuple(p for p in c.parts if _settle((p,), state, domains) is not None))
        for c in choices
    ]
    if any(choice.number >= len(choice.parts) for choice in left):
        return _search(tuple(left), state, domains)
    if not left:
        return state
    least = min(range(len(left)), key=lambda i: comb(len(left[i].parts), left[i].number))
    number, (first, *others) = left[least].number, left[least].parts
    rest = (*left[:least], *left[least + 1 :])
    found = _search((*rest, first, _Some(number - 1, tuple(others))), state, domains)
    if found is None:
        found = _search((*rest, _Some(number, tuple(others))), state, domains)
    return found


def _settle(
    goals: tuple[_Demand, ...], state: _State, domains: _Domains
) -> tuple[_State, list[_Some]] | None:
    """The state once all is met that leaves no choice, and the choices; None if it cannot be."""
    held = dict(state)
    choices: list[_Some] = []
    todo = list(goals)
    while todo:
        goal = todo.pop()
        if isinstance(goal, _Some):
            if goal.number > len(goal.parts):
                return None
            if goal.number == len(goal.parts):
                todo.extend(goal.parts)
            elif goal.number > 0:
                choices.append(goal)
            continue
        domain = domains(goal.question)
        sets = held.get(goal.question, (domain.codes,))
        left = [*sets, sets[0] & goal.codes] if goal.wanted else [s - goal.codes for s in sets]
        held[goal.question] = tuple(dict.fromkeys(left))
        if domain.value(held[goal.question]) is None:
            return None
    return held, choices


def _answers(questionnaire: Questionnaire, state: _State, domains: _Domains) -> Answers:
    values: dict[str, Answer] = {}
    notes: dict[str, str] = {}
    for id_, sets in state.items():
        codes = domains(id_).value(sets) or ()
        if codes == (_NOTHING,):
            continue
        if id_.startswith(_NOTE_AT):
            notes[id_.removeprefix(_NOTE_AT)] = _NOTED
            continue
        question = questionnaire.by_id[id_]
        match question.kind:
            case Kind.SINGLE:
                values[id_] = codes[0]
            case Kind.TREND:
                values[id_] = dict.fromkeys(codes, question.options[0].id)
            case _:
                values[id_] = codes
    return Answers(values, {}, notes)
