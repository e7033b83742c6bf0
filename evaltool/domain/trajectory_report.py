"""The report over a trajectory: who is named, who is "gemeente A", and what they share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from evaltool.domain.language import date_text
from evaltool.domain.trajectory import Standing
from evaltool.domain.trajectory_group import FEWEST, group, letters, telling_clusters
from evaltool.domain.trajectory_words import GroupView, LevelCell, Trajectories


@dataclass(frozen=True)
class ReportRow:
    """A municipality in the report over a trajectory: its name or "gemeente A".

    ``cluster`` is empty where it would give away who it is. ``measured`` are the days of baseline
    and follow-up, of one without a name the months. ``attention`` is the number of findings that
    ask for attention, None where there is no report; ``sessions`` how many the coach wrote down.
    """

    label: str
    named: bool
    cluster: str
    evaluations: int
    measured: tuple[str, ...]
    levels: tuple[LevelCell, ...]
    track: str
    legal: str
    attention: int | None
    open_actions: int
    done_actions: int
    sessions: int


@dataclass(frozen=True)
class TrajectoryReport:
    """The report over a trajectory, with everything that a document shows.

    ``group`` is None where there are too few municipalities to count together; ``too_few`` then
    says so.
    """

    title: str
    day: str
    lead: tuple[str, ...]
    areas: tuple[str, ...]
    rows: tuple[ReportRow, ...]
    group: GroupView | None
    too_few: str


def trajectory_report(
    words: Trajectories,
    standings: Sequence[Standing],
    day: date,
    key: bytes,
    sessions: Mapping[str, int] | None = None,
) -> TrajectoryReport:
    """The report on some municipalities on a day; ``key`` hides who is "gemeente A".

    ``sessions`` is how many sessions the coach wrote down, by municipality.
    """
    held = sessions or {}
    t = words.t
    named = sorted((s for s in standings if s.named), key=lambda s: s.municipality.name)
    unnamed = {s.municipality.nis_code: s for s in standings if not s.named}
    clusters = telling_clusters(standings)
    found = group(standings)
    written = date_text(day, t.language)
    one = "_one" if len(standings) == 1 else ""
    lead = [t(f"trajectory.report.lead{one}", number=len(standings), day=written)]
    if unnamed:
        lead.append(t("trajectory.report.unnamed", number=len(unnamed)))
    lead += [
        t("trajectory.report.measured_note"),
        t("report.level.note"),
        t("trajectory.report.counted", fewest=FEWEST),
        t("trajectory.report.sessions_note"),
    ]
    rows = [_row(words, s, s.municipality.name, held, tells_cluster=True) for s in named]
    for code, letter in letters(unnamed, key).items():
        standing = unnamed[code]
        label = t("trajectory.report.municipality", letter=letter)
        rows.append(_row(words, standing, label, held, tells_cluster=standing.cluster in clusters))
    return TrajectoryReport(
        title=t("trajectory.report.title"),
        day=written,
        lead=tuple(lead),
        areas=tuple(words.areas.values()),
        rows=tuple(rows),
        group=None if found is None else words.group(found),
        too_few="" if found is not None else words.too_few(standings),
    )


def _row(
    words: Trajectories,
    standing: Standing,
    label: str,
    sessions: Mapping[str, int],
    *,
    tells_cluster: bool,
) -> ReportRow:
    cluster, last = standing.cluster, standing.last
    days = [m.kept.day for m in (standing.first, standing.follow_up) if m is not None]
    return ReportRow(
        label=label,
        named=standing.named,
        cluster=words.wording.cluster(cluster) if tells_cluster and cluster is not None else "",
        evaluations=standing.evaluations,
        measured=tuple(f"{day:%d/%m/%Y}" if standing.named else f"{day:%m/%Y}" for day in days),
        levels=words.levels(standing),
        track=words.track(standing.track),
        legal=words.legal(last),
        attention=None if last is None else last.assessment.attention,
        open_actions=standing.open_actions,
        done_actions=standing.done_actions,
        sessions=sessions.get(standing.municipality.nis_code, 0),
    )
