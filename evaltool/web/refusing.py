"""What is wrong with what was typed, in words."""

from collections.abc import Callable, Iterable

from evaltool.domain.validation import Problem
from evaltool.web.context import texts


def _of_all_forms(code: str) -> str:
    return f"refused.{code}"


def sentences(
    problems: Iterable[Problem],
    own: Callable[[str], str],
    field: Callable[[str], str],
    *,
    shared: Callable[[str], str] = _of_all_forms,
) -> dict[str, str]:
    """The first problem of each field in words, naming the field as the page does.

    ``own`` gives the key of the sentence that these forms have for a problem; where there is none,
    ``shared`` gives one that several forms have. ``field`` gives the words for ``Problem.where``.
    """
    t = texts()
    found: dict[str, str] = {}
    for problem in problems:
        key = own(problem.code)
        key = key if key in t else shared(problem.code)
        found.setdefault(problem.where, t(key, where=field(problem.where), **problem.values))
    return found
