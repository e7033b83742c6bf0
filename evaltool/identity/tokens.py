"""Secrets that are shown once: what is kept of them is a digest."""

import hashlib
import re
import secrets

_BYTES = 32
_LETTER = "[A-Za-z0-9_-]"
_WHOLE = rf"(?<!{_LETTER})({_LETTER}{{43}})(?!{_LETTER})"
# Behind "#" first: a name of a host can be as long. A mail program that broke the line left a space
# or a line end within it, which counts only there: elsewhere it is what parts words.
_FORMS = tuple(
    re.compile(form)
    for form in (f"#{_WHOLE}", _WHOLE, rf"#\s*((?:{_LETTER}\s*){{43}})(?!{_LETTER})")
)
_BROKEN = re.compile(rf"(?:{_LETTER}\s*){{43}}")


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
    """The token in what somebody typed or pasted; empty where that holds none that is whole.

    It can stand by itself or in its link, with a sentence around it, with the "#" written as "%23",
    or broken by spaces.
    """
    text = typed.replace("%23", "#").strip()
    found = next((match for form in _FORMS if (match := form.search(text))), None)
    if found is None:
        return "".join(text.split()) if _BROKEN.fullmatch(text) else ""
    return "".join(found[1].split())
