"""Growth: whether a page takes as long with a hundred thousand evaluations as with a hundred."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from evaltool.catalogue import loaded
from evaltool.store import open_store
from tests.performance.filling import fill
from tests.performance.measuring import Settings, in_turns
from tests.performance.pages import Saver, longest
from tests.performance.sites import Site, opened
from tests.performance.table import NONE, Row, times

SIZES = (100, 1_000, 10_000, 100_000)
GROWTH_GOAL = 1.5

_Of = Callable[[int, Site], Callable[[], object]]
"""From the place of the longest page and a site to what is measured there."""

_TOO_LONG = 3.0
"""Seconds; a page that takes longer is asked for once, and not from a larger store."""


@dataclass(frozen=True)
class _Grown:
    """A site whose store holds so many evaluations."""

    size: int
    site: Site


def growth(settings: Settings) -> Iterator[Row]:
    """Each kind of page at every size, beside the smallest store."""
    sizes = SIZES[:-1] if settings.quick else SIZES
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        stores = [_Grown(size, _grown(stack, folder / str(size), size)) for size in sizes]
        yield _size(stores[-1], folder)
        place = longest(stores[0].site)
        for name, of in _PAGES.items():
            yield _row(name, stores, partial(of, place), settings)


def _size(grown: _Grown, folder: Path) -> Row:
    """How large the database is: of half of the evaluations it holds a report too."""
    size = (folder / str(grown.size) / "instance" / "evaltool.sqlite").stat().st_size
    return Row(
        what=f"database with {grown.size:,} evaluations, half of them finished",
        measured=f"{size / 2**20:.0f} MiB, {size / grown.size / 2**10:.1f} KiB each",
    )


def _grown(stack: ExitStack, folder: Path, size: int) -> Site:
    instance = folder / "instance"
    instance.mkdir(parents=True)
    database = instance / "evaltool.sqlite"
    store = open_store(database)
    fill(store, database, loaded(), size)
    store.close()
    return stack.enter_context(opened(folder))


def _section(place: int, site: Site) -> Callable[[], object]:
    address = site.address(place)
    return lambda: site.ours.get(address)


def _save(place: int, site: Site) -> Callable[[], object]:
    saver = Saver(site, min(place, len(site.stops) - 2))

    def save() -> object:
        # Getting the form is part of what is measured here: it grows with the store or not, too.
        saver.prepare()
        return saver.ours()

    return save


def _of_open(ending: str) -> _Of:
    return lambda _, site: lambda: site.ours.get(f"/evaluations/{site.open.id}{ending}")


def _of_finished(ending: str) -> _Of:
    return lambda _, site: lambda: site.ours.get(f"/evaluations/{site.finished.id}{ending}")


def _start(_: int, site: Site) -> Callable[[], object]:
    return lambda: site.ours.get("/")


_PAGES: dict[str, _Of] = {
    "section": _section,
    "form, save and next page": _save,
    "results": _of_finished("/results"),
    "start": _start,
    "overview": _of_open(""),
    "all answers": _of_open("/check"),
    "action plan": _of_finished("/plan"),
    "trend": _of_finished("/trend"),
    "meetings": _of_finished("/meetings"),
    "report as PDF": _of_finished("/report.pdf"),
}


def _row(
    name: str,
    stores: Sequence[_Grown],
    of: Callable[[Site], Callable[[], object]],
    settings: Settings,
) -> Row:
    works: list[Callable[[], object]] = []
    slow: float | None = None
    for store in stores:
        work = of(store.site)
        work()
        begun = time.perf_counter()
        work()
        if time.perf_counter() - begun > _TOO_LONG:
            slow = time.perf_counter() - begun
            break
        works.append(work)
    samples = in_turns(works, settings.number(15, 3), settings)
    smallest = samples[0]
    ratios = [sample.median / smallest.median for sample in samples]
    measured = [_said(s.size, sample.text()) for s, sample in zip(stores, samples, strict=False)]
    if slow is not None:
        measured.append(_said(stores[len(samples)].size, f"{slow:.0f} s, the rest not tried"))
    return Row(
        what=f"growth: {name}",
        measured="; ".join(measured[1:]),
        ceiling=_said(stores[0].size, smallest.text()),
        ratio=", ".join(map(times, ratios[1:])) or NONE,
        goal=f"{GROWTH_GOAL:g} x",
        met=slow is None and max(ratios) <= GROWTH_GOAL,
    )


def _said(size: int, text: str) -> str:
    return f"{size:,}: {text}"
