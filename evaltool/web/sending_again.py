"""What somebody sent that could not be kept: a page from which it can be sent once more.

It needs nothing of the store, which may be what failed. Files do not come back, for a browser
gives them once; passwords and codes are never written into a page.
"""

from flask import Response, g, request
from flask_wtf.csrf import validate_csrf
from werkzeug.exceptions import HTTPException
from wtforms import ValidationError

from evaltool.web.context import texts
from evaltool.web.pages import SentAgainPage
from evaltool.web.rendering import render, wants_json
from evaltool.web.signatures import (
    AGAIN,
    TOKEN,
    form_token,
    is_sent_again,
    token_to_send_again,
)

SECRETS = frozenset({"password", "again", "current", "session_password", "code", "link_code"})
"""The fields that hold a password or a code."""


def is_ours() -> bool:
    """Whether a page of ours in this browser sent this form, and no page of somebody else."""
    try:
        validate_csrf(request.form.get(TOKEN))
    except ValidationError:
        # A token is good no more once the key or the cookie is another; a browser says itself
        # from where it sends a form, and no page can make it say anything else.
        site = request.headers.get("Sec-Fetch-Site")
        same = site == "same-origin" if site else _origin_is_ours()
        return is_sent_again() or same or bool(g.get("csrf_valid"))
    return True


def _origin_is_ours() -> bool:
    return request.headers.get("Origin") == request.host_url.rstrip("/")


def page_to_send_again(title: str, what: str, status: int) -> Response | None:
    """What was sent, ready to be sent again; None where there is nothing that can be.

    ``what`` says why it was not kept. At a ``status`` of 401 it is that nobody is signed in any
    more: it can be sent again after that.
    """
    if request.method != "POST" or wants_json():
        return None
    try:
        sent = [(name, value) for name, value in request.form.items(multi=True)]
        files = [file for file in request.files.values() if file.filename]
    except HTTPException:
        # Too large to be read at all.
        return None
    fields = [field for field in sent if field[0] not in (TOKEN, AGAIN, *SECRETS)]
    if files or not any(value.strip() for _, value in fields) or not is_ours():
        return None
    signed_out = status == 401
    # The token of the form counts no longer once somebody else is signed in, or the same person
    # again: that page gets one that outlasts it.
    token = (AGAIN, token_to_send_again()) if signed_out else (TOKEN, form_token())
    page = SentAgainPage(
        title=title,
        what=what,
        signed_out=signed_out,
        left_out=any(name in SECRETS for name, _ in sent),
        action=request.script_root + request.path,
        fields=(token, *fields),
        # Whoever cannot send it again at all can still read and copy it. Codes have no spaces.
        written=tuple(value for _, value in fields if len(value.split()) > 1),
    )
    return render(page, status)


def sent_again(key: str, status: int) -> Response | None:
    """The page for one kind of error, whose sentences are at ``key``; None as above."""
    t = texts()
    return page_to_send_again(t(f"{key}.title"), t(f"{key}.what"), status)
