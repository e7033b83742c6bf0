"""JSON read strictly: every fault at once, nothing guessed."""

import json
import re
from datetime import date

from evaltool.domain.validation import Problem, Refused

_MOST_DIGITS = 20
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class NoNumber:
    """What stands for a number that no field of the form can hold: NaN, infinite, too long."""


def parse(raw: bytes, problems: list[Problem]) -> object:
    """What a JSON text holds; a repeated key is added to the problems.

    Raises:
        Refused: it is not UTF-8, not JSON, or nested too deeply to be read.
    """

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in items:
            if key in found:
                problems.append(Problem("repeated_key", shown(key)))
            found[key] = value
        return found

    def whole(digits: str) -> object:
        return int(digits) if len(digits) <= _MOST_DIGITS else NoNumber()

    try:
        # Windows' editor puts a byte order mark before UTF-8; it is no part of the text.
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused((Problem("not_utf8", "", {"position": str(error.start)}),)) from None
    try:
        loaded: object = json.loads(
            text,
            object_pairs_hook=pairs,
            parse_int=whole,
            parse_float=lambda _: NoNumber(),
            parse_constant=lambda _: NoNumber(),
        )
    except json.JSONDecodeError as error:
        place = {"line": str(error.lineno), "column": str(error.colno)}
        raise Refused((Problem("not_json", "", place),)) from None
    except RecursionError:
        raise Refused((Problem("too_deep", ""),)) from None
    return loaded


def shown(text: str) -> str:
    """A text that can be written: half a surrogate pair, which JSON can hold, becomes ``?``."""
    return text.encode("utf-8", "replace").decode("utf-8")


def day(text: object) -> date | None:
    """A date written as 2026-11-23; None for anything else.

    ``fromisoformat`` also takes forms such as 20261123 and 2026-W48-1, which no form of ours has.
    """
    try:
        if isinstance(text, str) and _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    return None
