"""Reads levels, coaching tracks and the division of a meeting: ``levels.toml`` and its kin."""

from pathlib import Path

from evaltool.catalogue.conditions import ALWAYS, ConditionReader
from evaltool.catalogue.files import Entry, Faults, enum_of, read_toml
from evaltool.domain.levels import HIGHEST, Criterion, LevelScale
from evaltool.domain.meeting import STEP, MeetingFormat
from evaltool.domain.rules import Preparation, Remark, Track, TrackRule
from evaltool.domain.situation import Area

_LEAST = 10
"""Minutes that a finding needs on an agenda."""


def read_scales(path: Path, reader: ConditionReader, faults: Faults) -> tuple[LevelScale, ...]:
    """The criteria of the levels, area by area."""
    file = Entry(path, "levels", read_toml(path, faults) or {}, faults)
    scales = tuple(_scale(entry, reader) for entry in file.entries("areas"))
    if {scale.area for scale in scales} != set(Area) or len(scales) != len(Area):
        file.fault("missing_key", key="areas")
    file.done()
    return scales


def _scale(entry: Entry, reader: ConditionReader) -> LevelScale:
    area = enum_of(entry, "area", Area, Area.STRUCTURE)
    entry.name = area
    scale = LevelScale(
        area=area,
        needs=entry.strings("needs", required=True),
        criteria=tuple(_criterion(criterion, reader) for criterion in entry.entries("criteria")),
        lowest=reader.read(entry, entry.raw("lowest")) if entry.has("lowest") else None,
        needs_if_asked=entry.strings("needs_if_asked"),
    )
    for question in (*scale.needs, *scale.needs_if_asked):
        reader.question(entry, question)
    ids = [criterion.id for criterion in scale.criteria]
    if len(set(ids)) < len(ids):
        entry.fault("id_twice")
    if {criterion.level for criterion in scale.criteria} != set(range(2, HIGHEST + 1)):
        entry.fault("missing_key", key="level")
    entry.done()
    return scale


def _criterion(entry: Entry, reader: ConditionReader) -> Criterion:
    entry.name = entry.string("id")
    entry.mark = f'id = "{entry.name}"'
    level = entry.whole("level")
    if not 2 <= level <= HIGHEST:
        entry.fault("wrong_type", key="level")
    condition = reader.read(entry, entry.raw("when", {}))
    criterion = Criterion(entry.name, level, entry.needed_text("text"), condition)
    entry.done()
    return criterion


def read_tracks(
    path: Path, reader: ConditionReader, faults: Faults
) -> tuple[tuple[TrackRule, ...], tuple[Preparation, ...]]:
    """When each coaching track is proposed, and what to have ready for the intake."""
    file = Entry(path, "tracks", read_toml(path, faults) or {}, faults)
    tracks: list[TrackRule] = []
    for entry in file.entries("tracks"):
        track = enum_of(entry, "track", Track, Track.START)
        entry.name = track
        entry.mark = f'track = "{track}"'
        condition = reader.read(entry, entry.raw("when", {}))
        tracks.append(TrackRule(track, condition, entry.needed_text("reason")))
        entry.done()
    if {rule.track for rule in tracks} != set(Track):
        file.fault("missing_key", key="tracks")
    preparations: list[Preparation] = []
    for entry in file.entries("prepare"):
        condition = reader.read(entry, entry.raw("when")) if entry.has("when") else ALWAYS
        preparations.append(Preparation(condition, entry.needed_text("text")))
        entry.done()
    file.done()
    return tuple(tracks), tuple(preparations)


def read_remarks(path: Path, reader: ConditionReader, faults: Faults) -> tuple[Remark, ...]:
    """What is asked about answers that do not go together."""
    file = Entry(path, "consistency", read_toml(path, faults) or {}, faults)
    found: list[Remark] = []
    for entry in file.entries("remarks"):
        condition = reader.read(entry, entry.raw("when", {}))
        found.append(Remark(condition, entry.needed_text("text")))
        entry.done()
    file.done()
    return tuple(found)


def read_meetings(path: Path, faults: Faults) -> tuple[MeetingFormat, ...]:
    """How the minutes of a meeting are divided, the shortest meeting first."""
    file = Entry(path, "meeting", read_toml(path, faults) or {}, faults)
    found: list[MeetingFormat] = []
    for entry in file.entries("meetings"):
        minutes = entry.whole("minutes")
        entry.name = str(minutes)
        entry.mark = f"minutes = {minutes}"
        form = MeetingFormat(
            minutes=minutes,
            opening=entry.whole("opening"),
            picture=entry.whole("picture"),
            follow_up=entry.whole("follow_up"),
            closing=entry.whole("closing"),
            most=entry.whole("most"),
            longest=entry.whole("longest"),
        )
        parts = (form.minutes, form.opening, form.picture, form.follow_up, form.closing)
        free = 2 * form.minutes - sum(parts)
        uneven = any(part % STEP or part <= 0 for part in (*parts, form.longest))
        if uneven or form.most < 1 or free < form.most * _LEAST or form.longest < _LEAST:
            entry.fault("wrong_minutes")
        found.append(form)
        entry.done()
    if not found:
        file.fault("missing_key", key="meetings")
    file.done()
    return tuple(sorted(found, key=lambda form: form.minutes))
