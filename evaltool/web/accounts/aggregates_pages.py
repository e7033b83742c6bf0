"""What the template of the numbers over all municipalities gets."""

from dataclasses import dataclass
from typing import ClassVar

from evaltool.web.pages import Page


@dataclass(frozen=True)
class CountTable:
    """Numbers under a title: rows of (label, figure), and what they are about or are missing."""

    title: str
    base: str
    rows: tuple[tuple[str, str], ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class AggregatesPage(Page):
    """Where municipalities stand together; ``too_few`` says why only ``counts`` are here."""

    template: ClassVar[str] = "accounts/aggregates.html"
    counts: tuple[tuple[str, str], ...]
    base: str
    too_few: str
    levels: tuple[CountTable, ...]
    questions: tuple[CountTable, ...]
