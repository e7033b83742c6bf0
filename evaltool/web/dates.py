"""Dates as people type them."""

import re
from datetime import date

from evaltool.domain.strict_json import day

_TYPED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def typed_day(text: str) -> date | None:
    """The day of a text such as 31/03/2027, 31-3-2027 or 2027-03-31; None for anything else."""
    found = _TYPED.fullmatch(text.strip())
    try:
        if found is not None:
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None
    return day(text.strip())


def day_to_type(day: date | None) -> str:
    """A day as a field shows it, 31/03/2027; empty for none."""
    return "" if day is None else f"{day.day:02d}/{day.month:02d}/{day.year:04d}"
