"""Builds the Report from answers, survey and rules."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from evaltool.domain.advice import LEGAL_SOURCE, Advice
from evaltool.domain.answers import asked, reported
from evaltool.domain.carrying import unlooked
from evaltool.domain.charting import chart, trend
from evaltool.domain.comparison import Comparison, compare
from evaltool.domain.document import Document
from evaltool.domain.feedback import Feedback, Finding, evaluate
from evaltool.domain.language import date_text
from evaltool.domain.library import Library, action_view, source_view
from evaltool.domain.pictures import EvolutionView
from evaltool.domain.plan import in_order
from evaltool.domain.questionnaire import Question, Section
from evaltool.domain.report import (
    Chapter,
    ComparedView,
    DiscrepancyView,
    QuestionView,
    Report,
    SourceView,
)
from evaltool.domain.situation import Area
from evaltool.domain.supplements import DifferenceView, ZoneView
from evaltool.domain.trend import movements
from evaltool.domain.wording import Wording

AREAS = frozenset(Area)

CLUSTER_DISCREPANCY = "D29"
"""Touches every report: the survey's clusters carry the name of another typology."""


def build(
    library: Library,
    document: Document,
    *,
    differences: tuple[DifferenceView, ...] = (),
    carried: Mapping[str, date] | None = None,
    evolution: EvolutionView | None = None,
    zone: ZoneView | None = None,
) -> Report:
    """The report on a document, in the language of the library's texts.

    ``differences`` are the questions on which members of the LIVC-R gave their own view.
    ``carried`` are the answers, by question, that were carried over and never looked at since,
    with their day; ``evolution`` is how it went over the finished evaluations; ``zone`` are the
    municipalities of a police zone side by side.
    """
    report = _Builder(library, document, carried or {}).report()
    return replace(report, differences=differences, evolution=evolution, zone=zone)


