"""Texts that look as if they hold data of a person, who has no place in this tool."""

import re
from datetime import date

_EMAIL = re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;:]+\.[A-Za-z]{2,}")
_ELEVEN_DIGITS = re.compile(r"(?<!\d)\d{2}[.\s-]?\d{2}[.\s-]?\d{2}[.\s-]?\d{3}[.\s-]?\d{2}(?!\d)")
# A Belgian number: trunk 0, +32 or 0032, then 8 or 9 digits in groups.
_PHONE = re.compile(r"(?<![\d.])(?:\+32|0032|0)(?:[\s./-]?\(0\))?(?:[\s./-]?\d){8,9}(?!\d)")
_DATE = re.compile(r"(?<!\d)(\d{1,2})[./\s-](\d{1,2})[./\s-](\d{4})(?!\d)")
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
# A date alone may be that of a meeting; one with such a word beside it is that of a birth.
_BIRTH_WORD = re.compile(r"geboren|geboortedatum|geb\.|°|\bborn\b|date of birth", re.IGNORECASE)
_BIRTH_DISTANCE = 25


def is_national_number(digits: str) -> bool:
    """Whether eleven digits are a Belgian national register number.

    The last two are 97 less the remainder of the first nine divided by 97; for those born
    from 2000 on, a 2 is put before the nine (Royal Decree of 3 April 1984, art. 4).
    """
    base, check = int(digits[:9]), int(digits[9:])
    return check in (97 - base % 97, 97 - (2_000_000_000 + base) % 97)


def suspicions(text: str) -> tuple[str, ...]:
    """What a text seems to hold: ``national_number``, ``email``, ``phone``, ``birth_date``.

    A warning, no proof: the user decides.
    """
    found: list[str] = []
    rest = text
    for match in _ELEVEN_DIGITS.finditer(text):
        if is_national_number(re.sub(r"\D", "", match.group())):
            found.append("national_number")
            rest = rest.replace(match.group(), " ")
    if _EMAIL.search(rest):
        found.append("email")
    if _PHONE.search(rest):
        found.append("phone")
    if _holds_birth_date(rest):
        found.append("birth_date")
    return tuple(dict.fromkeys(found))


def _holds_birth_date(text: str) -> bool:
    for pattern, order in ((_DATE, (3, 2, 1)), (_ISO_DATE, (1, 2, 3))):
        for match in pattern.finditer(text):
            try:
                date(*(int(match.group(i)) for i in order))
            except ValueError:
                continue
            before = text[max(0, match.start() - _BIRTH_DISTANCE) : match.end() + 5]
            if _BIRTH_WORD.search(before):
                return True
    return False
