"""Municipalities, and the survey cluster that is proposed for one."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from evaltool.domain.language import Text


@dataclass(frozen=True)
class Cluster:
    """One of the survey's six groups, named by its number."""

    number: int
    label: Text
    explanation: Text


@dataclass(frozen=True)
class Proposal:
    """Which survey cluster fits a municipality, going by its Belfius group of 2018.

    One candidate is a proposal, two ask the user to decide, none means that no group of 2018
    can be given. ``plausible`` are clusters that the survey may have counted it in as well.
    """

    candidates: tuple[int, ...]
    plausible: tuple[int, ...]
    reason: Text

    @property
    def cluster(self) -> int | None:
        """The proposed cluster, None where the user has to choose."""
        return self.candidates[0] if len(self.candidates) == 1 else None


@dataclass(frozen=True)
class Municipality:
    """A municipality of today. ``belfius_group`` is the main group of 2018 where it has one."""

    nis_code: str
    name: str
    province: str
    police_zone: str
    belfius_group: Text | None
    proposal: Proposal
    former: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormerMunicipality:
    """A municipality that was merged into another, the last time on the day after ``until``."""

    nis_code: str
    name: str
    merged_into: str


def _folded(name: str) -> str:
    """A name without accents, case, hyphens and spaces, as people type it."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in plain if c.isalnum())


@dataclass(frozen=True)
class Register:
    """All municipalities of today, and the ones that became part of them."""

    municipalities: Mapping[str, Municipality]
    former: Mapping[str, FormerMunicipality]
    clusters: Mapping[int, Cluster]

    @cached_property
    def _names(self) -> tuple[tuple[str, str], ...]:
        present = [(_folded(m.name), m.nis_code) for m in self.municipalities.values()]
        past = [
            (_folded(f.name), self.successor(f.nis_code).nis_code) for f in self.former.values()
        ]
        return tuple(present + past)

    def successor(self, nis_code: str) -> Municipality:
        """The municipality of today that carries this code, or that a former one became.

        Raises:
            KeyError: the code never was that of a Flemish municipality.
        """
        code = nis_code
        while code not in self.municipalities:
            code = self.former[code].merged_into
        return self.municipalities[code]

    def known(self, nis_code: str) -> Municipality:
        """The municipality of today or of the past with this code, under the name it had.

        One that was merged since has the police zone and province of what it became, and no
        group: what was kept before stays readable.

        Raises:
            KeyError: the code never was that of a Flemish municipality.
        """
        if nis_code in self.municipalities:
            return self.municipalities[nis_code]
        today = self.successor(nis_code)
        return Municipality(
            nis_code=nis_code,
            name=self.former[nis_code].name,
            province=today.province,
            police_zone=today.police_zone,
            belfius_group=None,
            proposal=Proposal((), (), today.proposal.reason),
        )

    def corrected(self, clusters: Mapping[str, int], reason: Text) -> "Register":
        """The register with the survey clusters of a list in place of those proposed.

        ``reason`` says of each that it comes from that list.
        """
        if not clusters:
            return self
        return replace(
            self,
            municipalities={
                code: replace(m, proposal=Proposal((clusters[code],), (), reason))
                if code in clusters
                else m
                for code, m in self.municipalities.items()
            },
        )

    def search(self, typed: str) -> tuple[Municipality, ...]:
        """The municipalities whose present or former name fits what was typed, by name.

        An exact name gives that one alone (or, for a former name, what it became); else every
        name that holds the text counts. A NIS code is found too.
        """
        wanted = _folded(typed)
        if not wanted:
            return ()
        if typed.strip() in self.municipalities or typed.strip() in self.former:
            return (self.successor(typed.strip()),)
        codes = {code for name, code in self._names if name == wanted}
        codes = codes or {code for name, code in self._names if wanted in name}
        return tuple(
            sorted((self.municipalities[code] for code in codes), key=lambda m: _folded(m.name))
        )
