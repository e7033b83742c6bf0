"""Findings, levels and the legal minimum in words."""

from evaltool.domain.answers import Answers
from evaltool.domain.comparison import Comparison
from evaltool.domain.feedback import Finding, Level, Rulebook, Source
from evaltool.domain.language import date_text, listing
from evaltool.domain.report import CriterionView, FindingView, LegalView, LevelView
from evaltool.domain.situation import STATUTORY_MEMBERS, Fact, LegalMinimum
from evaltool.domain.survey import Survey
from evaltool.domain.wording import Wording

LEGAL_SOURCE = "act_2018_members"
"""The source that states who the members of an LIVC-R are."""


class Advice:
    """Turns what the rules found into what is shown, in the language of the wording."""

    def __init__(
        self,
        wording: Wording,
        rulebook: Rulebook,
        survey: Survey,
        comparisons: tuple[Comparison, ...],
    ) -> None:
        self.wording = wording
        self.texts = wording.texts
        self.rulebook = rulebook
        self.survey = survey
        self.comparisons = comparisons

    def finding(self, finding: Finding) -> FindingView:
        """A finding with its figure, its source and the answers because of which it is there."""
        t = self.texts
        rule = finding.rule
        figure = ""
        if rule.figure is not None:
            found = next((c for c in self.comparisons if c.question == rule.figure[0]), None)
            options = () if found is None else found.options
            option = next((o for o in options if o.option == rule.figure[1]), None)
            if found is not None and option is not None:
                figure = self.wording.figure_sentence(found, option)
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
            items=tuple(
                (self.wording.option(*item.label), t.of(item.text)) for item in finding.items
            ),
            who=t.of(rule.who),
            effort="" if rule.effort is None else t(f"report.effort.{rule.effort}"),
            track="" if rule.track is None else t(f"report.track.{rule.track}"),
            basis=t(f"report.basis.{rule.basis}"),
            source=self.finding_source(finding),
            because=tuple(dict.fromkeys(self.because(fact) for fact in finding.because)),
        )

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

    def because(self, fact: Fact) -> str:
        """An answer, in the sentence that explains why a finding is shown."""
        t = self.texts
        question = self.wording.question(fact.question)
        if fact.option is None:
            return t("report.because.question", question=question)
        key = "chosen" if fact.chosen else "not_chosen"
        if ":" in fact.option:
            label = self.wording.option(*fact.option.split(":", 1))
        else:
            label = self.wording.option(fact.question, fact.option)
        return t(f"report.because.{key}", question=question, option=label)

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
