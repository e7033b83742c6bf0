"""The audit log: who did what when to what, each entry chained to the one before.

An entry holds codes and no texts: no name, no address, no answer. Names are looked up when the
log is shown, so that an account that is deleted leaves no name behind.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

START = "0" * 64
"""What the first entry is chained to."""


@dataclass(frozen=True)
class Event:
    """Something that was done.

    ``actor`` is the id of an account, empty where nobody was signed in; ``role`` the role it was
    done in; ``action`` a code (text ``audit.<action>``); ``detail`` a code that says which part
    or whom, as the action needs.
    """

    at: datetime
    actor: str
    role: str
    action: str
    nis_code: str = ""
    evaluation: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Entry:
    """An event in its place in the log: ``number`` from 1, ``digest`` the link of the chain."""

    number: int
    event: Event
    digest: str


def chained(previous: str, number: int, event: Event) -> str:
    """The SHA-256 digest, in hexadecimal, of an event in its place after another."""
    held = [
        previous,
        number,
        event.at.astimezone(UTC).isoformat(),
        event.actor,
        event.role,
        event.action,
        event.nis_code,
        event.evaluation,
        event.detail,
    ]
    text = json.dumps(held, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """What comes of verifying a log: how many entries are sound, and the first that is not.

    ``head`` is the digest of the last sound entry. Written down elsewhere, with its number, it
    shows later whether entries at the end were removed or the whole chain was made anew.
    """

    sound: int
    head: str
    broken_at: int | None


def verify(entries: Iterable[Entry]) -> Verdict:
    """Follow the chain from its start to its end, or to the first entry that does not fit.

    An entry that was altered does not fit its digest, one that was removed leaves a gap in the
    numbers, one that was put in has no place in the chain.
    """
    head, sound = START, 0
    for entry in entries:
        number = sound + 1
        if entry.number != number or entry.digest != chained(head, number, entry.event):
            return Verdict(sound, head, number)
        head, sound = entry.digest, number
    return Verdict(sound, head, None)
