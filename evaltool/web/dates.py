"""Dates as people type them."""

import re
from datetime import date

from evaltool.domain.language import month_number
from evaltool.domain.strict_json import day

_TYPED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_WRITTEN = re.compile(r"(\d{1,2}) ([a-z]+) (\d{4})", re.ASCII)


def typed_day(text: str) -> date | None:
    """The day of a text such as 31/03/2027, 31-3-2027, 31 maart 2027 or 2027-03-31; else None."""
    typed, written = text.strip(), text.strip().lower()
    try:
        if (found := _TYPED.fullmatch(typed)) is not None:
            return date(int(found[3]), int(found[2]), int(found[1]))
        if (found := _WRITTEN.fullmatch(written)) is not None:
            month = month_number(found[2])
            return None if month is None else date(int(found[3]), month, int(found[1]))
    except ValueError:
        return None
    return day(typed)


def day_to_type(day: date | None) -> str:
    """A day as a field shows it, 31/03/2027; empty for none."""
    return "" if day is None else f"{day.day:02d}/{day.month:02d}/{day.year:04d}"
