"""Is it she herself? Asked of who is signed in, before what matters and cannot be undone."""

from flask import request

from evaltool.identity.signing import MustWait, MustWaitForCode, Wrong
from evaltool.web.context import services, texts
from evaltool.web.identity import account, current_session, desk, network

FRESH_SECONDS = 600
"""Whoever has no password here must have signed in so short a time ago."""


def unproven(field: str) -> dict[str, str]:
    """Why it is not certain that this is she herself, under the name of the field; or nothing.

    The field holds her password. Whoever signs in at her organisation has none here: what can be
    asked is that she did so just now.
    """
    who = account()
    if who.password is None:
        fresh = (services().now() - current_session().started_at).total_seconds() < FRESH_SECONDS
        return {} if fresh else {field: texts()("account.sign_in_again")}
    try:
        right = desk().is_own(who, request.form.get(field, ""), network(), services().now())
    except MustWait:
        return {field: texts()("signing.wait")}
    return {} if right else {field: texts()("account.wrong_password")}


def without_code() -> dict[str, str]:
    """Why it is not certain that this is who has the second factor that there is; or nothing."""
    who = account()
    if who.second_factor is None:
        return {}
    try:
        desk().by_code(who, request.form.get("code", ""), network(), services().now())
    except MustWait as wait:
        return {"code": texts()(wait_text(wait))}
    except Wrong:
        return {"code": texts()(f"signing.{strictly('wrong_code')}")}
    return {}


def asked_of(*fields: str) -> tuple[str, ...]:
    """These fields to ask, without the password of who has none here."""
    has_password = account().password is not None
    return tuple(field for field in fields if field != "password" or has_password)


def wait_text(wait: MustWait) -> str:
    """The text that says how long to wait, and what else helps."""
    return "signing.wait_for_code" if isinstance(wait, MustWaitForCode) else "signing.wait"


def strictly(text: str) -> str:
    """The name of a text about a wrong code, of what to do where codes are looked at strictly."""
    return f"{text}_strict" if desk().strict else text
