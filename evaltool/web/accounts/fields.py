"""What the forms about accounts have in common."""

from collections.abc import Iterable

from evaltool.domain.validation import Problem
from evaltool.web.context import texts


def sentences(problems: Iterable[Problem]) -> dict[str, str]:
    """The first problem of each field in words."""
    found: dict[str, str] = {}
    for problem in problems:
        found.setdefault(problem.where, texts()(f"refusal.{problem.code}", **problem.values))
    return found
