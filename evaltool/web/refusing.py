"""What is wrong with what was typed, in words."""

from collections.abc import Callable, Iterable

from evaltool.domain.validation import Problem
from evaltool.web.context import texts


def sentences(
    problems: Iterable[Problem], own: Callable[[str], str], field: Callable[[str], str]
) -> dict[str, str]:
    """The first problem of each field in words, naming the field as the page does.

    ``own`` gives the key of the sentence that these forms have for a problem; where there is none,
    it is one that all forms share (``refused``). ``field`` gives the words for ``Problem.where``.
    """
    t = texts()
    found: dict[str, str] = {}
    for problem in problems:
        key = own(problem.code)
        key = key if key in t else f"refused.{problem.code}"
        found.setdefault(problem.where, t(key, where=field(problem.where), **problem.values))
    return found
