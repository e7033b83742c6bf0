"""Pages: reading a section, saving one, and the results."""

import statistics
from collections.abc import Iterator

from evaltool.web.chart_cache import drawn
from evaltool.web.pieces import kept, kept_places
from tests.performance.calling import Fields, fields_of, hidden_fields
from tests.performance.measuring import Pair, Sample, Settings, in_turns, percentile, timed
from tests.performance.sites import Site, opened, posted
from tests.performance.table import Row, times

SECTION_GOAL = 2.0
SAVE_GOAL = 3.0
TAIL_GOAL = 10.0
RESULTS_GOAL = 0.030
"""Seconds of server time."""

_SHORTER = 0.85
"""The bare page may lack so much: explanations of words, and where to sign in."""


def section(settings: Settings) -> Iterator[Row]:
    """GET of the longest page of a section beside the same page as plain Jinja."""
    with opened() as site:
        place = longest(site)
        address = site.address(place)

        def anew() -> bytes:
            kept.cache_clear()
            kept_places.cache_clear()
            return site.ours.get(address)

        works = [
            lambda: site.ours.get(address),
            anew,
            lambda: site.bare.get(f"/pages/{place}"),
        ]
        again, first, ceiling = in_turns(works, settings.number(60, 10), settings)
    pair = Pair(again, ceiling)
    yield Row(
        what="GET of the longest section, p50, its pieces seen before",
        measured=again.text(digits=2),
        ceiling=f"plain Jinja: {ceiling.text(digits=2)}",
        ratio=times(pair.ratio),
        goal=f"{SECTION_GOAL:g} x",
        met=pair.ratio <= SECTION_GOAL,
    )
    yield Row(
        what="the same, all its pieces drawn anew",
        measured=first.text(digits=2),
        ceiling="the same",
        ratio=times(Pair(first, ceiling).ratio),
    )


def longest(site: Site) -> int:
    """The place in the walk of the page with the most bytes.

    Raises:
        RuntimeError: the bare page is not the same page: its fields are others, or it is shorter.
    """
    pages = [site.ours.get(site.address(place)) for place in range(len(site.stops))]
    place = max(range(len(pages)), key=lambda i: len(pages[i]))
    bare = site.bare.get(f"/pages/{place}")
    if fields_of(bare) != fields_of(pages[place]):
        raise RuntimeError(f"other fields: {fields_of(bare) ^ fields_of(pages[place])}")
    if not _SHORTER <= len(bare) / len(pages[place]) <= 1 / _SHORTER:
        raise RuntimeError(f"{len(bare)} bytes instead of {len(pages[place])}")
    return place


class Saver:
    """Saves a page, each time with another note, and gets the page that follows.

    What a form carries unseen is read before each time, outside what is measured.
    """

    def __init__(self, site: Site, place: int) -> None:
        self._site = site
        self._place = place
        self._count = 0

    def prepare(self) -> None:
        """Get the form, as whoever fills it in has done."""
        self._count += 1
        hidden = hidden_fields(self._site.ours.get(self._site.address(self._place)))
        note = f"Nota {self._count}: het overleg loopt al enkele jaren."
        here = self._site.stops[self._place]
        fields = posted(
            here, self._site.catalogue.questionnaire, self._site.open.answers, note=note
        )
        self._fields: Fields = [*hidden, *fields, ("next", "1")]

    def ours(self) -> bytes:
        """Save, and get the page to which that leads."""
        location = self._site.ours.post(self._site.address(self._place), self._fields)
        return self._site.ours.get(location)

    def bare(self) -> bytes:
        """The same at the bare application."""
        location = self._site.bare.post(f"/pages/{self._place}", self._fields)
        return self._site.bare.get(location)


def save(settings: Settings) -> Iterator[Row]:
    """Saving a page and getting the next, beside a bare POST with one write; and its tail."""
    number = settings.number(150, 20)
    ours: list[list[float]] = []
    bare: list[list[float]] = []
    with opened() as site:
        # One with another after it: the last page of the walk leads elsewhere.
        saver = Saver(site, min(longest(site), len(site.stops) - 2))
        saver.prepare()
        saver.ours()
        for _ in range(settings.turns):
            ours.append([])
            bare.append([])
            for _ in range(number):
                saver.prepare()
                ours[-1] += timed(saver.ours, 1, settings)
                bare[-1] += timed(saver.bare, 1, settings)
    mine, ceiling = (Sample(tuple(map(statistics.median, t))) for t in (ours, bare))
    ratio = statistics.median(o / b for o, b in zip(mine.turns, ceiling.turns, strict=True))
    yield Row(
        what="save a section and get the next page, p50",
        measured=mine.text(digits=2),
        ceiling=f"bare POST, write, plain Jinja: {ceiling.text(digits=2)}",
        ratio=times(ratio),
        goal=f"{SAVE_GOAL:g} x",
        met=ratio <= SAVE_GOAL,
    )
    everything = [seconds for turn in ours for seconds in turn]
    tail = percentile(everything, 0.99)
    beyond = tail / statistics.median(everything)
    yield Row(
        what=f"the same, p99 of {len(everything)}",
        measured=f"{1000 * tail:.1f} ms",
        ceiling="its own p50",
        ratio=times(beyond),
        goal=f"{TAIL_GOAL:g} x",
        met=beyond <= TAIL_GOAL,
    )


def results(settings: Settings) -> Iterator[Row]:
    """The results with all charts: as they are seen again, and with the charts drawn anew."""
    with opened() as site:
        address = f"/evaluations/{site.finished.id}/results"
        charts = site.ours.get(address).count(b'<svg xmlns="http')

        def anew() -> bytes:
            drawn.cache_clear()
            return site.ours.get(address)

        works = [lambda: site.ours.get(address), anew]
        again, first = in_turns(works, settings.number(20, 5), settings)
    yield Row(
        what=f"results page with {charts} pictures, server time",
        measured=again.text(),
        goal=f"{1000 * RESULTS_GOAL:g} ms",
        met=again.median <= RESULTS_GOAL,
    )
    yield Row(what="the same, its charts drawn anew", measured=first.text())
