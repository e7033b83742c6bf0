"""Secrets that are shown once: what is kept of them is a digest."""

import hashlib
import secrets

_BYTES = 32


def new_token() -> str:
    """256 random bits, fit for an address or a cookie: 43 letters, digits, "-" and "_".

    The script that takes one from an address (``static/evaltool.js``) knows it by that form.
    """
    return secrets.token_urlsafe(_BYTES)


def digest(token: str) -> str:
    """What is kept of a token. It is long and random, so that a plain hash cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_with(public_url: str, token: str) -> str:
    """A link that holds a token where no server reads it: what follows "#" stays in the browser."""
    return f"{public_url}/link#{token}"


def token_of(typed: str) -> str:
    """The token in what somebody typed or pasted: by itself, or the whole link that holds it."""
    return typed.rpartition("#")[2].strip()
