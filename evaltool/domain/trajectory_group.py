"""What municipalities in a guidance trajectory have in common, and who of them may be named."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evaltool.domain.levels import HIGHEST
from evaltool.domain.questionnaire import OTHER
from evaltool.domain.rules import Track
from evaltool.domain.situation import Area
from evaltool.domain.trajectory import SHARED_QUESTIONS, Assessment, Standing

FEWEST = 5
"""From so many municipalities on they are counted together: of fewer, each could be made out."""

FEWEST_SHARING = 2
"""What so many municipalities name, they share."""

FAR = 3
"""From this level on others can learn from how an area is worked on."""


@dataclass(frozen=True)
class Moved:
    """How many municipalities went further, stayed or came back between baseline and follow-up."""

    further: int
    same: int
    back: int

    @property
    def base(self) -> int:
        """Of how many both levels are known."""
        return self.further + self.same + self.back


@dataclass(frozen=True)
class Shared:
    """A question, how many answered it, and how many chose each option that several chose."""

    question: str
    base: int
    options: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Group:
    """What municipalities with a report have in common; ``base`` is their number.

    ``levels`` are, per area, how many are at each level from 1 to 4. Where fewer than
    :data:`FEWEST` answer for something, it is not in here: levels, movement or legal minimum are
    None, a question has no options.
    """

    base: int
    levels: Mapping[Area, tuple[int, ...] | None]
    moved: Mapping[Area, Moved | None]
    tracks: Mapping[Track, int]
    legal: tuple[int, int] | None
    """How many have the legal minimum, of how many of which it is known."""
    questions: tuple[Shared, ...]
    open_actions: int
    done_actions: int


def group(standings: Iterable[Standing]) -> Group | None:
    """What municipalities have in common; None where fewer than :data:`FEWEST` have a report."""
    measured_ones = [s for s in standings if s.last is not None]
    if len(measured_ones) < FEWEST:
        return None
    last = [s.last.assessment for s in measured_ones if s.last is not None]
    known = [a.legal for a in last if a.legal is not None]
    tracks = Counter(a.track for a in last if a.track is not None)
    return Group(
        base=len(last),
        levels={area: _levels([s.level(area) for s in measured_ones]) for area in Area},
        moved={area: _movement(measured_ones, area) for area in Area},
        tracks={track: tracks[track] for track in Track if tracks[track]},
        legal=(sum(known), len(known)) if len(known) >= FEWEST else None,
        questions=tuple(_shared(question, last) for question in SHARED_QUESTIONS),
        open_actions=sum(s.open_actions for s in measured_ones),
        done_actions=sum(s.done_actions for s in measured_ones),
    )


def _levels(numbers: Iterable[int | None]) -> tuple[int, ...] | None:
    known = [number for number in numbers if number is not None]
    if len(known) < FEWEST:
        return None
    return tuple(known.count(number) for number in range(1, HIGHEST + 1))


def _movement(standings: Iterable[Standing], area: Area) -> Moved | None:
    steps = [
        now - then
        for s in standings
        if (now := s.level(area)) is not None and (then := s.level_before(area)) is not None
    ]
    if len(steps) < FEWEST:
        return None
    further, back = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
    return Moved(further, len(steps) - further - back, back)


def _shared(question: str, assessments: Iterable[Assessment]) -> Shared:
    answered = [a.chosen[question] for a in assessments if question in a.chosen]
    counts = Counter(code for codes in answered for code in codes if code != OTHER)
    several = [(code, n) for code, n in counts.most_common() if n >= FEWEST_SHARING]
    return Shared(question, len(answered), tuple(several) if len(answered) >= FEWEST else ())


def letters(nis_codes: Iterable[str], key: bytes) -> Mapping[str, str]:
    """A letter for each municipality that may not be named: A, B, ..., Z, AA, AB, ...

    The order says nothing of the municipalities to whom the ``key`` is unknown, and is the same
    each time for the same municipalities.
    """

    def place(code: str) -> bytes:
        return hmac.new(key, code.encode(), hashlib.sha256).digest()

    return {code: _letter(number) for number, code in enumerate(sorted(nis_codes, key=place))}


def _letter(number: int) -> str:
    found = ""
    while number >= 0:
        found = chr(ord("A") + number % 26) + found
        number = number // 26 - 1
    return found


def telling_clusters(standings: Iterable[Standing]) -> frozenset[int]:
    """The clusters that can be told of municipalities that are not named.

    One that fewer than :data:`FEWEST` of them are in would help to make one out.
    """
    counts = Counter(s.cluster for s in standings if not s.named and s.cluster is not None)
    return frozenset(cluster for cluster, number in counts.items() if number >= FEWEST)
