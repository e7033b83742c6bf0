"""Figures for a monitor, in the text form of Prometheus: counts and sizes, of nobody in particular.

Loaded by a hosted tool that was given a place for them, and by nothing else.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import Flask, Response, g
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import make_wsgi_app
from prometheus_client.registry import Collector

from evaltool.store import Store, StoreError, size_of
from evaltool.web.context import services
from evaltool.web.logs import Served, served

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""The upper ends of the classes in which durations are counted."""

SIGN_INS = {"signed_in": "succeeded", "sign_in_failed": "failed"}
"""What is counted of what the audit log gets, by the name that it has here."""
_REFUSED = "refused"
"""A sign-in that was not looked at, for there were too many that failed."""


def measure(app: Flask) -> "WSGIApplication":
    """Count what a hosted application answers from now on; gives what tells the figures."""
    # The moment at which each figure began says nothing that the start of the process does not.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    with app.app_context():
        registry.register(_Kept(services().store, app.config["DATABASE"]))
    requests = Counter(
        "evaltool_requests",
        "Requests, by route and class of status",
        ("endpoint", "status"),
        registry=registry,
    )
    durations = Histogram(
        "evaltool_request_duration_seconds",
        "How long making an answer took, by route",
        ("endpoint",),
        buckets=SECONDS,
        registry=registry,
    )
    sign_ins = Counter(
        "evaltool_sign_ins",
        "Sign-ins; refused are those that were not looked at, for too many failed before",
        ("outcome",),
        registry=registry,
    )
    for outcome in (*SIGN_INS.values(), _REFUSED):
        # Shown from the start: what is missing cannot be told from what is none.
        sign_ins.labels(outcome)

    @app.after_request
    def count(response: Response) -> Response:
        found = served(response)
        requests.labels(found.endpoint, f"{found.status // 100}xx").inc()
        durations.labels(found.endpoint).observe(found.seconds)
        for outcome in _sign_ins(found):
            sign_ins.labels(outcome).inc()
        return response

    return cast("WSGIApplication", make_wsgi_app(registry))


def _sign_ins(found: Served) -> Iterable[str]:
    """The outcomes of the sign-ins in this request."""
    # Who asks for too many documents is answered so as well.
    if found.status == 429 and found.endpoint.startswith("/sign-in"):
        yield _REFUSED
    for action in g.get("written_down", ()):
        if action in SIGN_INS:
            yield SIGN_INS[action]


class _Kept(Collector):
    """What is asked of the store at each reading; what it cannot tell then is left out."""

    def __init__(self, store: Store, database: Path) -> None:
        self._store = store
        self._database = database

    def collect(self) -> Iterable[Metric]:
        """The size of the database, and how many letters wait."""
        size = size_of(self._database)
        yield GaugeMetricFamily(
            "evaltool_database_bytes", "Database and write-ahead log", value=size
        )
        try:
            waiting = self._store.outbox.waiting()
        except StoreError:
            return
        yield GaugeMetricFamily(
            "evaltool_mail_waiting", "Letters that wait to be sent", value=waiting
        )
