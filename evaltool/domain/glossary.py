"""The glossary: words with their explanation, and where they stand in a text."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from evaltool.domain.language import LANGUAGES, Language, Text

Part = tuple[str, str | None]
"""A part of a text, with the id of the term that it is, or None."""


@dataclass(frozen=True)
class Term:
    """A word and what it means.

    ``forms`` are the written forms, per language, that are recognised in running text; a term
    without them stands in the glossary alone. ``sources`` are what the explanation rests on.
    """

    id: str
    term: Text
    full: Text | None
    forms: Mapping[Language, tuple[str, ...]]
    explanation: Text
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Glossary:
    """All terms, in the order in which they were written down."""

    terms: tuple[Term, ...]

    def split(self, text: str, language: Language, seen: Collection[str] = ()) -> tuple[Part, ...]:
        """A text in parts: the first use of each term that is not ``seen``, and what is between.

        The parts together are the text. Where forms overlap, the longest counts.
        """
        finder = self._finders[language]
        parts: list[Part] = []
        found: set[str] = set()
        start = 0
        for match in finder.pattern.finditer(text):
            id_ = finder.ids[_normal(match[0])]
            if id_ in seen or id_ in found:
                continue
            found.add(id_)
            if match.start() > start:
                parts.append((text[start : match.start()], None))
            parts.append((match[0], id_))
            start = match.end()
        if start < len(text):
            parts.append((text[start:], None))
        return tuple(parts)

    def alphabetical(self, language: Language) -> tuple[Term, ...]:
        """The terms in the alphabetical order of a language, accents and capitals aside."""
        return tuple(sorted(self.terms, key=lambda term: _letters(term.term.in_(language))))

    @cached_property
    def by_id(self) -> Mapping[str, Term]:
        """The terms by id."""
        return {term.id: term for term in self.terms}

    @cached_property
    def _finders(self) -> "Mapping[Language, _Finder]":
        return {language: _Finder.of(self.terms, language) for language in LANGUAGES}


@dataclass(frozen=True)
class _Finder:
    """Finds forms in a text of one language; ``ids`` holds the term of each form."""

    pattern: re.Pattern[str]
    ids: Mapping[str, str]

    @classmethod
    def of(cls, terms: tuple[Term, ...], language: Language) -> "_Finder":
        ids = {
            written: term.id
            for term in terms
            for form in term.forms.get(language, ())
            # A form may open a sentence.
            for written in (_normal(form), capital(_normal(form)))
        }
        longest_first = sorted(ids, key=lambda form: (-len(form), form))
        alternatives = "|".join(_expression(form) for form in longest_first)
        # A word that goes on is another word: "LTF-overleg", "LTF's", "parketmagistraat", and
        # "LTF-" before "en LIVC-R-leden". A compound that is a form itself is found as such.
        pattern = rf"(?<![\w-])(?<!\w['’])(?:{alternatives})(?![\w-]|['’]\w)"
        return cls(re.compile(pattern if ids else r"(?!)"), ids)


def capital(form: str) -> str:
    """A form as it is written at the start of a sentence."""
    return form[:1].upper() + form[1:]


def _normal(form: str) -> str:
    """A form with plain spaces and apostrophes."""
    return " ".join(form.split()).replace("’", "'")


def _expression(form: str) -> str:
    """What finds a form, with any kind of space and apostrophe."""
    return re.escape(form).replace(r"\ ", r"\s").replace("'", "['’]")


def _letters(word: str) -> str:
    """A word for sorting, without capitals and accents."""
    apart = unicodedata.normalize("NFD", word.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
