"""Texts that look as if they hold data of a person, who has no place in this tool."""

import re
from datetime import date

from evaltool.domain.questionnaire import NOTE_LIMIT

_EMAIL = re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;:]+\.[A-Za-z]{2,}")
_ELEVEN_DIGITS = re.compile(r"(?<!\d)\d{2}[.\s-]?\d{2}[.\s-]?\d{2}[.\s-]?\d{3}[.\s-]?\d{2}(?!\d)")
# A Belgian number: trunk 0, +32 or 0032, then 8 or 9 digits in groups.
_PHONE = re.compile(r"(?<![\d.])(?:\+32|0032|0)(?:[\s./-]?\(0\))?(?:[\s./-]?\d){8,9}(?!\d)")
_MONTHS = (
    *("jan(?:uari|uary)?", "feb(?:ruari|ruary)?", "m(?:aart|rt|arch|ar)", "apr(?:il)?"),
    *("mei|may", "june?|juni", "july?|juli", "aug(?:ustus|ust)?", "sept?(?:ember)?"),
    *("o[kc]t(?:ober)?", "nov(?:ember)?", "dec(?:ember)?"),
)
_MONTH = rf"(?P<word>{'|'.join(_MONTHS)})\b\.?"
_YEAR = r"(?P<year>\d{4}|['’]?\d{2})(?!\d)"
_DAY = r"(?P<day>\d{1,2})"
_BETWEEN = r"(?:\s*[./-]\s*|\s+)"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_DAY}{_BETWEEN}(?P<month>\d{{1,2}}){_BETWEEN}{_YEAR}",
        rf"(?<!\d)(?P<year>\d{{4}})[./-](?P<month>\d{{1,2}})[./-]{_DAY}(?!\d)",
        rf"(?<!\d){_DAY}(?:st|nd|rd|th|ste|de|e)?[\s.-]*(?:of\s+)?{_MONTH}[\s,-]*{_YEAR}",
        rf"\b{_MONTH}\s*{_DAY}(?:st|nd|rd|th)?(?:\s*,\s*|\s+){_YEAR}",
    )
)
# A date alone may be that of a meeting; one with such a word beside it is that of a birth.
# The sign is no degree, no number (n°) and no item of an article (1°).
_BIRTH_WORD = re.compile(
    r"\bgeboren\b|geboortedatum|\bgeb\.|(?<!\d)(?<!\bn)(?<!\bnr)°(?!\s*[CF]\b)|\bborn\b"
    r"|date of birth|birth date",
    re.IGNORECASE,
)
_MOST_BEFORE = 25
_MOST_AFTER = 3


def is_national_number(digits: str) -> bool:
    """Whether eleven digits are a Belgian national register number.

    The last two are 97 less the remainder of the first nine divided by 97; for those born
    from 2000 on, a 2 is put before the nine (Royal Decree of 3 April 1984, art. 4).
    """
    base, check = int(digits[:9]), int(digits[9:])
    return check in (97 - base % 97, 97 - (2_000_000_000 + base) % 97)


def suspicions(text: str) -> tuple[str, ...]:
    """What a text seems to hold: ``national_number``, ``email``, ``phone``, ``birth_date``.

    A warning, no proof: the user decides. Looks no further than a note can be long: what is
    longer is refused, and looking takes time that grows with the square of the length.
    """
    found: list[str] = []
    if not text:
        return ()
    text = text[:NOTE_LIMIT]
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
    words = [match.span() for match in _BIRTH_WORD.finditer(text)]
    dates = (match for pattern in _DATES for match in pattern.finditer(text)) if words else ()
    return any(
        (0 <= date_.start() - end <= _MOST_BEFORE or 0 <= start - date_.end() <= _MOST_AFTER)
        and _is_day(date_)
        for date_ in dates
        for start, end in words
    )


def _is_day(found: re.Match[str]) -> bool:
    """Whether a date is one of the calendar; a year of two digits may be of either century."""
    parts = found.groupdict()
    word = parts.get("word")
    month = int(parts["month"]) if word is None else _number_of(word)
    year = parts["year"].lstrip("'’")
    for century in ("",) if len(year) == 4 else ("19", "20"):
        try:
            date(int(century + year), month, int(parts["day"]))
        except ValueError:
            continue
        return True
    return False


def _number_of(month: str) -> int:
    known = (re.fullmatch(names, month, re.IGNORECASE) for names in _MONTHS)
    return next(number for number, fits in enumerate(known, start=1) if fits)
