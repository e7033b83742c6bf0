"""Tickets: a form that makes something new carries one, so that sending it twice makes one thing.

A ticket is a random text, signed with the key of the application. The id of what is made follows
from the ticket, from what was sent with it and from that same key: whoever knows an id learns
nothing of the ticket, nor of the other ids that were made with it.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

from flask import current_app

_BYTES = 16
"""As many as an id has that the store makes."""


def new_ticket() -> str:
    """A ticket for a form that is about to be shown."""
    nonce = secrets.token_urlsafe(_BYTES)
    return f"{nonce}.{_keyed('ticket', nonce)}"


def id_by(ticket: str, *sent: str) -> str | None:
    """The id of what is made with a ticket and ``sent``; None where the ticket is not one of ours.

    Another choice sent with the same ticket, from a page that a browser kept, has another id: it
    must not end at what was made of the first.
    """
    nonce, _, signature = ticket.partition(".")
    if not hmac.compare_digest(signature.encode(), _keyed("ticket", nonce).encode()):
        return None
    return _keyed("id", nonce, *sent)


def _keyed(*parts: str) -> str:
    # Each part as a digest of one length: no two lists of parts make the same text.
    text = b"".join(hashlib.sha256(part.encode()).digest() for part in parts)
    key = str(current_app.secret_key).encode()
    made = hmac.new(key, text, hashlib.sha256).digest()
    return urlsafe_b64encode(made[:_BYTES]).rstrip(b"=").decode()
