"""What municipalities in a guidance trajectory have in common, and who of them may be named."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaltool.domain.levels import HIGHEST
from evaltool.domain.questionnaire import OTHER
from evaltool.domain.rules import Track
from evaltool.domain.situation import Area
from evaltool.domain.trajectory import DIFFICULTIES, SHARED_QUESTIONS, Assessment, Place, Standing

FEWEST = 5
"""From so many municipalities on they are counted together: of fewer, each could be made out."""

FEWEST_SHARING = 2
"""What so many municipalities name, they share."""

MOST_NAMED = 5
"""Of a question so many options are told that were chosen most, to who sees numbers alone."""

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


@dataclass(frozen=True)
class Band:
    """How many municipalities are at a level, or at one of several beside each other."""

    lowest: int
    highest: int
    count: int


@dataclass(frozen=True)
class Named:
    """An option that several chose. ``nearly_all``: at least so many, and one more at most."""

    option: str
    count: int
    nearly_all: bool = False


@dataclass(frozen=True)
class MostNamed:
    """A question, how many answered it, and what most of them chose."""

    question: str
    base: int
    options: tuple[Named, ...]


@dataclass(frozen=True)
class Aggregates:
    """Where municipalities stand together, for who may not see any of them.

    ``accounts``, ``began`` and ``finished`` count municipalities; ``base`` those with a report
    that counts here. Where that is less than :data:`FEWEST`, ``levels`` and ``questions`` are
    empty. ``levels`` are None of an area where fewer than that are known, and empty where all
    would be in one band: each would be seen.
    """

    accounts: int
    began: int
    finished: int
    base: int
    levels: Mapping[Area, tuple[Band, ...] | None]
    questions: tuple[MostNamed, ...]


def aggregates(places: Iterable[Place]) -> Aggregates:
    """Count municipalities, so that no number is about one of them alone."""
    known = tuple(places)
    last = [place.assessment for place in known if place.assessment is not None]
    enough = len(last) >= FEWEST
    by_area = {area: [a.levels[n] for a in last] for n, area in enumerate(Area)} if enough else {}
    return Aggregates(
        accounts=sum(place.has_account for place in known),
        began=sum(place.began for place in known),
        finished=sum(place.finished for place in known),
        base=len(last),
        levels={
            area: None if (counts := _levels(numbers)) is None else bands(counts)
            for area, numbers in by_area.items()
        },
        questions=tuple(_most_named(q, last) for q in DIFFICULTIES) if enough else (),
    )


def bands(counts: Sequence[int]) -> tuple[Band, ...]:
    """Numbers per level, counted from 1; one that holds a single municipality goes with another.

    Empty where one band would hold all.
    """
    found = [Band(level, level, count) for level, count in enumerate(counts, start=1)]
    while len(found) > 1:
        lonely = next((n for n, b in enumerate(found) if 0 < b.count < FEWEST_SHARING), None)
        if lonely is None:
            break
        beside = [n for n in (lonely - 1, lonely + 1) if 0 <= n < len(found)]
        # With the smallest that is not empty, so that most of the rest stays apart.
        other = min(beside, key=lambda n: (not found[n].count, found[n].count))
        low, high = sorted((lonely, other))
        together = Band(
            found[low].lowest, found[high].highest, found[low].count + found[high].count
        )
        found[low : high + 1] = [together]
    return tuple(found) if sum(band.count > 0 for band in found) > 1 else ()


def _most_named(question: str, assessments: Iterable[Assessment]) -> MostNamed:
    answered = [a.chosen[question] for a in assessments if question in a.chosen]
    base = len(answered)
    counts = Counter(c for codes in answered for c in codes if c not in (OTHER, "none"))
    # Of what all but one or none chose is told no more than that: it would show who did not.
    options = [
        Named(code, min(n, base - 1), nearly_all=n >= base - 1)
        for code, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        if n >= FEWEST_SHARING
    ]
    return MostNamed(question, base, tuple(options[:MOST_NAMED]) if base >= FEWEST else ())


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
