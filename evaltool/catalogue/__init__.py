"""Content and survey data, read once and checked: everything the tool knows besides answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from evaltool.catalogue.faults import Fault, Faulty
from evaltool.catalogue.glossary import read_glossary
from evaltool.catalogue.guidance import read_meetings
from evaltool.catalogue.questionnaire import read_questionnaire
from evaltool.catalogue.register import read_register
from evaltool.catalogue.rulebook import read_rulebook
from evaltool.catalogue.survey import read_survey
from evaltool.catalogue.survey_tables import read_tables, table_sources
from evaltool.catalogue.texts import read_texts
from evaltool.domain.benchmark import Benchmark
from evaltool.domain.glossary import Glossary
from evaltool.domain.language import Language, Text, Texts
from evaltool.domain.library import Library
from evaltool.domain.meeting import MeetingFormat
from evaltool.domain.municipality import Register
from evaltool.domain.questionnaire import Questionnaire
from evaltool.domain.rules import Rulebook
from evaltool.paths import BENCHMARKS, CONTENT

_FINGERPRINT_LENGTH = 16


@dataclass(frozen=True)
class Catalogue:
    """The questionnaire, the survey it is compared with, the register, rules, words and texts.

    ``fingerprint`` names the content as a whole: reports made with another may read otherwise.
    """

    questionnaire: Questionnaire
    benchmark: Benchmark
    register: Register
    rulebook: Rulebook
    meetings: tuple[MeetingFormat, ...]
    glossary: Glossary
    texts: Mapping[str, Text]
    fingerprint: str

    def in_language(self, language: Language) -> Texts:
        """The sentences of the interface in one language."""
        return Texts(self.texts, language)

    def library(self, language: Language) -> Library:
        """What reports are built from, in one language."""
        return Library(
            questionnaire=self.questionnaire,
            benchmark=self.benchmark,
            rulebook=self.rulebook,
            register=self.register,
            meetings=self.meetings,
            texts=self.in_language(language),
        )


def read(
    content: Path = CONTENT, benchmarks: Path = BENCHMARKS
) -> tuple[Catalogue | None, list[Fault]]:
    """The catalogue, or None, with every fault found."""
    faults: list[Fault] = []
    texts = read_texts(content, faults)
    questionnaire = read_questionnaire(content, faults)
    register = read_register(benchmarks / "municipalities", content, faults)
    if questionnaire is None:
        # Without its questions a survey cannot be read, but its files can be checked.
        for frame in sorted(benchmarks.glob("*/edition.toml")):
            read_tables(frame.parent, faults)
        return None, faults
    folder = benchmarks / questionnaire.survey
    if not folder.is_dir():
        faults.append(Fault(folder, None, "no_edition", {"name": questionnaire.survey}))
        return None, faults
    survey = read_survey(folder, questionnaire, faults)
    rulebook = read_rulebook(content, questionnaire, table_sources(folder), faults)
    meetings = read_meetings(content / "meeting.toml", faults)
    glossary = read_glossary(content / "glossary.toml", rulebook.sources, faults)
    if survey is None or register is None or faults:
        return None, faults
    benchmark = Benchmark(survey)
    found = Catalogue(
        questionnaire=questionnaire,
        benchmark=benchmark,
        register=register,
        rulebook=rulebook,
        meetings=meetings,
        glossary=glossary,
        texts=texts,
        fingerprint=_fingerprint(content, benchmarks),
    )
    return found, faults


def _fingerprint(*folders: Path) -> str:
    """A short name for what all files of some folders hold: another where any of them changes."""
    digest = sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.suffix in (".toml", ".csv")):
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:_FINGERPRINT_LENGTH]


def load(content: Path = CONTENT, benchmarks: Path = BENCHMARKS) -> Catalogue:
    """The catalogue, fit for use.

    Raises:
        Faulty: with every fault at once.
    """
    catalogue, faults = read(content, benchmarks)
    if catalogue is None or faults:
        raise Faulty(faults)
    return catalogue


@lru_cache(maxsize=1)
def loaded() -> Catalogue:
    """The installed catalogue, read once a process."""
    return load()


__all__ = ["Catalogue", "Fault", "Faulty", "load", "loaded", "read"]
