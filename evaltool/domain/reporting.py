"""Builds the Report from answers, survey and rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from evaltool.domain.advice import LEGAL_SOURCE, Advice
from evaltool.domain.answers import Answers, asked, reported
from evaltool.domain.benchmark import Benchmark
from evaltool.domain.charting import chart
from evaltool.domain.comparison import Comparison, compare
from evaltool.domain.feedback import Feedback, Finding, Rulebook, evaluate
from evaltool.domain.language import Texts, date_text
from evaltool.domain.municipality import Municipality, Register
from evaltool.domain.questionnaire import Question, Questionnaire, Section
from evaltool.domain.report import (
    Chapter,
    ComparedView,
    DiscrepancyView,
    QuestionView,
    Report,
    SourceView,
)
from evaltool.domain.situation import Area
from evaltool.domain.wording import Wording

AREAS = frozenset(Area)

CLUSTER_DISCREPANCY = "D29"
"""Touches every report: the survey's clusters carry the name of another typology."""

_LEVEL_NAMES = ("1", "2", "3", "4")


@dataclass(frozen=True)
class Library:
    """All a report is made from besides the answers: content and survey of one edition."""

    questionnaire: Questionnaire
    benchmark: Benchmark
    rulebook: Rulebook
    register: Register
    texts: Texts


def build(
    library: Library,
    municipality: Municipality,
    cluster: int,
    cluster_proposed: bool,
    day: date,
    answers: Answers,
) -> Report:
    """The report on these answers, in the language of the library's texts."""
    return _Builder(library, municipality, cluster, cluster_proposed, day, answers).report()


