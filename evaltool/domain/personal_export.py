"""Everything that is kept of a person or a municipality, as data to take along."""

from collections.abc import Iterable, Mapping
from typing import Any

from evaltool.domain.accounts import Account, Consent, Session
from evaltool.domain.audit import Entry
from evaltool.domain.coaching import CoachEntry
from evaltool.domain.document import answers_form
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.municipality import Register

FORMAT = 1
"""Counts up when keys change or go."""


def account_data(
    account: Account,
    sessions: Iterable[Session],
    views: Iterable[Evaluation],
    entries: Iterable[Entry],
    register: Register,
    *,
    coaching: Iterable[CoachEntry] = (),
    coaching_kept: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """What is kept of one person. Secrets are named, not given: they would open the account.

    ``coaching_kept`` is how many notes and sessions there are besides, by the code of a
    municipality that no longer lets her read about it.
    """
    return {
        "format": FORMAT,
        "account": {
            **account_row(account),
            "password": "kept as a hash" if account.password else None,
            "second_factor": "kept sealed" if account.second_factor else None,
            "single_sign_on": account.subject,
        },
        "sessions": [
            {
                "started_at": session.started_at.isoformat(),
                "seen_at": session.seen_at.isoformat(),
                "browser": session.browser,
            }
            for session in sessions
        ],
        "views": [
            {
                "municipality": register.known(view.nis_code).name,
                "discipline": view.view.discipline if view.view else None,
                "date": view.day.isoformat(),
                **answers_form(view.answers),
            }
            for view in views
        ],
        "coaching": coaching_rows(coaching),
        "coaching_kept": dict(coaching_kept or {}),
        "log": log_rows(entries),
    }


def account_row(account: Account) -> dict[str, Any]:
    """What others who manage an account may see of it."""
    signed_in = account.signed_in_at
    return {
        "id": account.id,
        "address": account.address,
        "name": account.name,
        "role": account.role,
        "municipality": account.nis_code,
        "state": account.state,
        "created_at": account.created_at.isoformat(),
        "signed_in_at": signed_in and signed_in.isoformat(),
    }


def consent_rows(consents: Iterable[Consent]) -> list[dict[str, Any]]:
    """Which coaches are let in, by the ids of accounts."""
    return [
        {
            "coach": c.coach,
            "given_at": c.given_at.isoformat(),
            "given_by": c.given_by,
            "named": c.named,
        }
        for c in consents
    ]


def coaching_rows(entries: Iterable[CoachEntry]) -> list[dict[str, Any]]:
    """Notes and sessions of coaches, by the ids of accounts and the codes of municipalities.

    ``date`` is the day of a session, None for a note.
    """
    return [
        {
            "coach": entry.coach,
            "municipality": entry.nis_code,
            "date": None if entry.day is None else entry.day.isoformat(),
            "shared": entry.shared,
            "text": entry.text,
            "changed_at": entry.changed_at.isoformat(),
        }
        for entry in entries
    ]


def log_rows(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Entries of the audit log, with the digests that chain them."""
    return [
        {
            "number": entry.number,
            "at": entry.event.at.isoformat(),
            "actor": entry.event.actor,
            "role": entry.event.role,
            "action": entry.event.action,
            "municipality": entry.event.nis_code,
            "evaluation": entry.event.evaluation,
            "detail": entry.event.detail,
            "digest": entry.digest,
        }
        for entry in entries
    ]
