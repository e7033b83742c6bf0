"""Who is asking: the actor of a request, from the session that its cookie names.

What is known of a session is kept in the store; the cookie holds a random token, of which the
store has a digest. A session therefore ends when the store says so, wherever the cookie is.
"""

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import g, request, session
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Actor, Role
from evaltool.domain.accounts import Account, AccountNotFound, AccountState, Session, Stage
from evaltool.domain.attempts import network_of
from evaltool.identity.tokens import digest, new_token
from evaltool.store import StoreError
from evaltool.web.context import services

if TYPE_CHECKING:
    from evaltool.identity.signing import Desk

_SESSION = "sid"
_KEPT = ("lang", "sent_again")
"""What a browser keeps when its session begins anew."""
_SEEN_EVERY = timedelta(minutes=1)

_ROLES = {Stage.HALFWAY: Role.HALFWAY, Stage.ENROLLING: Role.ENROLLING}


def desk() -> "Desk":
    """Where people sign in to this installation."""
    # Loaded here: the tool of one person on one machine asks for no passwords.
    from evaltool.identity.signing import Desk

    held = services()
    if held.hosted is None:
        raise RuntimeError("only a hosted tool has accounts")
    hosted = held.hosted
    return Desk(held.store, hosted.secret_key, hosted.secret_key_before, hosted.strict)


def second_factor_roles() -> frozenset[Role]:
    """Which roles must have a second factor here."""
    hosted = services().hosted
    return frozenset() if hosted is None else hosted.second_factor_roles


def actor() -> Actor:
    """Who asks for what this request asks."""
    if "actor" not in g:
        g.actor = _actor()
    found: Actor = g.actor
    return found


def nobody_where_unknown(error: BaseException | None = None) -> None:
    """Let this request be nobody's where the store cannot tell whose it is.

    For the pages of errors: they say what is wrong whatever that is, and ask no more of a store
    that failed. ``error`` is what went wrong before.
    """
    if "actor" in g:
        return
    if services().hosted is None or not isinstance(error, StoreError):
        with contextlib.suppress(StoreError):
            actor()
    g.setdefault("actor", Actor(Role.NOBODY))


def account() -> Account:
    """The account that is signed in, halfway or wholly."""
    actor()
    found: Account = g.account
    return found


def current_session() -> Session:
    """The session of this request."""
    actor()
    found: Session = g.session
    return found


def seconds_left() -> int | None:
    """How long the session of this request lasts if it is not used again; None without one."""
    actor()
    found: Session | None = g.get("session")
    if found is None:
        return None
    return max(0, int((found.ends_at - services().now()).total_seconds()))


def emptied(answer: AnyResponse) -> AnyResponse:
    """An answer to who leaves, at which the browser forgets what it kept of the pages.

    The cookie stays: it holds the language and the message that is shown next.
    """
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def network() -> str:
    """The network from which this request comes, as the proxy in front tells it."""
    return network_of(request.remote_addr or "")


def session_digest() -> str | None:
    """The digest of the token in the cookie, None where there is none."""
    token = session.get(_SESSION)
    return digest(token) if isinstance(token, str) else None


def _actor() -> Actor:
    held = services()
    if held.hosted is None:
        return Actor(Role.LOCAL)
    nobody = Actor(Role.NOBODY)
    key = session_digest()
    if key is None:
        return nobody
    now = held.now()
    found = held.store.sessions.find(key)
    if found is None:
        return nobody
    if found.has_ended(now):
        # One that ended is one, whether that could be noted or not.
        with contextlib.suppress(StoreError):
            held.store.sessions.end(key, patient=False)
        return nobody
    try:
        who = held.store.accounts.get(found.account)
    except AccountNotFound:
        return nobody
    if who.state is not AccountState.ACTIVE:
        return nobody
    # With HEAD an open page asks whether its session is still there: that is no use of it.
    if now - found.seen_at >= _SEEN_EVERY and request.method != "HEAD":
        # Whoever only looks is not kept from that by a store that can only be read.
        with contextlib.suppress(StoreError):
            held.store.sessions.seen(key, now)
            found = replace(found, seen_at=now)
    g.account, g.session = who, found
    role = _ROLES.get(found.stage, who.role)
    let_in: frozenset[str] = frozenset()
    if role is Role.COACH:
        let_in = frozenset(c.nis_code for c in held.store.consents.to_coach(who.id))
    return Actor(role, who.id, who.nis_code, let_in)


def begin_session(
    who: Account,
    stage: Stage,
    *,
    provider_session: str | None = None,
    id_token: str | None = None,
) -> None:
    """Start a session with a token of its own; whatever the browser brought along is dropped."""
    held = services()
    end_session()
    token = new_token()
    session[_SESSION] = token
    held.store.sessions.start(
        digest(token),
        who.id,
        stage,
        browser=request.user_agent.string,
        at=held.now(),
        provider_session=provider_session,
        id_token=id_token,
    )
    if stage is Stage.FULL:
        held.store.accounts.change(who.id, signed_in_at=held.now())


def end_session() -> None:
    """End the session of this browser, with everything in its cookie but what is kept."""
    key = session_digest()
    if key is not None:
        services().store.sessions.end(key)
    kept = {name: session[name] for name in _KEPT if name in session}
    session.clear()
    session.update(kept)
    for name in ("actor", "account", "session", "csrf_token"):
        g.pop(name, None)
