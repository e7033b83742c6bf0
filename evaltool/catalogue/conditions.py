"""Reads conditions of the feedback from TOML; the forms are described in docs/feedback.md."""

from collections.abc import Callable, Mapping

from evaltool.catalogue.files import Entry
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
from evaltool.domain.questionnaire import DONT_KNOW, Kind, Questionnaire
from evaltool.domain.reach import Demands, witness
from evaltool.domain.situation import STATUTORY_MEMBERS, Area
from evaltool.domain.survey import CLUSTERS

ALWAYS = AllOf(())
"""Holds whatever the answers are."""

NOTHING = ALWAYS
"""Stands for a condition that cannot be used; its fault keeps the rule from being used."""


def split(name: str) -> tuple[str, str]:
    """``"question:option"`` as its two parts; the option of a ranking holds a colon itself."""
    question, _, option = name.partition(":")
    return question, option


class ConditionReader:
    """Turns tables into conditions, checking every question and option they name.

    ``sound`` says that the questionnaire itself is without faults.
    """

    def __init__(self, questionnaire: Questionnaire, *, sound: bool = True) -> None:
        self._questionnaire = questionnaire
        self._sound = sound
        self._demands = Demands(questionnaire)

    def read(self, entry: Entry, table: object, beside: Condition = ALWAYS) -> Condition:
        """The condition of one table; what cannot be read is a fault of the entry.

        So is a condition that no answers can meet together with the one it stands ``beside``.
        """
        before = len(entry.faults)
        condition = self._read(entry, table)
        # What has another fault may only seem impossible, and a route in a circle has no end.
        if len(entry.faults) > before or not self._sound:
            return condition
        both = AllOf((beside, condition))
        if witness(self._questionnaire, both, self._demands) is None:
            entry.fault("impossible_condition")
            return NOTHING
        return condition

    def _read(self, entry: Entry, table: object) -> Condition:
        if not isinstance(table, dict):
            entry.fault("not_a_table")
            return NOTHING
        readers: Mapping[str, Callable[[Entry, Mapping[str, object]], Condition]] = {
            "chosen": self._chosen,
            "not_chosen": self._not_chosen,
            "answered": self._answered,
            "note": self._note,
            "sets_apart": self._sets_apart,
            "share": self._share,
            "cluster": self._cluster,
            "level": self._level,
            "missing": self._missing,
            "all_of": self._all_of,
            "any_of": self._any_of,
            "none_of": self._none_of,
            "at_least": self._at_least,
        }
        kinds = [key for key in readers if key in table]
        if "level" in kinds and "at_least" in kinds:
            # At a level, at_least is its bound.
            kinds.remove("at_least")
        if len(kinds) != 1:
            entry.fault("no_condition", found=", ".join(table))
            return NOTHING
        extra = {"share": {"above", "below"}, "level": {"at_least", "at_most"}}
        allowed = {kinds[0], *extra.get(kinds[0], ())} | (
            {"of"} if kinds[0] == "at_least" else set()
        )
        for key in set(table) - allowed:
            entry.fault("unknown_key", key=str(key))
        return readers[kinds[0]](entry, table)

    def option(self, entry: Entry, name: object) -> tuple[str, str] | None:
        """A ``"question:option"`` that exists; else a fault and None."""
        if not isinstance(name, str):
            entry.fault("wrong_type", key=str(name))
            return None
        question_id, code = split(name)
        question = self._questionnaire.by_id.get(question_id)
        if question is None:
            entry.fault("unknown_reference", key=name)
            return None
        if question.kind is Kind.RANKING:
            known = {*self._questionnaire.ranked_options(question), DONT_KNOW}
        elif question.kind is Kind.TREND:
            known = set(self._questionnaire.by_id[question.sources[0]].by_id)
        else:
            known = {*question.by_id, DONT_KNOW}
        if code not in known:
            entry.fault("unknown_reference", key=name)
            return None
        return question_id, code

    def _grouped(self, entry: Entry, value: object) -> dict[str, list[str]]:
        names = value if isinstance(value, list) else [value]
        if not names:
            # Not to have chosen any of nothing would hold whatever the answers are.
            entry.fault("no_condition", found="[]")
        found: dict[str, list[str]] = {}
        for name in names:
            known = self.option(entry, name)
            if known is not None:
                found.setdefault(known[0], []).append(known[1])
        return found

    def _chosen(self, entry: Entry, table: Mapping[str, object]) -> Condition:
        groups = self._grouped(entry, table["chosen"])
        parts = tuple(Chosen(question, tuple(codes)) for question, codes in groups.items())
        return parts[0] if len(parts) == 1 else AtLeast(1, parts)

    def _not_chosen(self, entry: Entry, table: Mapping[str, object]) -> Condition:
        groups = self._grouped(entry, table["not_chosen"])
        parts = tuple(NotChosen(question, tuple(codes)) for question, codes in groups.items())
        return parts[0] if len(parts) == 1 else AllOf(parts)

    def question(self, entry: Entry, value: object) -> str:
        """A question that exists; else a fault and an empty name."""
        if not isinstance(value, str) or value not in self._questionnaire.by_id:
            entry.fault("unknown_reference", key=str(value))
            return ""
        return value

    def _answered(self, entry: Entry, table: Mapping[str, object]) -> Condition:
        return Answered(self.question(entry, table["answered"]))

    def _note(self, entry: Entry, table: Mapping[str, object]) -> Condition:
        return Noted(self.question(entry, table["note"]))

    def _sets_apart(self, entry: Entry, table: Mapping[str, object]) -> Condition:
        known = self.option(entry, table["sets_apart"])
        return SetsApart(*known) if known else NOTHING

    def _share(self, entry: Entry, table: Mapping[str, object]) -> Condition:
        known = self.option(entry, table["share"])
        bounds: dict[str, float] = {}
        for key in ("above", "below"):
            bound = table.get(key)
            if isinstance(bound, int | float) and not isinstance(bound, bool) and 0 <= bound <= 1:
                bounds[key] = float(bound)
            elif bound is not None:
                entry.fault("wrong_type", key=key)
        if not bounds or bounds.get("above", 0) >= bounds.get("below", 1.1):
            entry.fault("impossible_condition")
        if known is None:
            return NOTHING
        return Share(*known, above=bounds.get("above"), below=bounds.get("below"))

    def _cluster(self, entry: Entry, table: Mapping[str, object]) -> Condition:
        value = table["cluster"]
        numbers = value if isinstance(value, list) else [value]
        # In TOML true is no number, in Python it is 1.
        known = tuple(n for n in numbers if type(n) is int and n in CLUSTERS)
        if not numbers or len(known) < len(numbers):
            entry.fault("wrong_type", key="cluster")
        return InCluster(known)

    def _level(self, entry: Entry, table: Mapping[str, object]) -> Condition:
        area = table["level"]
        low, high = table.get("at_least", 1), table.get("at_most", 4)
        # In TOML true is no number, in Python it is 1.
        whole = type(low) is int and type(high) is int
        if area not in list(Area) or not whole or not 1 <= low <= high <= 4:  # type: ignore[operator]
            entry.fault("impossible_condition")
            return NOTHING
        return AtLevel(Area(str(area)), int(str(low)), int(str(high)))

    def _missing(self, entry: Entry, table: Mapping[str, object]) -> Condition:
        member = table["missing"]
        if member not in STATUTORY_MEMBERS:
            entry.fault("unknown_reference", key=str(member))
        return Missing(str(member))

    def _parts(self, entry: Entry, value: object) -> tuple[Condition, ...]:
        if not isinstance(value, list) or not value:
            entry.fault("no_condition", found=str(value))
            return ()
        return tuple(self._read(entry, part) for part in value)

    def _all_of(self, entry: Entry, table: Mapping[str, object]) -> Condition:
        return AllOf(self._parts(entry, table["all_of"]))

    def _any_of(self, entry: Entry, table: Mapping[str, object]) -> Condition:
        return AtLeast(1, self._parts(entry, table["any_of"]))

    def _none_of(self, entry: Entry, table: Mapping[str, object]) -> Condition:
        return NoneOf(self._parts(entry, table["none_of"]))

    def _at_least(self, entry: Entry, table: Mapping[str, object]) -> Condition:
        number = table["at_least"]
        parts = self._parts(entry, table.get("of"))
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= len(parts):
            entry.fault("impossible_condition")
            return NOTHING
        return AtLeast(number, parts)
