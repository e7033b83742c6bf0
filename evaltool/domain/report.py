"""The Report: everything that a page or a PDF shows, in one language, nothing left to compute."""

from dataclasses import dataclass
from datetime import date

from evaltool.domain.answers import Answers
from evaltool.domain.comparison import Comparison
from evaltool.domain.feedback import Feedback
from evaltool.domain.language import Language
from evaltool.domain.municipality import Municipality
from evaltool.domain.pictures import Chart, EvolutionView, LevelPicture, TrendView
from evaltool.domain.plan import Action
from evaltool.domain.rules import FindingKind
from evaltool.domain.supplements import DifferenceView, ZoneView

FIRST_STRENGTHS = 6
"""Most strengths on the first page."""

FIRST_DIFFERENCES = 8
"""Most questions in the document on which members see it differently."""


@dataclass(frozen=True)
class ComparedView:
    """One comparison: its question, what it says in sentences, its chart, and that of 2018."""

    question: str
    heading: str
    sentences: tuple[str, ...]
    chart: Chart
    trend: TrendView | None


@dataclass(frozen=True)
class QuestionView:
    """A question with the answer in words (empty: not answered), the note and comparisons.

    ``carried`` says that the answer was carried over and never looked at since (else empty).
    """

    id: str
    text: str
    answer: tuple[str, ...]
    note: str
    comparisons: tuple[ComparedView, ...]
    carried: str = ""


@dataclass(frozen=True)
class ItemView:
    """What a finding says for one option; ``figure`` and ``source`` may be empty."""

    option: str
    label: str
    figure: str
    text: str
    source: str


@dataclass(frozen=True)
class FindingView:
    """A finding in words.

    ``kind`` is legal, attention or strength; ``ask`` is the question to put to the table (empty
    for a strength), ``because`` says why it is there.
    """

    id: str
    kind: str
    kind_label: str
    area: str
    area_label: str
    title: str
    see: str
    figure: str
    why: str
    steps: tuple[str, ...]
    items: tuple[ItemView, ...]
    who: str
    ask: str
    effort: str
    track: str
    basis: str
    source: str
    because: tuple[str, ...]


@dataclass(frozen=True)
class LegalView:
    """The legal minimum: ``state`` is met, not_met or unknown; members with present or not."""

    state: str
    title: str
    sentence: str
    members: tuple[tuple[str, bool | None], ...]
    citation: str
    caveat: str


@dataclass(frozen=True)
class CriterionView:
    """A criterion of a level in words, met or not."""

    level: int
    text: str
    met: bool


@dataclass(frozen=True)
class LevelView:
    """The level of an area: ``number`` 1 to 4 (None: not known), its name and criteria."""

    area: str
    area_label: str
    number: int | None
    name: str
    criteria: tuple[CriterionView, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class TrackView:
    """The coaching track that is proposed (``track``: its code) and why.

    ``because`` are the answers that led to it, ``told`` the same as another is told of them.
    """

    track: str
    name: str
    reason: str
    because: tuple[str, ...]
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class ActionView:
    """An action of the plan in words; ``state`` is a code.

    ``finding_title`` and ``area_label`` name what it was picked from; both empty for an own one.
    ``late`` says that its date is past although it is not over (else empty).
    """

    title: str
    finding_title: str
    area_label: str
    owner: str
    due: str
    state: str
    state_label: str
    remark: str
    is_over: bool
    late: str = ""


@dataclass(frozen=True)
class Chapter:
    """A section of the walk in the report. ``findings`` has strengths first; ``rest`` is annex.

    ``unlooked`` says how many of its answers were carried over and never looked at since.
    """

    id: str
    title: str
    intro: str
    findings: tuple[FindingView, ...]
    rest: tuple[FindingView, ...]
    level: LevelView | None
    questions: tuple[QuestionView, ...]
    unlooked: str = ""


@dataclass(frozen=True)
class SourceView:
    """A source in words: title, publisher and year, where to find it, what was read when."""

    title: str
    publisher: str
    where: str
    statement: str


@dataclass(frozen=True)
class DiscrepancyView:
    """A place where the survey report contradicts itself, and what is taken here."""

    id: str
    place: str
    explanation: str
    taken: str


@dataclass(frozen=True)
class Report:
    """The feedback to one municipality on one day.

    ``facts`` are (label, value) pairs for cover and head, ``findings`` all findings in their
    order, ``attention`` those among them that are no strength. ``answers`` lists all answers and
    notes per section (title, questions), asked or not answered. ``plan`` shows ``actions``;
    ``given`` are the answers that are reported, of ``edition`` of the questionnaire.
    ``evolution`` is there where earlier evaluations were finished. ``unlooked`` says how many
    answers were carried over and never looked at since; empty where there are none.
    ``differences`` are the questions on which members of the LIVC-R gave their own view; ``zone``
    is None where the evaluation is of one municipality alone.
    """

    language: Language
    municipality: Municipality
    cluster: int
    cluster_proposed: bool
    day: date
    title: str
    running_title: str
    facts: tuple[tuple[str, str], ...]
    confidential: str
    cluster_note: str
    headlines: tuple[str, ...]
    top: tuple[FindingView, ...]
    strengths: tuple[FindingView, ...]
    legal: LegalView
    levels: tuple[LevelView, ...]
    level_picture: LevelPicture
    levels_note: str
    chapters: tuple[Chapter, ...]
    answers: tuple[tuple[str, tuple[QuestionView, ...]], ...]
    method: tuple[tuple[str, str], ...]
    sources: tuple[SourceView, ...]
    discrepancies: tuple[DiscrepancyView, ...]
    comparisons: tuple[Comparison, ...]
    feedback: Feedback
    findings: tuple[FindingView, ...]
    edition: str
    given: Answers
    track: TrackView | None
    preparations: tuple[str, ...]
    plan: tuple[ActionView, ...]
    actions: tuple[Action, ...]
    evolution: EvolutionView | None = None
    differences: tuple[DifferenceView, ...] = ()
    zone: ZoneView | None = None
    unlooked: str = ""

    def chapter(self, section: str) -> Chapter | None:
        """The chapter of a section; None where nothing of it was answered."""
        return next((c for c in self.chapters if c.id == section), None)

    @property
    def first_strengths(self) -> tuple[FindingView, ...]:
        """The strengths of the first page."""
        return self.strengths[:FIRST_STRENGTHS]

    @property
    def more_strengths(self) -> int:
        """How many strengths there are besides."""
        return len(self.strengths) - len(self.first_strengths)

    @property
    def differing(self) -> tuple[DifferenceView, ...]:
        """Where members of the LIVC-R see it differently, most first."""
        return tuple(d for d in self.differences if not d.agreed)

    @property
    def first_differing(self) -> tuple[DifferenceView, ...]:
        """Those that the document shows."""
        return self.differing[:FIRST_DIFFERENCES]

    @property
    def agreeing(self) -> int:
        """On how many questions all who answered say the same."""
        return len(self.differences) - len(self.differing)

    @property
    def attention(self) -> tuple[FindingView, ...]:
        """What asks for attention, most urgent first."""
        return tuple(f for f in self.findings if f.kind != FindingKind.STRENGTH)
