"""People who save answers at the same time, and remember what was acknowledged."""

import contextlib
import http.client
import json
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode

from evaltool.domain.questionnaire import Kind, Question
from evaltool.web.walk import stops
from tests.faults.serving import Installation, User

_NOT_THERE = (OSError, http.client.HTTPException)
_SECONDS = 20.0
_HIDDEN = re.compile(r'<input type="hidden" name="(version|base)" value="([^"]*)"')


@dataclass
class Walker:
    """One user: what was acknowledged per question, and what may or may not have arrived.

    ``unsure`` holds, per question, answers that were sent while the server was killed.
    """

    installation: Installation
    user: User
    seed: int
    acknowledged: dict[str, str] = field(default_factory=dict)
    unsure: dict[str, set[str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def walk(self, stop: threading.Event, pause: float) -> None:
        """Save pages and look at others until told to stop. ``pause`` in seconds, on average."""
        chance = random.Random(self.seed)
        held = self.installation.held
        pages = [
            found
            for found in stops(held.catalogue.questionnaire, held.evaluations.get(self._id).answers)
            if any(q.kind is Kind.SINGLE for q in found.questions)
        ]
        connection = self._connection()
        while not stop.is_set():
            page = chance.choice(pages)
            single = [q for q in page.questions if q.kind is Kind.SINGLE]
            path = f"/evaluations/{self._id}/sections/{page.section.id}/{page.number}"
            try:
                if chance.random() < 0.3:
                    self._get(connection, chance.choice([path, f"/evaluations/{self._id}", "/"]))
                else:
                    self._save(connection, path, single, chance)
            except _NOT_THERE:
                self.counts["lost"] += 1
                connection.close()
                stop.wait(0.05)
                connection = self._connection()
            stop.wait(chance.expovariate(1 / pause) if pause else 0)
        connection.close()

    @property
    def _id(self) -> str:
        return self.user.evaluation

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.installation.port, timeout=_SECONDS)

    def _get(self, connection: http.client.HTTPConnection, path: str) -> str:
        began = time.monotonic()
        connection.request("GET", path, headers={"Cookie": self.user.cookie})
        answer = connection.getresponse()
        text = answer.read().decode()
        self.seconds.append(time.monotonic() - began)
        self.counts["read" if answer.status == http.client.OK else f"GET {answer.status}"] += 1
        return text

    def _save(
        self,
        connection: http.client.HTTPConnection,
        path: str,
        questions: list[Question],
        chance: random.Random,
    ) -> None:
        """Open a page, change its single answers and save it, as a browser does."""
        page = self._get(connection, path)
        hidden = dict(
            re.findall(r'<input type="hidden" name="(version|base)" value="([^"]*)"', page)
        )
        if len(hidden) != 2:
            return
        # What stands on the page and is not changed is sent again, or it would be taken away.
        chosen = dict(re.findall(r'name="([a-z_]+)" value="([a-z0-9_]+)" checked', page))
        sent = {q.id: chance.choice(q.options).id for q in questions}
        fields = {**chosen, **sent, **hidden, "csrf_token": self.user.token}
        for question, answer in sent.items():
            self.unsure.setdefault(question, set()).add(answer)
        began = time.monotonic()
        connection.request(
            "POST",
            path,
            body=urlencode(fields),
            headers={
                "Cookie": self.user.cookie,
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
        )
        response = connection.getresponse()
        raw = response.read()
        self.seconds.append(time.monotonic() - began)
        if response.status == http.client.OK and "version" in json.loads(raw):
            self.counts["saved"] += 1
            for question, value in sent.items():
                self.acknowledged[question] = value
                self.unsure.pop(question, None)
        else:
            self.counts[f"POST {response.status}"] += 1
            for question in sent:
                with contextlib.suppress(KeyError):
                    self.unsure[question].discard(sent[question])

    def lost_answers(self) -> list[str]:
        """The acknowledged answers that the store does not hold, each in words."""
        kept = self.installation.held.evaluations.get(self._id).answers.values
        return [
            f"{self._id} {question}: {answer} acknowledged, {kept.get(question)} kept"
            for question, answer in self.acknowledged.items()
            if kept.get(question) not in {answer, *self.unsure.get(question, ())}
        ]


@dataclass(frozen=True)
class Outcome:
    """What came of a load: requests by kind, what was lost, how often it was killed."""

    counts: Counter[str]
    lost: list[str]
    kills: int
    slowest: float
    median: float


def load(
    installation: Installation,
    *,
    users: int,
    seconds: float,
    kills: int = 0,
    pause: float = 0.5,
    seed: int = 1,
) -> Outcome:
    """Let people walk for some time, and kill the server meanwhile as often as asked."""
    walkers = [
        Walker(installation, user, seed * 1000 + n)
        for n, user in enumerate(installation.users(users))
    ]
    stop = threading.Event()
    installation.start()
    threads = [
        threading.Thread(target=walker.walk, args=(stop, pause), daemon=True) for walker in walkers
    ]
    for thread in threads:
        thread.start()
    chance = random.Random(seed)
    until = time.monotonic() + seconds
    killed = 0
    while killed < kills:
        time.sleep(chance.uniform(0.05, 2 * max(seconds, 1) / max(kills, 1)))
        installation.kill()
        killed += 1
        installation.start()
    time.sleep(max(0.0, until - time.monotonic()))
    stop.set()
    for thread in threads:
        thread.join(timeout=_SECONDS + 5)
    counts: Counter[str] = Counter()
    for walker in walkers:
        counts.update(walker.counts)
    times = sorted(s for walker in walkers for s in walker.seconds) or [0.0]
    return Outcome(
        counts=counts,
        lost=[line for walker in walkers for line in walker.lost_answers()],
        kills=killed,
        slowest=times[-1],
        median=times[len(times) // 2],
    )
