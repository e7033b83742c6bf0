"""What can be wrong with content and survey data, each with what to do about it.

The sentences stand here and not in the content files: those may be what is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evaltool.domain.language import Language, Text
from evaltool.paths import ASSETS, PACKAGE

SENTENCES: Mapping[str, Text] = {
    "missing_file": Text(
        "Het bestand ontbreekt. Zet het terug uit de laatste uitgave.",
        "The file is missing. Put it back from the latest release.",
    ),
    "not_utf8": Text(
        "Het bestand is geen UTF-8. Bewaar het opnieuw als UTF-8.",
        "The file is not UTF-8. Save it again as UTF-8.",
    ),
    "not_toml": Text(
        "Het bestand is geen geldige TOML: {reason}. Verbeter die plaats.",
        "The file is no valid TOML: {reason}. Mend that place.",
    ),
}


@dataclass(frozen=True)
class Fault:
    """One problem: file, line (1 is the first; None for the file as a whole) and a code above."""

    path: Path
    line: int | None
    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, language: Language) -> str:
        """``benchmarks/...csv:12: what is wrong. What to do.``"""
        for root in (ASSETS, PACKAGE.parent):
            if self.path.is_relative_to(root):
                shown = self.path.relative_to(root).as_posix()
                break
        else:
            shown = self.path.name
        place = shown if self.line is None else f"{shown}:{self.line}"
        return f"{place}: {SENTENCES[self.code].in_(language).format(**self.values)}"


class Faulty(Exception):
    """Content or data that cannot be used; ``faults`` lists every problem found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.sentence("en") for fault in self.faults))
