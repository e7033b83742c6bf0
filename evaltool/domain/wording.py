"""Comparisons in words: who the others are, what they do, and whether you do so too."""

from collections.abc import Iterable, Mapping, Sequence

from evaltool.domain.answers import Answer, Answers
from evaltool.domain.comparison import ClusterCounts, Comparison, Fallback, OptionComparison
from evaltool.domain.language import Texts, listing, percentage
from evaltool.domain.municipality import Cluster
from evaltool.domain.questionnaire import DONT_KNOW, OTHER, Kind, Question, Questionnaire
from evaltool.domain.survey import CLUSTER_SEGMENTS, FLANDERS, CountStatus
from evaltool.domain.validation import Problem

UNSURE_MARK = "*"
"""Put behind a count that is ambiguous, wherever it is shown."""

MEMBERS = "livcr_members"
"""The question whose options are the disciplines around the table."""

COLUMNS = "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}"
"""Between share and base beside a bar: two spaces that nothing folds into one."""


class Wording:
    """The sentences of one report, in one language."""

    def __init__(
        self, texts: Texts, questionnaire: Questionnaire, clusters: Mapping[int, Cluster]
    ) -> None:
        self.texts = texts
        self.questionnaire = questionnaire
        self._clusters = clusters

    def cluster(self, number: int) -> str:
        """The name of a survey cluster: ``cluster 4, agglomeratiegemeenten``."""
        label = self.texts.of(self._clusters[number].label).lower()
        return self.texts("report.cluster_name", number=number, label=label)

    def question(self, question: str) -> str:
        """The text of a question, derived ones included."""
        if question in self.questionnaire.by_id:
            return self.texts.of(self.questionnaire.by_id[question].text)
        return self.texts(f"report.derived.{question}.text")

    def option(self, question: str, code: str) -> str:
        """The name of an option, derived questions and "weet ik niet" included."""
        if question in self.questionnaire.by_id:
            return self.texts.of(self.questionnaire.option_label(question, code))
        return self.texts(f"report.derived.{question}.{code}")

    def member(self, code: str) -> str:
        """The name of a member around the table; "other" has nobody to specify it for."""
        return self.texts("consensus.other_member") if code == OTHER else self.option(MEMBERS, code)

    def choices(self, question: Question, codes: Iterable[str]) -> Mapping[str, str]:
        """The names, by code, of what a question speaks of: ranked items, or options of another."""
        if question.kind is Kind.RANKING:
            return {code: self.option(*code.split(":", 1)) for code in codes}
        return {code: self.option(question.sources[0], code) for code in codes}

    def route(self, question: Question) -> str:
        """When a question is asked, in words; empty if always."""
        t = self.texts
        parts: list[str] = []
        for clause in question.asked_if:
            source = self.questionnaire.by_id[clause.question]
            codes = clause.any_of or clause.none_of
            names = [f"“{t.of(o.label)}”" for o in source.options if o.id in codes]
            key = "route.any_of" if clause.any_of else "route.none_of"
            options = listing(names, t("common.or"))
            parts.append(t(key, question=t.of(source.text), options=options))
        told = [f"{listing(parts, t('report.and'))}."] if parts else []
        if question.sources:
            told.append(t("route.chosen"))
        return " ".join(told)

    def answer(self, question: Question, answers: Answers) -> tuple[str, ...]:
        """A given answer in words, one part per option; empty where there is none."""
        value = answers.values.get(question.id)
        if value is None:
            return ()
        if isinstance(value, Mapping):
            return tuple(
                self.texts(
                    "report.trend_answer",
                    form=self.option(question.sources[0], form),
                    trend=self.option(question.id, trend),
                )
                for form, trend in value.items()
            )
        return tuple(self._chosen(question, code, answers) for code in _codes(question, value))

    def _chosen(self, question: Question, code: str, answers: Answers) -> str:
        if ":" in code:
            source, _, option = code.partition(":")
            return self.option(source, option)
        label = self.option(question.id, code)
        own = answers.other_text.get(question.id, "").strip()
        if code == OTHER and own:
            # What was asked for is there: no need to ask for it again.
            return f"{label.removesuffix(self.texts('report.please_specify'))}: {own}"
        return label

    def peers(self, comparison: Comparison) -> str:
        """The municipalities compared with, as a plural: ``agglomeratiegemeenten``."""
        if comparison.segment in CLUSTER_SEGMENTS:
            number = int(comparison.segment.removeprefix("cluster_"))
            return self.texts.of(self._clusters[number].label).lower()
        if comparison.segment == FLANDERS:
            key = f"report.peers.{comparison.question}"
            return self.texts(key if key in self.texts else "report.peers.all")
        if comparison.segment.startswith("form:"):
            form = self.option("radicalisation_forms", comparison.segment.removeprefix("form:"))
            return self.texts("report.peers.form", form=form)
        return self.texts(f"report.peers.{comparison.segment}")

    def base(self, option: OptionComparison) -> str:
        """``20 van 42``, or that the base is not published."""
        if option.count is None or option.n is None:
            return self.texts("report.base_not_published")
        return self.texts("report.base", count=marked_count(option), n=option.n)

    def figure(self, option: OptionComparison, *, between: str = ", ") -> str:
        """Share and base, ``48 %, 20 van 42``; only the counts where the base is small."""
        if option.share is None:
            return self.base(option)
        return f"{percentage(option.share)}{between}{self.base(option)}"

    def sentence(self, comparison: Comparison, option: OptionComparison) -> str:
        """What the others do, and whether you do: ``16 van de 24 ... ; u ook.``"""
        also = self.texts("report.you_too" if option.chosen else "report.you_not")
        return f"{self._others(comparison, option)}; {also}."

    def figure_sentence(self, comparison: Comparison, option: OptionComparison) -> str:
        """What the others do, alone: ``16 van de 24 agglomeratiegemeenten ...``"""
        return f"{self._others(comparison, option)}."

    def _others(self, comparison: Comparison, option: OptionComparison) -> str:
        peers = self.peers(comparison)
        label = self.option(comparison.question, option.option)
        if option.count is None or option.n is None:
            share = percentage(option.share) if option.share is not None else "?"
            return self.texts("report.others.share_only", share=share, peers=peers, label=label)
        count = marked_count(option)
        values = {"count": count, "n": option.n, "peers": peers, "label": label}
        if option.count == 0:
            return self.texts("report.others.nobody", **values)
        if option.count == 1:
            return self.texts("report.others.one", **values)
        for key in (f"{comparison.question}.{option.option}", f"{comparison.question}.any"):
            if f"report.phrase.{key}" in self.texts:
                phrase = self.texts(f"report.phrase.{key}", label=label)
                return self.texts("report.others.phrase", phrase=phrase, **values)
        return self.texts("report.others.answered", **values)

    def position(self, comparison: Comparison) -> str | None:
        """How many are less far, as far and further, where the question has an order."""
        at = comparison.position
        if at is None or at.less_far is None or at.further is None:
            return None
        return self.texts(
            "report.position",
            n=at.n,
            peers=self.peers(comparison),
            less=at.less_far,
            same=at.same,
            further=at.further,
        )

    def compared_with(self, comparison: Comparison) -> str:
        """With whom the answer is compared, and why not with the cluster if it is not."""
        values = {"n": comparison.n, "peers": self.peers(comparison)}
        match comparison.fallback:
            case Fallback.NOT_PUBLISHED_PER_CLUSTER:
                return self.texts("report.compared.not_published_per_cluster")
            case Fallback.TOO_FEW:
                return self._too_few(comparison)
        if comparison.segment in CLUSTER_SEGMENTS:
            number = int(comparison.segment.removeprefix("cluster_"))
            return self.texts("report.compared.cluster", cluster=self.cluster(number))
        if comparison.n is None:
            return self.texts("report.compared.split_no_base", peers=values["peers"])
        return self.texts("report.compared.split", **values)

    def _too_few(self, comparison: Comparison) -> str:
        beside = comparison.cluster_counts
        if beside is None:
            raise ValueError(f"{comparison.question}: too few, yet without the cluster's counts")
        return self.texts(
            "report.compared.too_few",
            cluster=self.cluster(beside.cluster),
            n=beside.n,
            counts=self.counts(comparison.question, beside),
        )

    def counts(self, question: str, beside: ClusterCounts) -> str:
        """What the few municipalities of a small cluster answered: ``“Ja” 3 en “Nee” 2``."""
        return listing(
            [
                self.texts(
                    "report.compared.count", label=self.option(question, option), count=count
                )
                for option, count in beside.counts.items()
            ],
            self.texts("report.and"),
        )

    def source(self, comparison: Comparison) -> str:
        """Where the figures stand: survey, table, section and who answered."""
        return self.texts(
            "report.source_line",
            table=comparison.table.source,
            section=comparison.table.section,
            base=self.texts.of(comparison.table.base),
        )

    def unsure(
        self, comparison: Comparison, shown: Sequence[OptionComparison] | None = None
    ) -> tuple[str, ...]:
        """What is not certain about the counts that are shown, by default those of all options."""
        options = comparison.options if shown is None else shown
        notes: list[str] = []
        marked = [o for o in options if is_unsure(o) and o.count is not None]
        if marked:
            labels = listing(
                [self.option(comparison.question, o.option) for o in marked],
                self.texts("report.and"),
            )
            notes.append(self.texts("report.unsure", mark=UNSURE_MARK, labels=labels))
        if any(o.count is None for o in options):
            notes.append(self.texts("report.no_counts"))
        return tuple(notes)

    def contradictions(self, comparison: Comparison) -> tuple[str, ...]:
        """Where the report contradicts itself about the figures that are shown."""
        if not comparison.discrepancies:
            return ()
        ids = listing(sorted(comparison.discrepancies), self.texts("report.and"))
        return (self.texts("report.contradicts", ids=ids),)


