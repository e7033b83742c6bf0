"""Content that has to fit on a page: the fullest of several ways of saying it that does."""

from collections.abc import Callable, Iterable, Sequence

from reportlab.platypus import Flowable

from evaltool.pdf.styles import FRAME_HEIGHT, TEXT_WIDTH

Variant = Callable[[], Sequence[Flowable]]


def height_of(content: Sequence[Flowable]) -> float:
    """How high content stands on a page of text, in points: spaces between parts collapse."""
    total = 0.0
    before = 0.0
    for number, flowable in enumerate(content):
        if number:
            total += max(before, flowable.getSpaceBefore())
        total += flowable.wrapOn(None, TEXT_WIDTH, FRAME_HEIGHT)[1]
        before = flowable.getSpaceAfter()
    return total


def fitting(variants: Iterable[Variant], room: float = FRAME_HEIGHT) -> list[Flowable]:
    """The first variant that fits in ``room`` points, else the last one.

    Each is made anew for the page: measuring leaves marks in a flowable.
    """
    chosen: Variant | None = None
    for variant in variants:
        chosen = variant
        if height_of(variant()) <= room:
            break
    return [] if chosen is None else list(chosen())
