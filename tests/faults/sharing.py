"""Two who fill in the same page of one evaluation: who comes second is told, and loses nothing."""

import http.client
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from evaltool.domain.answers import Answers
from evaltool.domain.questionnaire import Questionnaire
from evaltool.web.forms import NOTE
from tests.faults.asking import Asker
from tests.faults.form import FormParser, Shown, kept, other_answers, sent, shown

CONFLICT = "told that somebody else changed it"
"""The count of saves that were refused since the other saved first: a right outcome."""
SECTION, NUMBER = "situation", 1
"""A page of which every question is always asked."""
_THINKS = 0.1


@dataclass(frozen=True)
class Save:
    """What a page held when it was read, and what was sent; each is unlike any other."""

    before: Shown
    after: Shown
    acknowledged: bool


def broken(start: Shown, saves: Iterable[Save], end: Shown) -> list[str]:
    """What is wrong with what two saved in turn, in words.

    Each acknowledged save must follow from the one before it, in one line from what the page held
    at the start to what it holds at the end. One beside that line was written over by somebody
    who never saw it.
    """
    made = {save.after: save for save in saves}
    beside = {save.after for save in made.values() if save.acknowledged}
    here = end
    while here != start:
        save = made.pop(here, None)
        if save is None:
            return [f"what is kept was sent by nobody: {sorted(here)}"]
        beside.discard(here)
        here = save.before
    return [f"acknowledged, and written over unseen: {sorted(after)}" for after in beside]


@dataclass
class Sharer(Asker):
    """One of the two. Every save has a note of its own, by which it is known again."""

    saves: list[Save] = field(default_factory=list)

    def _step(self, connection: http.client.HTTPConnection, chance: random.Random) -> None:
        path = f"/evaluations/{self._id}/sections/{SECTION}/{NUMBER}"
        form = self._form(connection, path)
        if form is None:
            return
        known = self._questionnaire.by_id
        fields = dict(form.fields)
        fields |= other_answers(known[chance.choice(form.questions)], form, chance)
        fields[f"{NOTE}{form.questions[0]}"] = [f"{self.seed}: keer {len(self.saves)}"]
        after = frozenset[tuple[str, str]]().union(
            *(sent(known[q], fields) for q in form.questions)
        )
        before = _page(form)
        # Meanwhile the other may save.
        time.sleep(chance.uniform(0, _THINKS))
        number = len(self.saves)
        self.saves.append(Save(before, after, acknowledged=False))
        status = self._kept(connection, path, fields, plain=chance.random() < 0.5)
        if not status:
            self.saves[number] = Save(before, after, acknowledged=True)
            return
        # Refused: it may not be there at all.
        del self.saves[number]
        told = CONFLICT if status == http.client.CONFLICT else f"POST {status}"
        self.counts[told] += 1

    def missing(self) -> list[str]:
        """What was lost is told of both together: see :func:`lost_between`."""
        return []


def _page(form: FormParser) -> Shown:
    return frozenset[tuple[str, str]]().union(*(shown(q, form.fields) for q in form.questions))


def held(questionnaire: Questionnaire, answers: Answers) -> Shown:
    """What answers hold for the page that the two share."""
    questions = questionnaire.section_by_id[SECTION].pages[NUMBER - 1]
    return frozenset[tuple[str, str]]().union(*(kept(q, answers) for q in questions))


def lost_between(sharers: Iterable[Sharer], start: Shown) -> list[str]:
    """What was lost of what the two saved, from what their page held at the start."""
    both = list(sharers)
    services = both[0].installation.held
    id_ = both[0].user.evaluation
    now = held(services.catalogue.questionnaire, services.evaluations.get(id_).answers)
    saves = [save for sharer in both for save in sharer.saves]
    return [f"{id_}, shared by two: {line}" for line in broken(start, saves, now)]
