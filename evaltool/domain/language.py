"""Texts in the two languages of the tool, and the few notations that differ between them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")
DEFAULT_LANGUAGE: Language = "nl"
LOCALES: Mapping[Language, str] = {"nl": "nl-BE", "en": "en"}

_MONTHS: Mapping[Language, tuple[str, ...]] = {
    "nl": (
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}

_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Text:
    """One text, written in every language of the tool."""

    nl: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in ``language``."""
        return self.nl if language == "nl" else self.en


class Texts:
    """All sentences of the interface by key, in one language.

    A sentence may hold named places (``{municipality}``), filled when it is asked for.
    """

    def __init__(self, texts: Mapping[str, Text], language: Language) -> None:
        self._texts = texts
        self.language: Language = language

    def __call__(self, key: str, **values: object) -> str:
        """The sentence ``key`` with its places filled.

        Raises:
            KeyError: the key, or a value that the sentence asks for, is missing.
        """
        sentence = self._texts[key].in_(self.language)
        return sentence.format(**values) if values else sentence

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def of(self, text: Text) -> str:
        """``text`` in the language of this collection."""
        return text.in_(self.language)

    def in_language(self, language: Language) -> "Texts":
        """The same sentences in another language."""
        return Texts(self._texts, language)


def places(sentence: str) -> frozenset[str]:
    """The names of the places that a sentence asks to be filled."""
    return frozenset(re.findall(r"\{(\w+)\}", sentence))


def percentage(share: float) -> str:
    """A share between 0 and 1 as a whole percentage, rounded half up: ``48 %``.

    The share is read through its shortest decimal form, so that 0.125 gives 13 and
    not what binary rounding makes of it.
    """
    whole = (Decimal(repr(share)) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return f"{whole}{_NO_BREAK_SPACE}%"


def date_text(day: date, language: Language) -> str:
    """A date written out: ``24 november 2026``."""
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"


def month_number(name: str) -> int | None:
    """The month (1 to 12) of a name in small letters, in either language; None for another word."""
    for names in _MONTHS.values():
        for number, month in enumerate(names, start=1):
            if name == month.lower():
                return number
    return None


def time_text(moment: datetime, language: Language) -> str:
    """A time of day in the notation of the language: ``14.32`` in Dutch, ``14:32`` in English."""
    separator = "." if language == "nl" else ":"
    return f"{moment.hour:02d}{separator}{moment.minute:02d}"


def listing(parts: "list[str] | tuple[str, ...]", conjunction: str) -> str:
    """Parts in a running sentence: ``a, b en c``."""
    if len(parts) <= 1:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {conjunction} {parts[-1]}"
