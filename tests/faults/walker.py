"""Somebody who saves answers, and holds each page against what was acknowledged."""

import http.client
import random
from dataclasses import dataclass, field

from evaltool.web.forms import NOTE
from tests.faults.asking import Asker
from tests.faults.form import (
    Fields,
    FormParser,
    Shown,
    all_kept,
    fits,
    kept,
    other_answers,
    sent,
    shown,
)

DOCUMENT = "document"
"""The count of documents that were taken, whole."""

_READS, _FINISHES, _DOCUMENTS, _PLAIN = 0.3, 0.04, 0.02, 0.3


@dataclass
class Walker(Asker):
    """One user: what was acknowledged per question, and what may or may not have arrived.

    ``unsure`` holds, per question, what was sent while the server was killed. ``finished`` is
    None while that is not known.
    """

    acknowledged: dict[str, Shown] = field(default_factory=dict)
    unsure: dict[str, set[Shown]] = field(default_factory=dict)
    finished: bool | None = False

    def __post_init__(self) -> None:
        """Begin with what is kept now."""
        answers = self.installation.held.evaluations.get(self._id).answers
        self.acknowledged = all_kept(self._questionnaire, answers)
        self._pages = [
            f"/evaluations/{self._id}/sections/{section.id}/{number + 1}"
            for section in self._questionnaire.sections
            for number in range(len(section.pages))
        ]

    def _step(self, connection: http.client.HTTPConnection, chance: random.Random) -> None:
        page = chance.choice(self._pages)
        if self.finished is not False:
            self._reopen(connection, page)
        drawn = chance.random()
        if drawn < _DOCUMENTS and self.done["finish"]:
            self._document(connection)
        elif drawn < _READS:
            self._get(connection, chance.choice([f"/evaluations/{self._id}", "/"]))
        elif drawn < _READS + _FINISHES:
            self._finish(connection)
        else:
            self._save(connection, page, chance)

    def _document(self, connection: http.client.HTTPConnection) -> None:
        """Take the report along, which anybody may as soon as there is one."""
        self.tried["document"] += 1
        found = self._ask(connection, "GET", f"/evaluations/{self._id}/report.pdf")
        if found.status != http.client.OK:
            self.counts[f"GET document {found.status}"] += 1
            return
        self.done["document"] += 1
        whole = found.body.startswith(b"%PDF-") and found.body.rstrip().endswith(b"%%EOF")
        self.counts[DOCUMENT if whole else "half a document"] += 1

    def _save(
        self, connection: http.client.HTTPConnection, path: str, chance: random.Random
    ) -> None:
        """Open a page, hold it against what it must show, change some of it and save it."""
        form = self._form(connection, path)
        if form is None:
            return
        self._compare(form)
        if not form.questions:
            return
        known = self._questionnaire.by_id
        chosen = chance.sample(form.questions, chance.randint(1, len(form.questions)))
        # What stands on the page and is not changed is sent again, or it would be taken away.
        changes: Fields = {}
        for question in chosen:
            changes |= other_answers(known[question], form, chance)
        fields = {**form.fields, **changes}
        now = {question: sent(known[question], fields) for question in form.questions}
        before = {question: set(self.unsure.get(question, ())) for question in now}
        for question, held in now.items():
            self.unsure[question] = before[question] | {held}
        status = self._kept(connection, path, fields, plain=chance.random() < _PLAIN)
        if not status:
            self.acknowledged |= now
            self.unsure = {q: held for q, held in self.unsure.items() if q not in now}
            self.kinds.update(known[question].kind.value for question in chosen)
            self.kinds["note"] += sum(name.startswith(NOTE) for name in changes)
        else:
            self.counts[f"POST {status}"] += 1
            self.unsure |= before

    def _compare(self, form: FormParser) -> None:
        """Hold a page against what it must show; what it shows is known to be kept from then on."""
        for id_ in form.questions:
            question, found = self._questionnaire.by_id[id_], shown(id_, form.fields)
            possible = (self.acknowledged[id_], *self.unsure.pop(id_, ()))
            first, *others = [
                held for held in possible if fits(question, held, found, form)
            ] or self._lost(id_, found)
            self.acknowledged[id_] = first
            if others:
                self.unsure[id_] = set(others)

    def _lost(self, question: str, found: Shown) -> list[Shown]:
        """Tell it once; from then on it is held against what was found."""
        missing = sorted(self.acknowledged[question] - found)
        self.lost.append(f"{self._id} {question}: {missing} acknowledged, {sorted(found)} found")
        return [found]

    def _finish(self, connection: http.client.HTTPConnection) -> None:
        self.finished = None
        if self._posted(connection, "finish"):
            self.finished = True

    def _reopen(self, connection: http.client.HTTPConnection, page: str) -> None:
        """Open it again; where it is known to be finished, its pages must say so until then."""
        if self.finished:
            self._get(connection, page, expected=303)
        self.finished = None
        if self._posted(connection, "reopen"):
            self.finished = False

    def _posted(self, connection: http.client.HTTPConnection, what: str) -> bool:
        fields = {"csrf_token": [self.user.token]}
        self.tried[what] += 1
        status = self._ask(connection, "POST", f"/evaluations/{self._id}/{what}", fields).status
        done = status == http.client.SEE_OTHER
        self.done[what] += done
        self.counts[what if done else f"POST {what} {status}"] += 1
        return done

    def missing(self) -> list[str]:
        """See :meth:`Asker.missing`."""
        evaluations = self.installation.held.evaluations
        answers = evaluations.get(self._id).answers
        told = list(self.lost)
        for id_, expected in self.acknowledged.items():
            found = kept(self._questionnaire.by_id[id_], answers)
            if found not in {expected, *self.unsure.get(id_, ())}:
                told.append(f"{self._id} {id_}: {sorted(expected)} expected, {sorted(found)} kept")
        reports = len(evaluations.snapshots(self._id))
        if not self.done["finish"] <= reports <= self.tried["finish"]:
            told.append(f"{self._id}: finished {self.done['finish']} times, {reports} reports kept")
        return told
