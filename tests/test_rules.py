"""The rules as they are declared: complete, covering every option, and saying nothing twice."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings, strategies as st

from evaltool.catalogue import Catalogue, loaded
from evaltool.domain.conditions import every
from evaltool.domain.language import LANGUAGES, Language, Text
from evaltool.domain.questionnaire import DONT_KNOW, Kind
from evaltool.domain.reporting import build
from evaltool.domain.rules import Basis, FindingKind, Rule
from evaltool.domain.situation import Area
from tests.factories import a_document_of, valid_answers

VERDICTS = re.compile(
    r"\b(slecht|onvoldoende|zwak|gebrekkig|tekort schieten|bad|poor|insufficient|weak)\b",
    re.IGNORECASE,
)
PERSONS = re.compile(r"\b(dossiernummer|verdachte|geradicaliseerde|suspect)\b", re.IGNORECASE)


def texts_of(rule: Rule) -> Iterator[Text]:
    yield from (rule.title, rule.see, rule.why, *rule.steps)
    if rule.ask is not None:
        yield rule.ask
    yield from (item.text for item in rule.items)


def covered(catalogue: Catalogue) -> set[tuple[str, str | None]]:
    """Every (question, option) that a rule or an item looks at."""
    rulebook = catalogue.rulebook
    conditions = [
        condition
        for rule in rulebook.rules
        for condition in (rule.condition, *(item.condition for item in rule.items))
    ]
    return {name for c in conditions for part in every(c) for name in part.refers_to()}


def test_every_option_of_the_four_areas_is_covered(catalogue: Catalogue) -> None:
    """The practice questions are all in the four areas; "weet ik niet" is an answer too."""
    found = covered(catalogue)
    missing = [
        (question.id, code)
        for question in catalogue.questionnaire
        if question.section in set(Area) and question.kind in (Kind.SINGLE, Kind.MULTI)
        for code in (*question.by_id, DONT_KNOW)
        if (question.id, code) not in found
    ]
    assert missing == []


def test_every_rule_is_written_in_full_and_cites_what_there_is(catalogue: Catalogue) -> None:
    known = {*catalogue.rulebook.sources, *catalogue.benchmark.survey.tables}
    assert {rule.area for rule in catalogue.rulebook.rules} == set(Area)
    for rule in catalogue.rulebook.rules:
        assert rule.steps, rule.id
        assert set(rule.sources) <= known
        assert (rule.ask is None) == (rule.kind is FindingKind.STRENGTH), rule.id
        assert len(rule.steps) >= (1 if rule.kind is FindingKind.STRENGTH else 2), rule.id
        for text in (*texts_of(rule), rule.who):
            assert text.nl.strip(), rule.id
            assert text.nl != text.en, (rule.id, text.nl)


def test_the_law_is_cited_with_the_day_it_was_read(catalogue: Catalogue) -> None:
    sources = catalogue.rulebook.sources
    for rule in catalogue.rulebook.rules:
        cites = [sources[id_] for id_ in rule.sources if id_ in sources]
        if rule.kind is FindingKind.LEGAL or rule.basis is Basis.LAW:
            assert any(source.read for source in cites), rule.id
        said = " ".join(text.nl for text in texts_of(rule))
        of_items = [sources[id_] for i in rule.items for id_ in i.sources if id_ in sources]
        if re.search(r"\bde wet\b|\bdecreet\b|Grondwettelijk Hof", said):
            assert any(source.read for source in (*cites, *of_items)), rule.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_used_twice(catalogue: Catalogue, language: Language) -> None:
    """So no two findings of one report can say the same, whatever was answered."""
    said = Counter(
        text.in_(language) for rule in catalogue.rulebook.rules for text in texts_of(rule)
    )
    assert [sentence for sentence, times in said.items() if times > 1] == []
    parts = Counter(
        part
        for whole in said
        for part in re.split(r"(?<=[.!?]) ", whole)
        # A few words (“Bijvoorbeeld:”) may come back.
        if len(part.split()) > 3
    )
    assert [sentence for sentence, times in parts.items() if times > 1] == []


def test_never_a_verdict_and_never_a_person(catalogue: Catalogue) -> None:
    for rule in catalogue.rulebook.rules:
        for text in texts_of(rule):
            for language in LANGUAGES:
                assert not VERDICTS.search(text.in_(language)), (rule.id, text.in_(language))
                assert not PERSONS.search(text.in_(language)), (rule.id, text.in_(language))


def test_titles_are_short_and_sentences_end(catalogue: Catalogue) -> None:
    for rule in catalogue.rulebook.rules:
        for language in LANGUAGES:
            title = rule.title.in_(language)
            assert len(title) <= 95, title
            assert title[-1] not in ".:", title
            for text in (rule.see, rule.why, *rule.steps, *(item.text for item in rule.items)):
                assert text.in_(language)[-1] in ".?!”", (rule.id, text.in_(language))
            if rule.ask is not None:
                assert rule.ask.in_(language).endswith("?"), rule.id
            assert len(rule.see.in_(language).split()) < 45, rule.id


@settings(max_examples=40, deadline=None)
@given(st.data(), st.integers(1, 6), st.sampled_from(LANGUAGES))
def test_no_two_findings_of_a_report_say_the_same(
    data: st.DataObject, cluster: int, language: Language
) -> None:
    catalogue = loaded()
    answers = data.draw(valid_answers(catalogue.questionnaire))
    document = a_document_of(catalogue, answers, cluster=cluster)
    report = build(catalogue.library(language), document)
    said = Counter(
        sentence
        for f in report.findings
        for sentence in (f.title, f.see, f.why, *f.steps, *(item.text for item in f.items))
    )
    assert [sentence for sentence, times in said.items() if times > 1] == []
    for finding in report.findings:
        assert finding.source
        assert finding.because, finding.id
