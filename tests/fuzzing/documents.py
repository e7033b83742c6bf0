"""Documents with texts of all of Unicode in them: each kind as often, each read back."""

import io
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pikepdf

from evaltool.catalogue import loaded
from evaltool.domain.agenda import Decision, Item, Meeting, MeetingState, Present
from evaltool.domain.composing import Sources, minutes_of, sheet_of
from evaltool.domain.document import Document
from evaltool.domain.intake import intake_sheet
from evaltool.domain.language import LANGUAGES
from evaltool.domain.library import Library
from evaltool.domain.meeting import ItemKind, meeting_sheet
from evaltool.domain.plan import Action, ActionState
from evaltool.domain.report import Report
from evaltool.domain.reporting import build
from evaltool.domain.trajectory import Measurement, Standing, State, assess
from evaltool.domain.trajectory_report import trajectory_report
from evaltool.domain.trajectory_words import Trajectories
from evaltool.pdf import (
    agenda_document,
    blank_questionnaire,
    feedback_report,
    intake_document,
    meeting_document,
    minutes_document,
    summary_document,
    trajectory_document,
)
from tests.factories import a_moment
from tests.fuzzing.rubbish import long_text, text
from tests.golden import NAMES, document_of
from tests.test_trajectory import kept

LONG_NOTE = 0.004
"""How often a document has a text of 1 MiB, more than anybody can keep: a minute each."""
_DAY = date(2026, 12, 3)


def _note(chance: random.Random, most: int = 400) -> str:
    return text(chance, most)[:4000]


def _document(chance: random.Random) -> Document:
    document = document_of(loaded(), chance.choice(NAMES))
    notes = {question: _note(chance) for question in document.answers.values}
    if chance.random() < LONG_NOTE:
        notes[chance.choice(tuple(notes))] = long_text(chance)
    own = {question: text(chance, 40) or "x" for question in document.answers.other_text}
    answers = replace(document.answers, notes=notes, other_text=own)
    actions = tuple(
        Action(
            title=text(chance, 60)[:200] or "x",
            finding=None,
            owner=text(chance, 20)[:100],
            due=None,
            state=ActionState.OPEN,
            remark=_note(chance),
        )
        for _ in range(3)
    )
    return replace(document, answers=answers, actions=actions)


def _report(chance: random.Random, library: Library) -> Report:
    return build(library, _document(chance))


def _full(chance: random.Random, library: Library) -> bytes:
    return feedback_report(_report(chance, library), library.texts)


def _summary(chance: random.Random, library: Library) -> bytes:
    return summary_document(_report(chance, library), library.texts)


def _sheet(chance: random.Random, library: Library) -> bytes:
    report, t = _report(chance, library), library.texts
    return meeting_document(meeting_sheet(report, chance.choice(library.meetings), t), report, t)


def _intake(chance: random.Random, library: Library) -> bytes:
    report, t = _report(chance, library), library.texts
    return intake_document(intake_sheet(report, t), report, t)


def _meeting(chance: random.Random) -> Meeting:
    return Meeting(
        id="m",
        day=_DAY,
        title=text(chance, 60)[:200] or "x",
        length=60,
        present=Present(("mayor", "police"), text(chance, 60)[:300]),
        state=chance.choice(tuple(MeetingState)),
        items=tuple(
            Item(
                kind=chance.choice(tuple(ItemKind)),
                title=text(chance, 60)[:200] or "x",
                minutes=10,
                id=f"i{number}",
                notes=long_text(chance) if chance.random() < LONG_NOTE / 5 else _note(chance),
            )
            for number in range(5)
        ),
        decisions=tuple(
            Decision(text(chance, 60)[:300] or "x", text(chance, 20), _DAY, f"i{n % 5}", id=f"d{n}")
            for n in range(8)
        ),
        started_at=a_moment(),
    )


def _sources(chance: random.Random, library: Library) -> Sources:
    report = _report(chance, library)
    return Sources(report.municipality.name, report)


def _agenda(chance: random.Random, library: Library) -> bytes:
    found, t = _sources(chance, library), library.texts
    return agenda_document(sheet_of(_meeting(chance), found, t), found.municipality, t)


def _minutes(chance: random.Random, library: Library) -> bytes:
    found, t, meeting = _sources(chance, library), library.texts, _meeting(chance)
    minutes = minutes_of(meeting, sheet_of(meeting, found, t), str.title, t)
    return minutes_document(minutes, found.municipality, t)


def _trajectory(chance: random.Random, library: Library) -> bytes:
    standings = [_standing(chance, library) for _ in range(chance.randint(1, 12))]
    report = trajectory_report(Trajectories(library), standings, _DAY, b"key")
    return trajectory_document(report, library.texts)


def _standing(chance: random.Random, library: Library) -> Standing:
    """Nobody writes a name, but a list that is loaded brings one."""
    document = document_of(loaded(), chance.choice(NAMES))
    named = replace(document.municipality, name=text(chance, 20) or "x")
    held = library.questionnaire
    assessment = assess(
        held, library.benchmark, library.rulebook, document.answers, document.cluster
    )
    last = Measurement(kept(cluster=document.cluster), assessment)
    return Standing(
        municipality=named,
        named=chance.random() < 0.5,
        state=State.FINISHED,
        evaluations=1,
        first=last,
        last=last,
        active_at=a_moment(),
        open_actions=chance.randrange(9),
        done_actions=chance.randrange(9),
    )


def _blank(_: random.Random, library: Library) -> bytes:
    return blank_questionnaire(library)


DOCUMENTS: Mapping[str, Callable[[random.Random, Library], bytes]] = {
    "report": _full,
    "summary": _summary,
    "meeting sheet": _sheet,
    "agenda": _agenda,
    "minutes": _minutes,
    "intake": _intake,
    "trajectory": _trajectory,
    "blank questionnaire": _blank,
}


@cache
def _library(language: str) -> Library:
    return loaded().library(next(known for known in LANGUAGES if known == language))


def pdf(chance: random.Random, folder: Path) -> None:
    """Whatever is written in it, a document has pages of which every operator can be read."""
    make = DOCUMENTS[chance.choice(tuple(DOCUMENTS))]
    raw = make(chance, _library(chance.choice(LANGUAGES)))
    assert raw.startswith(b"%PDF-")
    with pikepdf.open(io.BytesIO(raw)) as read:
        assert len(read.pages) > 0
        assert all(len(pikepdf.parse_content_stream(page)) > 0 for page in read.pages)
        assert not read.get_warnings()
