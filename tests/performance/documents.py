"""Documents: the full report, beside bare reportlab, in size, and the first one after a start."""

import io
from collections.abc import Iterator

import pikepdf

from evaltool.catalogue import loaded
from evaltool.domain.reporting import build
from evaltool.pdf import feedback_report
from tests.golden import NAMES, document_of
from tests.performance.bare_report import bare_report
from tests.performance.measuring import Settings, beside
from tests.performance.sites import GOLDEN
from tests.performance.table import Row, times

REPORT_GOAL = 2.0
SIZE_GOAL = 150
"""KiB."""

_MORE_PAGES = 2
"""The bare pages may be so many more or fewer: their panels have no room around them."""


def report(settings: Settings) -> Iterator[Row]:
    """The full report as a PDF beside the same pages by bare reportlab, and the largest file."""
    catalogue = loaded()
    t = catalogue.in_language("nl")
    made = build(catalogue.library("nl"), document_of(catalogue, GOLDEN))
    bare = bare_report(made, t)
    pages, ceiling = pages_of(feedback_report(made, t)), pages_of(bare())
    if abs(pages - ceiling) > _MORE_PAGES:
        raise RuntimeError(f"{ceiling} bare pages instead of {pages}")
    number = settings.number(3, 1)
    pair = beside(lambda: feedback_report(made, t), bare, number, settings)
    yield Row(
        what=f"full report PDF of {pages} pages",
        measured=pair.ours.text(digits=0),
        ceiling=f"bare reportlab: {pair.ceiling.text(digits=0)}",
        ratio=times(pair.ratio),
        goal=f"{REPORT_GOAL:g} x",
        met=pair.ratio <= REPORT_GOAL,
    )
    sizes = {name: _size(name) for name in NAMES}
    largest = max(sizes, key=lambda name: sizes[name])
    yield Row(
        what=f"its size, the largest of {len(sizes)} municipalities",
        measured=f"{sizes[largest]:.0f} KiB",
        goal=f"{SIZE_GOAL} KiB",
        met=sizes[largest] <= SIZE_GOAL,
    )


def pages_of(pdf: bytes) -> int:
    """How many pages a document has."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def _size(name: str) -> float:
    catalogue = loaded()
    made = build(catalogue.library("nl"), document_of(catalogue, name))
    return len(feedback_report(made, catalogue.in_language("nl"))) / 1024