class _Builder:
    def __init__(
        self,
        library: Library,
        municipality: Municipality,
        cluster: int,
        cluster_proposed: bool,
        day: date,
        answers: Answers,
    ) -> None:
        self.library = library
        self.questionnaire = library.questionnaire
        self.texts = library.texts
        self.municipality = municipality
        self.cluster = cluster
        self.cluster_proposed = cluster_proposed
        self.day = day
        self.answers = reported(self.questionnaire, answers)
        self.asked = asked(self.questionnaire, self.answers)
        self.wording = Wording(self.texts, self.questionnaire, library.register.clusters)
        self.comparisons = compare(self.questionnaire, library.benchmark, answers, cluster)
        self.feedback: Feedback = evaluate(
            self.questionnaire, library.rulebook, answers, self.comparisons, cluster
        )
        self.advice = Advice(
            self.wording, library.rulebook, library.benchmark.survey, self.comparisons
        )
        self.views = {id(f): self.advice.finding(f) for f in self.feedback.findings}

    def report(self) -> Report:
        t = self.texts
        name = self.municipality.name
        day = date_text(self.day, t.language)
        chapters = tuple(self.chapters())
        return Report(
            language=t.language,
            municipality=self.municipality,
            cluster=self.cluster,
            cluster_proposed=self.cluster_proposed,
            day=self.day,
            title=t("report.title", municipality=name),
            running_title=t("report.running_title", municipality=name, day=day),
            facts=tuple(self.facts(day)),
            confidential=t("report.confidential"),
            cluster_note=self.cluster_note(),
            headlines=tuple(self.headlines()),
            top=tuple(self.views[id(f)] for f in self.feedback.top()),
            strengths=tuple(self.views[id(f)] for f in self.feedback.strengths()),
            legal=self.advice.legal(self.feedback.legal, self.answers),
            levels=tuple(self.advice.level(level) for level in self.feedback.levels),
            level_names=tuple(t(f"report.level.name.{n}") for n in _LEVEL_NAMES),
            levels_note=t("report.level.note"),
            chapters=chapters,
            answers=tuple(self.all_answers()),
            method=tuple(self.method()),
            sources=tuple(self.sources()),
            discrepancies=tuple(self.discrepancies()),
            comparisons=self.comparisons,
            feedback=self.feedback,
            findings=tuple(self.views[id(f)] for f in self.feedback.findings),
        )

    def facts(self, day: str) -> Iterator[tuple[str, str]]:
        t = self.texts
        yield t("report.fact.municipality"), self.municipality.name
        yield t("report.fact.cluster"), self.wording.cluster(self.cluster)
        yield t("report.fact.date"), day
        survey = self.library.benchmark.survey
        yield t("report.fact.survey"), t.of(survey.title)
        yield t("report.fact.edition"), self.questionnaire.edition

    def cluster_note(self) -> str:
        state = "proposed" if self.cluster_proposed else "confirmed"
        proposal = self.municipality.proposal
        sentence = self.texts(
            f"report.cluster_note.{state}", cluster=self.wording.cluster(self.cluster)
        )
        if self.cluster_proposed:
            sentence += " " + self.texts.of(proposal.reason)
        return sentence

    def headlines(self) -> Iterator[str]:
        """For the questions published per cluster, where the municipality stands."""
        for comparison in self.comparisons:
            told = comparison.question in ("livcr_presence", "information_agreement")
            if told and comparison.chosen:
                yield self.wording.sentence(comparison, comparison.chosen[0])

    def chapters(self) -> Iterator[Chapter]:
        # Who filled in comes last: it says something about the answers, not about the table.
        first, *others = self.questionnaire.sections
        for section in (*others, first):
            questions = tuple(
                self.question(q)
                for q in section.questions
                if q.id in self.asked and (self.answers.chosen(q.id) or q.id in self.answers.notes)
            )
            shown: tuple[Finding, ...] = ()
            rest: tuple[Finding, ...] = ()
            level = None
            if section.id in AREAS:
                shown, rest = self.feedback.of(Area(section.id))
                level = next((v for v in self.feedback.levels if v.area == section.id), None)
            if questions or shown:
                yield Chapter(
                    id=section.id,
                    title=self.texts.of(section.title),
                    intro=self.texts(f"report.chapter.{section.id}"),
                    findings=tuple(self.views[id(f)] for f in shown),
                    rest=tuple(self.views[id(f)] for f in rest),
                    level=None if level is None else self.advice.level(level),
                    questions=questions,
                )

    def question(self, question: Question) -> QuestionView:
        """A question with answer, note and every comparison that was made of it."""
        wanted = {question.id}
        if question.id == "radicalisation_signals":
            wanted.add("radicalisation_any")
        return QuestionView(
            id=question.id,
            text=self.texts.of(question.text),
            answer=self.wording.answer(question, self.answers),
            note=self.answers.notes.get(question.id, ""),
            comparisons=tuple(self.compared(c) for c in self.comparisons if c.question in wanted),
        )

    def compared(self, comparison: Comparison) -> ComparedView:
        sentences = [
            self.wording.sentence(comparison, option)
            for option in (comparison.apart if comparison.multi else comparison.chosen)
        ]
        position = self.wording.position(comparison)
        if position:
            sentences.append(position)
        drawn = chart(self.wording, comparison)
        return ComparedView(
            question=comparison.question,
            heading=self.wording.question(comparison.question),
            sentences=tuple(s for s in sentences if s != drawn.title),
            chart=drawn,
        )

    def all_answers(self) -> Iterator[tuple[str, tuple[QuestionView, ...]]]:
        for section in self.questionnaire.sections:
            questions = tuple(self.plain(q) for q in section.questions if q.id in self.asked)
            if questions and not self.skipped(section):
                yield self.texts.of(section.title), questions

    def skipped(self, section: Section) -> bool:
        """Whether an optional section was left alone as a whole."""
        touched = any(
            q.id in self.answers.values or q.id in self.answers.notes for q in section.questions
        )
        return section.optional and not touched

    def plain(self, question: Question) -> QuestionView:
        return QuestionView(
            id=question.id,
            text=self.texts.of(question.text),
            answer=self.wording.answer(question, self.answers),
            note=self.answers.notes.get(question.id, ""),
            comparisons=(),
        )

    def method(self) -> Iterator[tuple[str, str]]:
        t = self.texts
        survey = self.library.benchmark.survey
        values = {
            "title": t.of(survey.title),
            "period": t.of(survey.period),
            "population": t.of(survey.population),
            "licence": t.of(survey.licence),
            "accessed": date_text(survey.accessed, t.language),
        }
        for part in (
            "survey",
            "clusters",
            "comparison",
            "interval",
            "estimate",
            "small_groups",
            "counts",
            "apart",
            "feedback",
        ):
            yield t(f"report.method.{part}.title"), t(f"report.method.{part}.text", **values)

    def sources(self) -> Iterator[SourceView]:
        used = {LEGAL_SOURCE}
        for finding in self.feedback.findings:
            used.update(finding.rule.sources)
        t = self.texts
        survey = self.library.benchmark.survey
        yield SourceView(
            t.of(survey.title), f"{survey.publisher}, {survey.year}", "", t.of(survey.population)
        )
        for id_, source in self.library.rulebook.sources.items():
            if id_ not in used:
                continue
            statement = "" if source.statement is None else t.of(source.statement)
            if source.read is not None:
                read = t("report.read_on", day=date_text(source.read, t.language))
                statement = f"{statement} {read}".strip()
            publisher = ", ".join(p for p in (t.of(source.publisher), source.year) if p)
            yield SourceView(t.of(source.title), publisher, source.where, statement)

    def discrepancies(self) -> Iterator[DiscrepancyView]:
        t = self.texts
        tables = {c.table.source for c in self.comparisons}
        for finding in self.feedback.findings:
            tables.update(finding.rule.sources)
        cells = {id_ for c in self.comparisons for id_ in c.discrepancies}
        found = self.library.benchmark.survey.touching(tables, cells | {CLUSTER_DISCREPANCY})
        for d in found:
            yield DiscrepancyView(d.id, t.of(d.place), t.of(d.explanation), t.of(d.taken))
