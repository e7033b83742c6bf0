"""What each template gets: one dataclass per template, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from evaltool.domain.evaluation import Evaluation, Snapshot
from evaltool.domain.glossary import Term
from evaltool.domain.municipality import Cluster, Municipality
from evaltool.domain.questionnaire import Question
from evaltool.domain.report import Chapter, Report, SourceView
from evaltool.web.carrying import CarriedView, Mark
from evaltool.web.walk import Stop, Task


@dataclass(frozen=True)
class Message:
    """A sentence about a field, or about the page as a whole where ``anchor`` is empty."""

    sentence: str
    anchor: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """What every page has."""

    template: ClassVar[str]
    title: str
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EvaluationPage(Page):
    """A page about one evaluation."""

    evaluation: Evaluation
    municipality: Municipality


@dataclass(frozen=True, kw_only=True)
class OverviewPage(EvaluationPage):
    """The sections as a list of tasks."""

    template: ClassVar[str] = "overview.html"
    tasks: tuple[Task, ...]
    cluster_label: str
    day: str
    snapshots: tuple[Snapshot, ...]
    continue_at: Stop | None
    discipline: str
    carried: CarriedView | None = None


@dataclass(frozen=True, kw_only=True)
class DetailsPage(EvaluationPage):
    """Changing cluster and date; ``base`` is what the change starts from."""

    template: ClassVar[str] = "details.html"
    base: str
    clusters: tuple[Cluster, ...]
    cluster: int | None
    day: str


Held = str | tuple[str, ...] | tuple[tuple[str, str], ...]
"""A code, codes, or pairs of a form and its trend."""


@dataclass(frozen=True, kw_only=True)
class QuestionView:
    """A question on a page, with what is held for it and what is wrong with it.

    ``conditional`` questions are shown only if an answer on the same page asks for them.
    ``choices`` are the codes of what can be ranked or is asked about now. ``wrong`` is the id of
    the field that ``error`` is about. ``warning`` says that the texts seem to hold personal data.
    ``mark`` is there where the answer was carried.
    """

    id: str
    held: Held
    conditional: bool = False
    choices: tuple[str, ...] = ()
    other_text: str = ""
    note: str = ""
    error: str = ""
    wrong: str = ""
    warning: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, kw_only=True)
class SectionPage(EvaluationPage):
    """A page of questions.

    ``refused`` says that something is wrong with what was sent, ``carried`` that answers on it
    were carried from an earlier evaluation, of which ``still`` were confirmed already when the
    page was made.
    """

    template: ClassVar[str] = "section.html"
    stop: Stop
    questions: tuple[QuestionView, ...]
    version: int
    base: str
    tasks: tuple[Task, ...]
    saved: str
    refused: bool
    carried: bool
    still: str


@dataclass(frozen=True, kw_only=True)
class ConflictRow:
    """A question about which two savings differ, both in words."""

    question: Question
    mine: tuple[str, ...]
    my_note: str
    saved: tuple[str, ...]
    saved_note: str


@dataclass(frozen=True, kw_only=True)
class ConflictPage(EvaluationPage):
    """Somebody saved the section in the meantime: which answer is to stand?

    ``typed`` are the fields as they were sent, to be sent again with the choice; ``kept`` the
    choices made so far.
    """

    template: ClassVar[str] = "conflict.html"
    stop: Stop
    version: int
    base: str
    rows: tuple[ConflictRow, ...]
    typed: tuple[tuple[str, str], ...]
    kept: Mapping[str, str]
    errors: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class CheckRow:
    """A question on the page of all answers."""

    question: Question
    page: int
    answer: tuple[str, ...]
    note: str
    warning: str
    carried: str


@dataclass(frozen=True, kw_only=True)
class CheckSection:
    """A section on the page of all answers."""

    task: Task
    rows: tuple[CheckRow, ...]


@dataclass(frozen=True, kw_only=True)
class CheckPage(EvaluationPage):
    """All answers, gaps marked, before finishing."""

    template: ClassVar[str] = "check.html"
    sections: tuple[CheckSection, ...]
    gaps: int
    remarks: tuple[str, ...]
    unused: int
    carried: int


@dataclass(frozen=True, kw_only=True)
class DeletePage(EvaluationPage):
    """What is lost when an evaluation is deleted."""

    template: ClassVar[str] = "delete.html"


@dataclass(frozen=True, kw_only=True)
class ComparisonPage(EvaluationPage):
    """The comparison of one section, once it is answered."""

    template: ClassVar[str] = "comparison.html"
    chapter: Chapter
    charts: Mapping[str, str]
    next_stop: Stop | None
    interval_note: str


@dataclass(frozen=True, kw_only=True)
class ResultsPage(EvaluationPage):
    """The results: the same Report as in the PDF.

    ``updated`` says that texts, rules or figures have changed since it was finished.
    """

    template: ClassVar[str] = "results.html"
    report: Report
    charts: Mapping[str, str]
    snapshots: tuple[Snapshot, ...]
    number: int
    updated: bool
    picked: frozenset[str]
    meetings: tuple[int, ...]
    levels_picture: str
    evolution_picture: str


@dataclass(frozen=True)
class ExplainedTerm:
    """A word of the glossary, with what its explanation rests on."""

    term: Term
    sources: tuple[SourceView, ...]


@dataclass(frozen=True, kw_only=True)
class GlossaryPage(Page):
    """All words with their explanation, in alphabetical order."""

    template: ClassVar[str] = "glossary.html"
    terms: tuple[ExplainedTerm, ...]


@dataclass(frozen=True, kw_only=True)
class SentAgainPage(Page):
    """What somebody sent that could not be kept, to send again.

    ``what`` says why. ``signed_out``: only after signing in. ``left_out``: a password or code was
    sent as well. ``written`` are the texts among what was sent, to read and copy.
    """

    template: ClassVar[str] = "sent_again.html"
    what: str
    signed_out: bool
    left_out: bool
    action: str
    fields: tuple[tuple[str, str], ...]
    written: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ErrorPage(Page):
    """What happened, that nothing is lost, and what to do now."""

    template: ClassVar[str] = "error.html"
    what: str
    lost: str
    now: str
    problems: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()
