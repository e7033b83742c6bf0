"""The forms of a meeting: what was typed, and what it makes."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from werkzeug.datastructures import MultiDict

from evaltool.domain.agenda import Decision, Meeting, Present, decision_faults, faults
from evaltool.domain.validation import Problem
from evaltool.web import refusing
from evaltool.web.context import texts
from evaltool.web.dates import day_to_type, typed_day

Sent = MultiDict[str, str]

_DIGEST_LENGTH = 16

OTHER = "other"
"""The choice of a length that is not offered."""


@dataclass(frozen=True)
class DetailFields:
    """The details as they were typed or as they are kept; ``length`` is a choice or "other"."""

    title: str = ""
    day: str = ""
    length: str = ""
    other_length: str = ""
    disciplines: tuple[str, ...] = ()
    others: str = ""


def details_of(meeting: Meeting, lengths: Iterable[int]) -> DetailFields:
    """The fields that show a meeting."""
    offered = meeting.length in lengths
    return DetailFields(
        title=meeting.title,
        day=day_to_type(meeting.day),
        length=str(meeting.length) if offered else OTHER,
        other_length="" if offered else str(meeting.length),
        disciplines=meeting.present.disciplines,
        others=meeting.present.others,
    )


def typed_details(sent: Sent) -> DetailFields:
    """The details that were sent."""
    return DetailFields(
        title=sent.get("title", "").strip(),
        day=sent.get("day", "").strip(),
        length=sent.get("length", ""),
        other_length=sent.get("other_length", "").strip(),
        disciplines=tuple(sent.getlist("disciplines")),
        others=sent.get("others", "").strip(),
    )


def meeting_of(
    fields: DetailFields, before: Meeting, known: Iterable[str]
) -> tuple[Meeting, list[Problem]]:
    """The meeting with these details, and what is wrong with them.

    ``known`` are the codes of disciplines.
    """
    problems: list[Problem] = []
    day = typed_day(fields.day)
    if day is None:
        problems.append(Problem("wants_day", "day"))
    wanted = fields.other_length if fields.length == OTHER else fields.length
    codes = set(known)
    meeting = replace(
        before,
        title=fields.title or texts()("meetings.default_title"),
        day=day or before.day,
        length=whole(wanted),
        present=Present(
            tuple(code for code in dict.fromkeys(fields.disciplines) if code in codes),
            fields.others,
        ),
    )
    return meeting, problems + [p for p in faults(meeting) if "-" not in p.where]


def whole(text: str) -> int:
    """A whole number as it was typed; -1 for anything else."""
    # More digits than any number of minutes has are no number of minutes.
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else -1


@dataclass(frozen=True)
class DecisionFields:
    """A decision as it was typed or as it is kept; ``plan``: it is to be an action."""

    text: str = ""
    owner: str = ""
    due: str = ""
    plan: bool = True

    @property
    def begun(self) -> bool:
        """Whether anything of it was typed."""
        return bool(self.text or self.owner or self.due)


def fields_of(decision: Decision) -> DecisionFields:
    """The fields that show a decision."""
    return DecisionFields(
        text=decision.text,
        owner=decision.owner,
        due=day_to_type(decision.due),
        plan=decision.action is not None,
    )


def typed_decision(sent: Sent) -> DecisionFields:
    """The decision that was sent."""
    return DecisionFields(
        text=sent.get("text", "").strip(),
        owner=sent.get("owner", "").strip(),
        due=sent.get("due", "").strip(),
        plan="plan" in sent,
    )


def decision_of(fields: DecisionFields, before: Decision) -> tuple[Decision, list[Problem]]:
    """The decision that the fields make, and what is wrong with it."""
    problems: list[Problem] = []
    due: date | None = None
    if fields.due:
        due = typed_day(fields.due)
        if due is None:
            problems.append(Problem("wants_day", "due"))
    decision = replace(before, text=fields.text, owner=fields.owner, due=due)
    return decision, [*problems, *decision_faults(decision)]


def typed_notes(sent: Sent) -> str:
    """The notes that were sent."""
    # Browsers send lines that end in CRLF, which would count double against the limit.
    return sent.get("notes", "").replace("\r\n", "\n").strip()


def base_of(*parts: str) -> str:
    """What a form starts from, in short."""
    text = b"".join(hashlib.sha256(part.encode()).digest() for part in parts)
    return hashlib.sha256(text).hexdigest()[:_DIGEST_LENGTH]


def base_of_decision(decision: Decision) -> str:
    """What a form that mends a decision starts from."""
    return base_of(decision.text, decision.owner, str(decision.due), str(decision.action))


def sentences(problems: Iterable[Problem]) -> Mapping[str, str]:
    """The first problem of each field in words, naming the field as the page does."""

    def field(where: str) -> str:
        return texts()(f"meetings.field.{where.partition('-')[0]}")

    return refusing.sentences(problems, lambda code: f"meetings.refused.{code}", field)
