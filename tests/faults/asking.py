"""Somebody who asks the server for pages, waits for each answer, and may get none."""

import http.client
import json
import random
import threading
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

from evaltool.domain.questionnaire import Questionnaire
from tests.faults.form import Fields, FormParser, form_on
from tests.faults.serving import Installation, User

SECONDS = 20.0
"""How long an answer may take."""
CUT = "cut off"
"""The count of requests that got no answer: right only where the server was killed."""
DOWN = "no server"
"""The count of requests for which nobody listened, while it started again."""
SAVED, SENT = "saved", "saved by the plain form"
"""The counts of pages that were kept: those a script saved, and those a button sent."""

_NOT_THERE = (OSError, http.client.HTTPException)


class Answered(NamedTuple):
    """An answer: its status, its text, and where it leads."""

    status: int
    body: bytes
    place: str = ""

    @property
    def text(self) -> str:
        """The body as a text."""
        return self.body.decode()


@dataclass
class Asker:
    """One user: what was asked, what was acknowledged, and how long each answer took.

    ``done`` counts what was acknowledged by its action in the audit log, ``tried`` what was asked;
    ``asking`` is the number of the request that waits for an answer, and ``cut`` holds those that
    got none. ``lost`` says in words what was acknowledged and is not there, and ``failure`` how
    the walk broke off, where it did. ``kinds`` counts what was acknowledged by kind of question,
    and notes. ``documents`` are the seconds that documents took, ``seconds`` those of the rest.
    """

    installation: Installation
    user: User
    seed: int
    done: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    asking: int | None = None
    cut: set[int] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    failure: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    documents: list[float] = field(default_factory=list)
    _asked: int = 0

    @property
    def _id(self) -> str:
        return self.user.evaluation

    @property
    def _questionnaire(self) -> Questionnaire:
        return self.installation.held.catalogue.questionnaire

    def walk(self, stop: threading.Event, pause: float) -> None:
        """Go on until told to stop. ``pause`` in seconds is waited between steps, on average."""
        try:
            self._walk(stop, pause)
        except Exception:
            # In a thread nobody would see it.
            self.failure = traceback.format_exc()

    def _walk(self, stop: threading.Event, pause: float) -> None:
        chance = random.Random(self.seed)
        connection = self._connection()
        while not stop.is_set():
            try:
                self._step(connection, chance)
            except _NOT_THERE as error:
                self.counts[DOWN if isinstance(error, ConnectionRefusedError) else CUT] += 1
                if self.asking is not None:
                    self.cut.add(self.asking)
                    self.asking = None
                connection.close()
                stop.wait(0.05)
                connection = self._connection()
            stop.wait(chance.expovariate(1 / pause) if pause else 0)
        connection.close()

    def _step(self, connection: http.client.HTTPConnection, chance: random.Random) -> None:
        raise NotImplementedError

    def missing(self) -> list[str]:
        """All that was acknowledged and that a page or, now, the store does not hold, in words."""
        raise NotImplementedError

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.installation.port, timeout=SECONDS)

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        fields: Fields | None = None,
        accept: str = "text/html",
    ) -> Answered:
        """An answer, which is waited for and measured."""
        headers = {"Cookie": self.user.cookie, "Accept": accept}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = None if fields is None else urlencode(fields, doseq=True)
        began = time.monotonic()
        self._asked += 1
        self.asking = self._asked
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        found = Answered(answer.status, answer.read(), answer.headers.get("Location", ""))
        self.asking = None
        times = self.documents if path.endswith(".pdf") else self.seconds
        times.append(time.monotonic() - began)
        return found

    def _get(
        self, connection: http.client.HTTPConnection, path: str, expected: int = 200
    ) -> str | None:
        """The page; None, and counted, where its status is another than expected."""
        found = self._ask(connection, "GET", path)
        self.counts["read" if found.status == expected else f"GET {found.status}"] += 1
        return found.text if found.status == expected else None

    def _form(self, connection: http.client.HTTPConnection, path: str) -> FormParser | None:
        """The form of a page of questions; None, and counted, where there is none that is whole."""
        page = self._get(connection, path)
        form = None if page is None else form_on(page)
        if form is None or form.complete:
            return form
        self.counts["page without its form"] += 1
        return None

    def _kept(
        self, connection: http.client.HTTPConnection, path: str, fields: Fields, *, plain: bool
    ) -> int:
        """Save a page, by a script or by its button; 0 where it is kept, else the status."""
        self.tried["fill_in"] += 1
        accept = "text/html" if plain else "application/json"
        found = self._ask(connection, "POST", path, fields, accept)
        if plain:
            # Anywhere else than on in the walk, nothing was kept.
            kept = found.status == http.client.SEE_OTHER and f"/{self._id}" in found.place
        else:
            kept = found.status == http.client.OK and "version" in json.loads(found.body)
        if kept:
            self.done["fill_in"] += 1
            self.counts[SENT if plain else SAVED] += 1
        return 0 if kept else found.status
