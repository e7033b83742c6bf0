"""What the forms about accounts have in common."""

from collections.abc import Iterable

from flask import request

from evaltool.domain.accounts import Account
from evaltool.domain.validation import Problem
from evaltool.identity.passwords import faults_of
from evaltool.web.context import services, texts


def sentences(problems: Iterable[Problem]) -> dict[str, str]:
    """The first problem of each field in words."""
    found: dict[str, str] = {}
    for problem in problems:
        found.setdefault(problem.where, texts()(f"refusal.{problem.code}", **problem.values))
    return found


def password_faults(who: Account, password: str) -> dict[str, str]:
    """What is wrong with a password that somebody chooses in the form of this request."""
    held = services()
    municipality = held.register.municipalities.get(who.nis_code or "")
    place = "" if municipality is None else municipality.name
    organisation = "" if held.hosted is None else held.hosted.organisation
    errors = sentences(faults_of(password, who.address, who.name, place, organisation))
    if not errors and password != request.form.get("again", ""):
        errors = {"again": texts()("refusal.password_again")}
    return errors
