"""Signs cookies and forms with SHA-256; what signs them uses SHA-1 where nobody says otherwise."""

import hashlib
import hmac
import secrets
from functools import lru_cache

from flask import Flask, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect, URLSafeTimedSerializer, generate_csrf

TOKEN = "csrf_token"  # noqa: S105
"""The field of a form that says that a page of ours in this browser sent it."""
AGAIN = "sent_again"
"""The field that says so of what was sent when nobody was signed in any more."""
_BYTES = 32
_REMEMBERED = 256
"""Browsers of which the token is known as it was signed last."""


class _Forms(CSRFProtect):  # type: ignore[misc]
    def _get_csrf_token(self) -> str | None:
        """The token of a form; what is rightly sent again after signing in has one that counts."""
        if is_sent_again():
            # It was good once.
            session.pop(AGAIN, None)
            return form_token()
        found: str | None = super()._get_csrf_token()
        return found


def token_to_send_again() -> str:
    """A token by which this browser can send this form once somebody is signed in again.

    Signing in makes the token of forms anew; this one is kept, counts at this address, and once.
    """
    return _again(str(session.setdefault(AGAIN, secrets.token_hex(_BYTES))))


def _again(kept: str) -> str:
    return hmac.new(kept.encode(), request.path.encode(), hashlib.sha256).hexdigest()


def is_sent_again() -> bool:
    """Whether a page of ours in this browser sends what it could not send before."""
    kept = session.get(AGAIN)
    if not isinstance(kept, str):
        return False
    return hmac.compare_digest(_again(kept).encode(), request.form.get(AGAIN, "").encode())


class _Sessions(SecureCookieSessionInterface):
    digest_method = staticmethod(hashlib.sha256)


def install(app: Flask) -> None:
    """Ask a token of every form, and sign what this application hands out with SHA-256.

    What the secret key before signed still counts, in cookies and in forms.
    """
    _Forms(app)
    app.session_interface = _Sessions()
    app.config["WTF_CSRF_SECRET_KEY"] = [*app.config["SECRET_KEY_FALLBACKS"], app.secret_key]
    # Flask-WTF leaves the digest to its serializer, which has this place to choose another.
    URLSafeTimedSerializer.default_signer.default_digest_method = staticmethod(hashlib.sha256)
    app.jinja_env.globals[TOKEN] = form_token


def form_token() -> str:
    """The token that protects the forms of this browser, signed."""
    # Flask-WTF would make it with SHA-1.
    key = current_app.config["WTF_CSRF_SECRET_KEY"][-1]
    return _signed(key, session.setdefault(TOKEN, secrets.token_hex(_BYTES)))


@lru_cache(maxsize=_REMEMBERED)
def _signed(_key: str, _kept: str) -> str:
    """The token of the session of this request as it stands in a form.

    It is good for as long as the session is (see WTF_CSRF_TIME_LIMIT), so that it need not be
    signed anew for every page.
    """
    # Of what stood in the session before, should this request have asked already.
    g.pop(TOKEN, None)
    return str(generate_csrf())
