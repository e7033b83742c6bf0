"""Findings, levels and the legal minimum in words."""

from collections.abc import Iterable

from evaltool.domain.answers import Answers
from evaltool.domain.comparison import Comparison, by_option
from evaltool.domain.feedback import Finding, ProposedTrack
from evaltool.domain.language import date_text, listing
from evaltool.domain.levels import HIGHEST, Level
from evaltool.domain.pictures import LevelPicture, LevelRow
from evaltool.domain.questionnaire import DONT_KNOW
from evaltool.domain.report import (
    CriterionView,
    FindingView,
    ItemView,
    LegalView,
    LevelView,
    TrackView,
)
from evaltool.domain.rules import Item, Rulebook, Source
from evaltool.domain.situation import STATUTORY_MEMBERS, Fact, LegalMinimum
from evaltool.domain.survey import Survey
from evaltool.domain.wording import Wording

LEGAL_SOURCE = "act_2018_members"
"""The source that states who the members of an LIVC-R are."""

MOST_REASONS = 6
"""Most options named in one reason; further ones are counted."""


class Advice:
    """Turns what the rules found into what is shown, in the language of the wording."""

    def __init__(
        self,
        wording: Wording,
        rulebook: Rulebook,
        survey: Survey,
        comparisons: tuple[Comparison, ...],
        answers: Answers,
    ) -> None:
        self.wording = wording
        self.answers = answers
        self.texts = wording.texts
        self.rulebook = rulebook
        self.survey = survey
        self.compared = by_option(comparisons)

    def finding(self, finding: Finding) -> FindingView:
        """A finding with its figure, its source and the answers because of which it is there."""
        t = self.texts
        rule = finding.rule
        figure = ""
        if rule.figure is not None and rule.figure in self.compared:
            figure = self.wording.figure_sentence(*self.compared[rule.figure])
        return FindingView(
            id=rule.id,
            kind=rule.kind,
            kind_label=t(f"report.kind.{rule.kind}"),
            area=rule.area,
            area_label=t.of(self.wording.questionnaire.section_by_id[rule.area].title),
            title=t.of(rule.title),
            see=t.of(rule.see),
            figure=figure,
            why=t.of(rule.why),
            steps=tuple(t.of(step) for step in rule.steps),
            items=tuple(self.item(item) for item in finding.items),
            who=t.of(rule.who),
            ask="" if rule.ask is None else t.of(rule.ask),
            effort=t(f"report.effort.{rule.effort}"),
            track=t(f"report.track.{rule.track}"),
            basis=t(f"report.basis.{rule.basis}"),
            source=self.finding_source(finding),
            because=self.because(finding.because),
        )

    def item(self, item: Item) -> ItemView:
        """What a finding says for one option, with the option's figure."""
        question, code = item.option
        figure = ""
        if item.option in self.compared:
            figure = self.wording.figure(self.compared[item.option][1])
        return ItemView(
            option=f"{question}:{code}",
            label=self.item_label(question, code),
            figure=figure,
            text=self.texts.of(item.text),
            source="; ".join(self.source_name(id_) for id_ in item.sources),
        )

    def item_label(self, question: str, code: str) -> str:
        """The name of an option, or of the question that was answered "weet ik niet"."""
        if code == DONT_KNOW:
            return self.wording.question(question)
        return self.wording.option(question, code)

    def finding_source(self, finding: Finding) -> str:
        """What a finding rests on; where nothing stands behind it, that it is our own proposal."""
        if not finding.rule.sources:
            return self.texts("report.own_proposal")
        names = [self.source_name(id_) for id_ in finding.rule.sources]
        return "; ".join(names)

    def source_name(self, id_: str) -> str:
        """A table of the survey or a source, as a reader can find it."""
        if id_ in self.survey.tables:
            return self.texts("report.survey_source", table=id_)
        return self.source_title(self.rulebook.sources[id_])

    def source_title(self, source: Source) -> str:
        """``Title (publisher, year)``."""
        publisher = ", ".join(p for p in (self.texts.of(source.publisher), source.year) if p)
        title = self.texts.of(source.title)
        return f"{title} ({publisher})" if publisher else title

    def because(self, facts: Iterable[Fact], to: str = "because") -> tuple[str, ...]:
        """The answers that explain why something is shown, one sentence per question.

        ``to`` is ``because`` where they are told to who gave them, ``because_told`` to another.
        """
        t = self.texts
        grouped: dict[tuple[str, bool], list[str]] = {}
        for fact in facts:
            options = grouped.setdefault((fact.question, fact.chosen), [])
            if fact.option is not None:
                place = fact.option.split(":", 1) if ":" in fact.option else None
                label = self.wording.option(*(place or (fact.question, fact.option)))
                options.append(t("report.because.option", option=label))
        sentences: list[str] = []
        for (question, chosen), options in grouped.items():
            name = self.wording.question(question)
            if options:
                key = "chosen" if chosen else "not_chosen"
                named = listing(self.first(options), t(f"report.because.{key}_and"))
                sentences.append(t(f"report.{to}.{key}", question=name, options=named))
            elif (question, False) not in grouped:
                sentences.append(self.answered(question, name, to))
        return tuple(dict.fromkeys(sentences))

    def first(self, options: list[str]) -> tuple[str, ...]:
        """The first of many options, and how many there are besides."""
        different = tuple(dict.fromkeys(options))
        if len(different) <= MOST_REASONS:
            return different
        more = self.texts("report.because.more", number=len(different) - MOST_REASONS + 1)
        return (*different[: MOST_REASONS - 1], more)

    def answered(self, question: str, name: str, to: str) -> str:
        """That a question was answered, and how; or that there is a note at it."""
        t = self.texts
        known = self.wording.questionnaire.by_id[question]
        given = [f"“{part}”" for part in self.wording.answer(known, self.answers)]
        if not given:
            return t(f"report.{to}.note", question=name)
        options = listing(self.first(given), t("report.and"))
        return t(f"report.{to}.question", question=name, options=options)

    def track(self, proposed: ProposedTrack) -> TrackView:
        """The proposed coaching track, why, and the answers that led to it."""
        t = self.texts
        return TrackView(
            track=proposed.rule.track,
            name=t(f"report.track.{proposed.rule.track}"),
            reason=t.of(proposed.rule.reason),
            because=self.because(proposed.because),
            told=self.because(proposed.because, "because_told"),
        )

    def legal(self, minimum: LegalMinimum, answers: Answers) -> LegalView:
        """The legal minimum: state, members, citation and caveat."""
        t = self.texts
        state = {True: "met", False: "not_met", None: "unknown"}[minimum.met]
        members = tuple(
            (
                self.wording.option("statutory_members", member),
                None if minimum.met is None else member not in minimum.missing,
            )
            for member in STATUTORY_MEMBERS
        )
        absent = [name for name, there in members if there is False]
        # In the middle of the sentence a name begins with a small letter.
        missing = listing([name[0].lower() + name[1:] for name in absent], t("report.and"))
        source = self.rulebook.sources[LEGAL_SOURCE]
        read = "" if source.read is None else date_text(source.read, t.language)
        key = state
        if state == "not_met" and "statutory_members" not in answers.values:
            key = "no_livcr"
        return LegalView(
            state=state,
            title=t(f"report.legal.{state}.title"),
            sentence=t(f"report.legal.{key}.sentence", missing=missing),
            members=members,
            citation=t(
                "report.legal.citation",
                source=self.source_title(source),
                where=source.where,
                read=read,
            ),
            caveat=t("report.legal.caveat"),
        )

    def level(self, level: Level) -> LevelView:
        """The level of an area, with each criterion and what is missing for the next."""
        t = self.texts
        name = "unknown" if level.number is None else str(level.number)
        return LevelView(
            area=level.area,
            area_label=t.of(self.wording.questionnaire.section_by_id[level.area].title),
            number=level.number,
            name=t(f"report.level.name.{name}"),
            criteria=tuple(CriterionView(c.level, t.of(c.text), met) for c, met in level.criteria),
            missing=tuple(t.of(criterion.text) for criterion in level.missing_for_next),
        )

    def level_picture(self, views: tuple[LevelView, ...]) -> LevelPicture:
        """The levels of all areas as one drawing."""
        t = self.texts
        names = tuple(t(f"report.level.name.{n}") for n in range(1, HIGHEST + 1))
        unknown = (t("report.level.name.unknown"),)
        rows: list[LevelRow] = []
        for view in views:
            key = "report.level.said_unknown" if view.number is None else "report.level.said"
            sentence = t(key, area=view.area_label, number=view.number, name=view.name)
            shown = unknown if view.number is None else names
            rows.append(LevelRow(view.area_label, view.number, shown, sentence))
        return LevelPicture(
            title=t("results.levels"),
            alt=" ".join(row.sentence for row in rows),
            rows=tuple(rows),
        )
