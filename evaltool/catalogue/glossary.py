"""Reads the words that are explained: ``glossary.toml`` of the content."""

from collections.abc import Collection, Mapping
from pathlib import Path

from evaltool.catalogue.files import Entry, Faults, read_toml
from evaltool.domain.glossary import Glossary, Term, capital
from evaltool.domain.language import LANGUAGES, Language


def read_glossary(path: Path, sources: Collection[str], faults: Faults) -> Glossary:
    """The terms; ``sources`` are the ids of what their explanations may cite."""
    file = Entry(path, "glossary", read_toml(path, faults) or {}, faults)
    terms: list[Term] = []
    taken: set[tuple[Language, str]] = set()
    for entry in file.entries("terms"):
        term = _term(entry)
        if term.id in {known.id for known in terms}:
            entry.fault("id_twice")
        for source in term.sources:
            if source not in sources:
                entry.fault("unknown_reference", key=source)
        for language, forms in term.forms.items():
            for form in forms:
                # A form is found with a capital too; then it could be two terms.
                written = (language, capital(form))
                if written in taken:
                    entry.fault("form_twice", key="forms", form=form)
                taken.add(written)
        terms.append(term)
    if not terms:
        file.fault("missing_key", key="terms")
    file.done()
    return Glossary(tuple(terms))


def _term(entry: Entry) -> Term:
    entry.name = entry.string("id")
    term = Term(
        id=entry.name,
        term=entry.needed_text("term"),
        full=entry.text("full", required=False),
        forms=_forms(entry),
        explanation=entry.needed_text("explanation"),
        sources=entry.strings("sources"),
    )
    entry.done()
    return term


def _forms(entry: Entry) -> Mapping[Language, tuple[str, ...]]:
    """The written forms per language; none where they are left out, and none after a fault."""
    value = entry.raw("forms")
    if value is None:
        return {}
    given = value if isinstance(value, dict) else {}
    found: dict[Language, tuple[str, ...]] = {}
    for language in LANGUAGES:
        forms = given.get(language)
        if isinstance(forms, list) and forms and all(isinstance(form, str) for form in forms):
            found[language] = tuple(forms)
    if set(given) != set(LANGUAGES) or len(found) < len(LANGUAGES):
        entry.fault("not_both_languages", key="forms")
        return {}
    if not all(form.strip() for forms in found.values() for form in forms):
        # An empty form would be found between any two letters.
        entry.fault("form_empty", key="forms")
        return {}
    return found