class _Builder:
    def __init__(self, library: Library, document: Document, carried: Mapping[str, date]) -> None:
        self.library = library
        self.carried = carried
        self.questionnaire = library.questionnaire
        self.survey = library.benchmark.survey
        self.texts = library.texts
        self.document = document
        answers = document.answers
        self.answers = reported(self.questionnaire, answers)
        self.asked = asked(self.questionnaire, self.answers)
        self.wording = Wording(self.texts, self.questionnaire, library.register.clusters)
        self.comparisons = compare(self.questionnaire, library.benchmark, answers, document.cluster)
        self.feedback: Feedback = evaluate(
            self.questionnaire, library.rulebook, answers, self.comparisons, document.cluster
        )
        self.advice = Advice(
            self.wording, library.rulebook, self.survey, self.comparisons, self.answers
        )
        self.views = {id(f): self.advice.finding(f) for f in self.feedback.findings}
        self.levels = tuple(self.advice.level(level) for level in self.feedback.levels)

    def report(self) -> Report:
        t = self.texts
        name = self.document.municipality.name
        day = date_text(self.document.day, t.language)
        chapters = tuple(self.chapters())
        track = self.feedback.track
        return Report(
            language=t.language,
            municipality=self.document.municipality,
            cluster=self.document.cluster,
            cluster_proposed=self.document.cluster_proposed,
            day=self.document.day,
            title=t("report.title", municipality=name),
            running_title=t("report.running_title", municipality=name, day=day),
            facts=tuple(self.facts(day)),
            confidential=t("report.confidential"),
            cluster_note=self.cluster_note(),
            headlines=tuple(self.headlines()),
            top=tuple(self.views[id(f)] for f in self.feedback.top()),
            strengths=tuple(self.views[id(f)] for f in self.feedback.strengths()),
            legal=self.advice.legal(self.feedback.legal, self.answers),
            levels=self.levels,
            level_picture=self.advice.level_picture(self.levels),
            levels_note=t("report.level.note"),
            chapters=chapters,
            answers=tuple(self.all_answers()),
            method=tuple(self.method()),
            sources=tuple(self.sources()),
            discrepancies=tuple(self.discrepancies()),
            comparisons=self.comparisons,
            feedback=self.feedback,
            findings=tuple(self.views[id(f)] for f in self.feedback.findings),
            edition=self.document.edition,
            given=self.answers,
            track=None if track is None else self.advice.track(track),
            preparations=tuple(t.of(p.text) for p in self.feedback.preparations),
            plan=tuple(
                action_view(self.library, action) for action in in_order(self.document.actions)
            ),
            actions=in_order(self.document.actions),
            unlooked=unlooked(t, self.answers.values, self.carried, "report"),
        )

    def facts(self, day: str) -> Iterator[tuple[str, str]]:
        t = self.texts
        yield t("report.fact.municipality"), self.document.municipality.name
        yield t("report.fact.cluster"), self.wording.cluster(self.document.cluster)
        yield t("report.fact.date"), day
        yield t("report.fact.survey"), t.of(self.survey.title)
        yield t("report.fact.edition"), self.questionnaire.edition

    def cluster_note(self) -> str:
        state = "proposed" if self.document.cluster_proposed else "confirmed"
        cluster = self.wording.cluster(self.document.cluster)
        sentence = self.texts(f"report.cluster_note.{state}", cluster=cluster)
        if self.document.cluster_proposed:
            sentence += " " + self.texts.of(self.document.municipality.proposal.reason)
        return sentence

    def headlines(self) -> Iterator[str]:
        """Where the municipality stands on the two questions that say most about its LIVC-R.

        Those are whether there is one and whether there is an information-sharing agreement.
        """
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
                level = next((v for v in self.levels if v.area == section.id), None)
            if questions or shown:
                yield Chapter(
                    id=section.id,
                    title=self.texts.of(section.title),
                    intro=self.texts(f"report.chapter.{section.id}"),
                    findings=tuple(self.views[id(f)] for f in shown),
                    rest=tuple(self.views[id(f)] for f in rest),
                    level=level,
                    questions=questions,
                    unlooked=unlooked(
                        self.texts, [q.id for q in questions if q.answer], self.carried, "part"
                    ),
                )

    def question(self, question: Question) -> QuestionView:
        """A question with answer, note and every comparison that was made of it."""
        wanted = {question.id}
        if question.id == "radicalisation_signals":
            wanted.add("radicalisation_any")
        compared = tuple(self.compared(c) for c in self.comparisons if c.question in wanted)
        return replace(self.plain(question), comparisons=compared)

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
            trend=trend(self.wording, self.survey, comparison),
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
            carried=self.not_looked_at(question.id),
        )

    def not_looked_at(self, question: str) -> str:
        """That an answer was carried over and never looked at since; empty where it was."""
        since = self.carried.get(question)
        if since is None:
            return ""
        day = date_text(since, self.texts.language)
        return self.texts("over_time.report.not_looked_at", day=day)

    def method(self) -> Iterator[tuple[str, str]]:
        t = self.texts
        survey = self.survey
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
        used = {LEGAL_SOURCE, *self.cited()}
        t = self.texts
        survey = self.survey
        known = self.library.rulebook.sources
        passages = [t.of(s.title) for id_, s in known.items() if id_ in used and s.is_passage]
        said = t("report.passages", passages="; ".join(passages)) if passages else ""
        yield SourceView(
            title=t.of(survey.title),
            publisher=f"{survey.publisher}, {survey.year}",
            where="",
            statement=f"{t.of(survey.population)} {said}".strip(),
        )
        for id_, source in known.items():
            if id_ not in used or source.is_passage:
                continue
            yield source_view(source, t)

    def cited(self) -> set[str]:
        """The sources and tables that the findings rest on."""
        findings = self.feedback.findings
        of_rules = {id_ for finding in findings for id_ in finding.rule.sources}
        return of_rules | {id_ for f in findings for item in f.items for id_ in item.sources}

    def discrepancies(self) -> Iterator[DiscrepancyView]:
        t = self.texts
        cited = self.cited()
        tables = {c.table.source for c in self.comparisons} | cited
        cells = {id_ for c in self.comparisons for id_ in c.discrepancies}
        cells.update(
            id_
            for comparison in self.comparisons
            for movement in movements(self.survey, comparison)
            for id_ in movement.earlier.discrepancies
        )
        known = self.library.rulebook.sources
        cells.update(id_ for name in cited if name in known for id_ in known[name].discrepancies)
        for d in self.survey.touching(tables, cells | {CLUSTER_DISCREPANCY}):
            yield DiscrepancyView(d.id, t.of(d.place), t.of(d.explanation), t.of(d.taken))
