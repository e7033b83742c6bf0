"""Somebody who saves answers, and holds each page against what was acknowledged."""

import http.client
import json
import random
import threading
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode

from evaltool.domain.questionnaire import Questionnaire
from evaltool.web.forms import NOTE
from tests.faults.form import (
    Fields,
    FormParser,
    Shown,
    all_kept,
    fits,
    form_on,
    kept,
    other_answers,
    sent,
    shown,
)
from tests.faults.serving import Installation, User

SECONDS = 20.0
"""How long an answer may take."""
CUT = "cut off"
"""The count of requests that got no answer: right only where the server was killed."""

_NOT_THERE = (OSError, http.client.HTTPException)
_READS, _FINISHES = 0.3, 0.04


@dataclass
class Walker:
    """One user: what was acknowledged per question, and what may or may not have arrived.

    ``unsure`` holds, per question, what was sent while the server was killed. ``finished`` is
    None while that is not known. ``lost`` says in words what was acknowledged and is not there,
    and ``failure`` how the walk broke off, where it did. ``kinds`` counts what was acknowledged
    by kind of question, and notes.
    """

    installation: Installation
    user: User
    seed: int
    acknowledged: dict[str, Shown] = field(default_factory=dict)
    unsure: dict[str, set[Shown]] = field(default_factory=dict)
    finished: bool | None = False
    finishes: int = 0
    tried_to_finish: int = 0
    lost: list[str] = field(default_factory=list)
    failure: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with what is kept now."""
        answers = self.installation.held.evaluations.get(self._id).answers
        self.acknowledged = all_kept(self._questionnaire, answers)

    @property
    def _id(self) -> str:
        return self.user.evaluation

    @property
    def _questionnaire(self) -> Questionnaire:
        return self.installation.held.catalogue.questionnaire

    def walk(self, stop: threading.Event, pause: float) -> None:
        """Save pages and look at others until told to stop. ``pause`` in seconds, on average."""
        try:
            self._walk(stop, pause)
        except Exception:
            # In a thread nobody would see it.
            self.failure = traceback.format_exc()

    def _walk(self, stop: threading.Event, pause: float) -> None:
        chance = random.Random(self.seed)
        pages = [
            f"/evaluations/{self._id}/sections/{section.id}/{number + 1}"
            for section in self._questionnaire.sections
            for number in range(len(section.pages))
        ]
        connection = self._connection()
        while not stop.is_set():
            try:
                self._step(connection, chance, chance.choice(pages))
            except _NOT_THERE:
                self.counts[CUT] += 1
                connection.close()
                stop.wait(0.05)
                connection = self._connection()
            stop.wait(chance.expovariate(1 / pause) if pause else 0)
        connection.close()

    def _step(
        self, connection: http.client.HTTPConnection, chance: random.Random, page: str
    ) -> None:
        if self.finished is not False:
            self._reopen(connection, page)
        drawn = chance.random()
        if drawn < _READS:
            self._get(connection, chance.choice([f"/evaluations/{self._id}", "/"]))
        elif drawn < _READS + _FINISHES:
            self._finish(connection)
        else:
            self._save(connection, page, chance)

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.installation.port, timeout=SECONDS)

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        fields: dict[str, list[str]] | None = None,
        accept: str = "text/html",
    ) -> tuple[int, str]:
        """The status and the text of an answer, which is waited for and measured."""
        headers = {"Cookie": self.user.cookie, "Accept": accept}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = None if fields is None else urlencode(fields, doseq=True)
        began = time.monotonic()
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        self.seconds.append(time.monotonic() - began)
        return answer.status, text

    def _get(
        self, connection: http.client.HTTPConnection, path: str, expected: int = 200
    ) -> str | None:
        """The page; None, and counted, where its status is another than expected."""
        status, text = self._ask(connection, "GET", path)
        self.counts["read" if status == expected else f"GET {status}"] += 1
        return text if status == expected else None

    def _save(
        self, connection: http.client.HTTPConnection, path: str, chance: random.Random
    ) -> None:
        """Open a page, hold it against what it must show, change some of it and save it."""
        page = self._get(connection, path)
        if page is None:
            return
        form = form_on(page)
        if not form.complete:
            self.counts["page without its form"] += 1
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
        status, text = self._ask(connection, "POST", path, fields, "application/json")
        if status == http.client.OK and "version" in json.loads(text):
            self.counts["saved"] += 1
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
        self.tried_to_finish += 1
        if self._posted(connection, "finish"):
            self.finished = True
            self.finishes += 1

    def _reopen(self, connection: http.client.HTTPConnection, page: str) -> None:
        """Open it again; where it is known to be finished, its pages must say so until then."""
        if self.finished:
            self._get(connection, page, expected=303)
        self.finished = None
        if self._posted(connection, "reopen"):
            self.finished = False

    def _posted(self, connection: http.client.HTTPConnection, what: str) -> bool:
        fields = {"csrf_token": [self.user.token]}
        status, _ = self._ask(connection, "POST", f"/evaluations/{self._id}/{what}", fields)
        done = status == http.client.SEE_OTHER
        self.counts[what if done else f"POST {what} {status}"] += 1
        return done

    def missing(self) -> list[str]:
        """All that was acknowledged and that a page or, now, the store does not hold, in words."""
        evaluations = self.installation.held.evaluations
        answers = evaluations.get(self._id).answers
        told = list(self.lost)
        for id_, expected in self.acknowledged.items():
            found = kept(self._questionnaire.by_id[id_], answers)
            if found not in {expected, *self.unsure.get(id_, ())}:
                told.append(f"{self._id} {id_}: {sorted(expected)} expected, {sorted(found)} kept")
        reports = len(evaluations.snapshots(self._id))
        if not self.finishes <= reports <= self.tried_to_finish:
            told.append(f"{self._id}: finished {self.finishes} times, {reports} reports kept")
        return told
