"""The Report: everything that a page or a PDF shows, in one language, nothing left to compute."""

from dataclasses import dataclass
from datetime import date

from evaltool.domain.comparison import Comparison
from evaltool.domain.feedback import Feedback
from evaltool.domain.language import Language
from evaltool.domain.municipality import Municipality


@dataclass(frozen=True)
class ChartRow:
    """One option: label, share (0 to 1) with 95 % interval and Flanders' share, and ``figure``.

    ``figure`` is share and base ready to print. Without a share, ``count`` of ``n`` is drawn
    as dots.
    """

    label: str
    chosen: bool
    share: float | None
    figure: str
    count: int | None
    n: int | None
    interval: tuple[float, float] | None
    flanders: float | None


@dataclass(frozen=True)
class Chart:
    """A drawing of one comparison, with its text alternative and the same as a table.

    ``title`` says the finding; ``you`` stands before the chosen rows; ``legend`` holds
    (kind, words) with the kinds you, peers, flanders, interval and dots; ``notes`` are the
    lines under it; the first cell of a table row names the row.
    """

    id: str
    title: str
    alt: str
    rows: tuple[ChartRow, ...]
    you: str
    legend: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    table_head: tuple[str, ...]
    table_rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ComparedView:
    """One comparison: its question, what it says in sentences, and its chart."""

    question: str
    heading: str
    sentences: tuple[str, ...]
    chart: Chart


@dataclass(frozen=True)
class QuestionView:
    """A question with the answer in words (empty: not answered), the note and comparisons."""

    id: str
    text: str
    answer: tuple[str, ...]
    note: str
    comparisons: tuple[ComparedView, ...]


@dataclass(frozen=True)
class FindingView:
    """A finding in words. ``kind`` is legal, attention or strength; ``because`` says why."""

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
    items: tuple[tuple[str, str], ...]
    who: str
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
class Chapter:
    """A section of the walk in the report. ``findings`` has strengths first; ``rest`` is annex."""

    id: str
    title: str
    intro: str
    findings: tuple[FindingView, ...]
    rest: tuple[FindingView, ...]
    level: LevelView | None
    questions: tuple[QuestionView, ...]


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
    order. ``answers`` lists all answers and
    notes per section (title, questions), asked or not answered.
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
    level_names: tuple[str, ...]
    levels_note: str
    chapters: tuple[Chapter, ...]
    answers: tuple[tuple[str, tuple[QuestionView, ...]], ...]
    method: tuple[tuple[str, str], ...]
    sources: tuple[SourceView, ...]
    discrepancies: tuple[DiscrepancyView, ...]
    comparisons: tuple[Comparison, ...]
    feedback: Feedback
    findings: tuple[FindingView, ...]

    def chapter(self, section: str) -> Chapter | None:
        """The chapter of a section; None where nothing of it was answered."""
        return next((c for c in self.chapters if c.id == section), None)

    @property
    def annex_findings(self) -> tuple[FindingView, ...]:
        """The findings that did not fit in their chapter."""
        return tuple(finding for chapter in self.chapters for finding in chapter.rest)
