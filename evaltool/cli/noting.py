"""The audit log, as what is done by a command on the machine itself adds to it."""

from datetime import datetime

from evaltool.domain.audit import Event
from evaltool.store import Store

ROLE = "command"
"""The role in the audit log of whoever can run commands: nobody is signed in there."""


def write_down(
    store: Store,
    at: datetime,
    action: str,
    nis_code: str = "",
    *,
    evaluation: str = "",
    detail: str = "",
) -> None:
    """Add to the audit log what a command did, to what of which municipality."""
    store.audit.append(
        Event(
            at=at,
            actor="",
            role=ROLE,
            action=action,
            nis_code=nis_code,
            evaluation=evaluation,
            detail=detail,
        )
    )
