"""Enterprise numbers of the Crossroads Bank (KBO), and whose municipality they stand for."""

import re
from collections.abc import Mapping

from evaltool.domain.lists import by_line, read_rows
from evaltool.domain.municipality import Register
from evaltool.domain.validation import Problem

ORGANISATION_COLUMNS = ("nis_code", "kbo")

_SEPARATORS = re.compile(r"[\s.\-]")
_NUMBER = re.compile(r"(?:BE)?([01]?[0-9]{9})", re.IGNORECASE)


def kbo_number(text: str) -> str | None:
    """An enterprise number as ten digits; None where the text is none.

    As people write it: with dots, spaces or hyphens, as a VAT number with BE before it, and with
    nine digits, as before 2008 and as office programs leave it. The first digit is 0 or 1. The
    last two are 97 less the remainder of the first eight divided by 97, as the KBO defines them.
    """
    found = _NUMBER.fullmatch(_SEPARATORS.sub("", text))
    if found is None:
        return None
    number = found[1].zfill(10)
    return number if int(number[8:]) == 97 - int(number[:8]) % 97 else None


def read_organisations(
    text: str, register: Register
) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    """The NIS code by KBO number in a list, and everything that is wrong with it.

    The list has a row per municipality: ``nis_code,kbo``. ``where`` of a problem is the line.
    """
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for line, code, value in read_rows(text, ORGANISATION_COLUMNS, register, problems):
        number = kbo_number(value)
        if number is None:
            problems.append(Problem("list_kbo", line, {"found": value[:20]}))
        elif number in found:
            values = {"found": number, "code": found[number]}
            problems.append(Problem("list_kbo_twice", line, values))
        else:
            found[number] = code
    return found, by_line(problems)