class Refusals:
    """Why something is refused, in a sentence that says what to do.

    With ``codes`` questions and options are named by their code, as in a file; else by their
    text, as on a page.
    """

    def __init__(self, wording: Wording, *, codes: bool = False) -> None:
        self._wording = wording
        self._codes = codes

    def sentence(self, problem: Problem) -> str:
        """One problem in words."""
        values = dict(problem.values)
        where = problem.where
        question = self._wording.questionnaire.by_id.get(where)
        if question is not None and not self._codes:
            where = f"“{self._wording.question(where)}”"
            if "option" in values:
                values["option"] = self._option(question, values["option"])
        return self._wording.texts(f"refusal.{problem.code}", where=where, **values)

    def by_question(self, problems: Iterable[Problem]) -> dict[str, str]:
        """The first problem of each question, by its code."""
        found: dict[str, str] = {}
        for problem in problems:
            found.setdefault(problem.where, self.sentence(problem))
        return found

    def _option(self, question: Question, code: str) -> str:
        if code == DONT_KNOW:
            return self._wording.option(question.id, code)
        source, _, option = code.partition(":")
        named = [(source, option), (question.id, code), *((s, code) for s in question.sources)]
        for id_, name in named:
            known = self._wording.questionnaire.by_id.get(id_)
            if known is not None and name in known.by_id:
                return self._wording.option(id_, name)
        return code


def marked_count(option: OptionComparison) -> str:
    """The count as it is written, with a mark where more than one count fits."""
    return f"{option.count}{UNSURE_MARK}" if is_unsure(option) else str(option.count)


def is_unsure(option: OptionComparison) -> bool:
    """Whether more than one count fits what the report prints."""
    return option.count_status is CountStatus.AMBIGUOUS


def _codes(question: Question, value: Answer) -> tuple[str, ...]:
    """The codes of an answer, of several answers in the order of the questionnaire."""
    if isinstance(value, str):
        return (value,)
    if question.options:
        rank = {option.id: i for i, option in enumerate(question.options)}
        return tuple(sorted(value, key=lambda code: rank.get(code, len(rank))))
    return tuple(value)
