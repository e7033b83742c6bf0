"""Signs cookies and forms with SHA-256; what signs them uses SHA-1 where nobody says otherwise."""

import hashlib
import secrets

from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import URLSafeTimedSerializer, generate_csrf

_FIELD = "csrf_token"
_BYTES = 32


class _Sessions(SecureCookieSessionInterface):
    digest_method = staticmethod(hashlib.sha256)


def install(app: Flask) -> None:
    """Sign what this application hands out with SHA-256; after the protection of forms.

    What the secret key before signed still counts, in cookies and in forms.
    """
    app.session_interface = _Sessions()
    app.config["WTF_CSRF_SECRET_KEY"] = [*app.config["SECRET_KEY_FALLBACKS"], app.secret_key]
    # Flask-WTF leaves the digest to its serializer, which has this place to choose another.
    URLSafeTimedSerializer.default_signer.default_digest_method = staticmethod(hashlib.sha256)
    app.jinja_env.globals[_FIELD] = form_token


def form_token() -> str:
    """The token that protects the forms of this browser, signed."""
    # Flask-WTF would make it with SHA-1.
    session.setdefault(_FIELD, secrets.token_hex(_BYTES))
    return str(generate_csrf())
