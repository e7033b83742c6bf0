"""What the template of the log of a municipality gets."""

from dataclasses import dataclass
from typing import ClassVar

from evaltool.domain.municipality import Municipality
from evaltool.web.pages import Page


@dataclass(frozen=True, kw_only=True)
class LogRow:
    """An entry of the audit log in words; ``of`` says of which evaluation it is."""

    moment: str
    who: str
    what: str
    about: str
    of: str


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What can be asked for: (label, address, whether it is asked for now)."""

    label: str
    links: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, kw_only=True)
class LogPage(Page):
    """Who did what in a municipality.

    ``clear`` is the address without filters, ``older`` that of the page of older entries, both
    empty where there is none; ``files`` are endings of files with their addresses.
    """

    template: ClassVar[str] = "accounts/log.html"
    municipality: Municipality
    rows: tuple[LogRow, ...]
    filters: tuple[Filter, ...]
    clear: str
    older: str
    files: tuple[tuple[str, str], ...]
