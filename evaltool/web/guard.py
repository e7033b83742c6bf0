"""Asked at every route: may this be done? And what was done is written down."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, current_app, g, make_response, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import OF_AN_EVALUATION, Permission, Role, Subject, may
from evaltool.domain.accounts import AccountNotFound
from evaltool.domain.audit import Event
from evaltool.domain.evaluation import NotFound
from evaltool.web.context import services
from evaltool.web.excess import hold_back_documents, hold_back_evaluations
from evaltool.web.identity import actor

P = ParamSpec("P")
R = TypeVar("R")

_CHANGES = frozenset(
    {
        Permission.FILL_IN,
        Permission.DETAILS,
        Permission.FINISH,
        Permission.REOPEN,
        Permission.PLAN,
        Permission.KEEP,
        Permission.CONSENSUS,
        Permission.AGENDA,
        Permission.ZONE,
        Permission.DELETE,
    }
)
"""What is written down when it changes something."""
_TAKEN_ALONG = frozenset(
    {Permission.DOCUMENT, Permission.MEETING, Permission.INTAKE, Permission.EXPORT}
)
"""What is written down whenever it is asked: it leaves the tool."""
_READ = frozenset({Permission.READ, Permission.RESULTS})
"""What is written down when anybody of elsewhere asks it."""


def guarded(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say what a route does, so that it can be decided who may call it, and written down."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
            if permission is Permission.CREATE and request.method == "POST":
                hold_back_evaluations()
            if not _is_written_down(permission):
                return view(*args, **kwargs)
            if request.method == "POST":
                # One and the same transaction: nothing is changed that is not written down.
                with services().store.together():
                    return _noted(permission, view(*args, **kwargs))
            if permission in _TAKEN_ALONG:
                hold_back_documents()
            # A document takes long to make, and meanwhile others save: it is made outside any
            # transaction. It leaves only once it is written down that it does.
            return _noted(permission, view(*args, **kwargs))

        wrapped.permission = permission  # type: ignore[attr-defined]
        return wrapped

    return decorate


def _noted(permission: Permission, answer: R) -> R:
    """The answer, once it is written down what it was; what was refused is not."""
    if make_response(answer).status_code < 400:
        subject: Subject = g.subject
        id_ = str((request.view_args or {}).get("id_", ""))
        write_down(permission, subject.nis_code or "", id_, _part())
    return answer


def _is_written_down(permission: Permission) -> bool:
    if services().hosted is None or "subject" not in g:
        return False
    if permission in _CHANGES:
        return request.method == "POST" and "only_looked" not in g
    return permission in _TAKEN_ALONG or (permission in _READ and _is_from_elsewhere())


def _is_from_elsewhere() -> bool:
    """Whether the actor reads neither her own municipality's nor her own view: a coach, a zone."""
    who, subject = actor(), g.subject
    own_view = who.account is not None and subject.contributor == who.account
    return not own_view and subject.nis_code != who.nis_code


def only_looked() -> None:
    """Say that this request, which could have changed something, changed nothing."""
    g.only_looked = True


def _part() -> str:
    """Which part of an evaluation it is about, as a code."""
    named = request.view_args or {}
    part = named.get("section_id") or named.get("sheet")
    return str(part or (request.endpoint or "").rpartition(".")[2])


def write_down(action: str, nis_code: str = "", evaluation: str = "", detail: str = "") -> None:
    """Add to the audit log what the actor of this request did."""
    held = services()
    if held.hosted is None:
        return
    who = actor()
    held.store.audit.append(
        Event(
            at=held.now(),
            actor=who.account or "",
            role=who.role,
            action=str(action),
            nis_code=nis_code,
            evaluation=evaluation,
            detail=detail,
        )
    )
    # For who counts what happens, after the answer: see metrics.
    g.setdefault("written_down", []).append(str(action))


def check_access() -> AnyResponse | None:
    """Refuse what the actor may not do; a route that does not say what it does, too.

    What belongs to somebody else is answered as what is not there: an answer tells nobody whether
    an id exists.
    """
    if request.endpoint is None or request.endpoint == "static":
        return None
    asked = getattr(current_app.view_functions[request.endpoint], "permission", None)
    if not isinstance(asked, Permission):
        abort(403)
    if asked is Permission.PUBLIC:
        # Whoever it is: a probe need not wait for the store.
        return None
    if not may(actor(), asked):
        return _refuse()
    subject = _subject()
    if subject is not None:
        if not may(actor(), asked, subject):
            # Who may read it learns nothing by hearing that this is not allowed.
            abort(403 if may(actor(), Permission.READ, subject) else 404)
        g.subject = subject
    return None


def _subject() -> Subject | None:
    """Whose it is what the address names; None where it names nothing of anybody's."""
    named = request.view_args or {}
    if "id_" in named:
        try:
            return services().evaluations.subject(named["id_"])
        except NotFound:
            abort(404)
    if "nis_code" in named:
        return Subject(named["nis_code"])
    if "account_id" in named:
        try:
            return Subject(services().store.accounts.get(named["account_id"]).nis_code)
        except AccountNotFound:
            abort(404)
    return None


_LONGEST_WAY = 1000
"""Characters of an address to go on to: browsers keep no cookie of more than 4 kB."""


def _refuse() -> AnyResponse:
    """Send those who are not (wholly) signed in where they can be; the others may not."""
    place = {
        Role.NOBODY: "signing.sign_in",
        Role.HALFWAY: "signing.code",
        Role.ENROLLING: "second_factor.enrol",
    }.get(actor().role)
    if place is None:
        abort(403)
    if request.method != "GET":
        abort(401)
    if actor().role is Role.NOBODY and len(request.full_path) <= _LONGEST_WAY:
        # A path of ours, taken from the request itself: it can lead nowhere else.
        session["after"] = request.full_path.rstrip("?")
    return redirect(url_for(place), 303)


def can(permission: str) -> bool:
    """Whether a page shows the way to something, for the subject that the page is about.

    The ways that stand on every page are about no evaluation: they have no subject.
    """
    asked = Permission(permission)
    return may(actor(), asked, g.get("subject") if asked in OF_AN_EVALUATION else None)
