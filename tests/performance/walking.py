"""Clients that walk through the questionnaire over HTTP, as people do, without pausing."""

import itertools
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection
from urllib.parse import urlencode

from evaltool.catalogue import Catalogue, loaded
from evaltool.domain.answers import Answers
from evaltool.web.walk import stops
from tests.golden import NAMES
from tests.performance.calling import Fields, hidden_fields
from tests.performance.processes import Server
from tests.performance.sites import answered, posted

_PATIENCE = 60.0
"""Seconds for an answer."""

_OWN_PAGE = re.compile(r"^/evaluations/[^/]+/sections/(.+)$")

_IN_TURN = itertools.cycle(sorted(loaded().register.municipalities))
"""As many evaluations of each municipality as of any other, as it will be."""

Forms = Mapping[str, Fields]
"""What is sent for each page of questions, by ``section/number``."""


def forms() -> tuple[Forms, ...]:
    """The answers of all golden municipalities, each page by page, with notes."""
    catalogue = loaded()
    return tuple(_forms(catalogue, answered(catalogue, name)) for name in NAMES)


def _forms(catalogue: Catalogue, answers: Answers) -> Forms:
    return {
        f"{here.section.id}/{here.number}": posted(here, catalogue.questionnaire, answers)
        for here in stops(catalogue.questionnaire, answers)
    }


class Client:
    """One person at one server, over one connection; ``requests`` counts what was asked."""

    def __init__(self, server: Server, held: Sequence[Forms]) -> None:
        self._connection = HTTPConnection(server.host, server.port, timeout=_PATIENCE)
        self._held = itertools.cycle(held)
        self._cookies: dict[str, str] = {}
        self.requests = 0

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def get(self, address: str) -> bytes:
        """The page at an address.

        Raises:
            RuntimeError: it is answered otherwise than by a page.
        """
        status, _, body = self._ask("GET", address)
        if status != 200:
            raise RuntimeError(f"GET {address}: {status}")
        return body

    def post(self, address: str, fields: Fields) -> str:
        """Send a form; the address that follows.

        Raises:
            RuntimeError: it is not answered by an address to go to.
        """
        status, location, _ = self._ask("POST", address, urlencode(fields).encode())
        if status not in (302, 303):
            raise RuntimeError(f"POST {address}: {status}")
        return location

    def _ask(self, method: str, address: str, sent: bytes | None = None) -> tuple[int, str, bytes]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        if sent is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, address.partition("#")[0], sent, headers)
        answer = self._connection.getresponse()
        body = answer.read()
        self.requests += 1
        for held in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = held.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), body

    def begin(self) -> str:
        """Start an evaluation; its address. Each is of the municipality that is next in turn."""
        nis_code = next(_IN_TURN)
        page = self.get(f"/evaluations/new?name={nis_code}")
        fields = [(n, v) for n, v in hidden_fields(page) if n not in ("nis_code", "start_from")]
        chosen = [("nis_code", nis_code), ("cluster", "5")]
        return self.post("/evaluations/new", [*fields, *chosen])

    def walk(self, evaluation: str) -> str:
        """Answer every page of an evaluation as the next municipality in turn did.

        The address to which the last page leads.
        """
        forms = next(self._held)
        first = next(iter(forms))
        place = f"{evaluation}/sections/{first}"
        while (found := _OWN_PAGE.match(place)) is not None:
            page = self.get(place)
            fields = forms.get(found[1], [])
            place = self.post(place, [*hidden_fields(page), *fields, ("next", "1")])
        return place

    def finish(self, evaluation: str, *, document: bool = False) -> None:
        """Look at all answers, finish, look at the results and, if asked, take the report."""
        page = self.get(f"{evaluation}/check")
        token = [(n, v) for n, v in hidden_fields(page) if n == "csrf_token"]
        self.get(self.post(f"{evaluation}/finish", token))
        if document:
            self.get(f"{evaluation}/report.pdf")

    def walk_bare(self, pages: int) -> None:
        """Once through all pages of the bare application."""
        places = list(next(self._held).values())
        for number in range(pages):
            self.get(f"/pages/{number}")
            self.post(f"/pages/{number}", [*places[number % len(places)], ("next", "1")])


def together(clients: list[Client], work: Callable[[Client], None], seconds: float) -> float:
    """Let clients work side by side, again and again; how many requests a second they make.

    Raises:
        RuntimeError: one of them failed; what it said is in its cause.
    """
    failures: list[Exception] = []
    start = time.perf_counter()
    before = sum(client.requests for client in clients)

    def go(client: Client) -> None:
        try:
            while time.perf_counter() - start < seconds and not failures:
                work(client)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=go, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError("a client failed") from failures[0]
    made = sum(client.requests for client in clients) - before
    return made / (time.perf_counter() - start)
