"""What was typed in any form and could not be kept comes back, to be sent again."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from evaltool.domain.access import Permission, Role
from evaltool.store import DatabaseFull, DatabaseLocked
from evaltool.web import create_app
from evaltool.web.sending_again import SECRETS
from tests.browsing import begun, form_of, send
from tests.conftest import CheckedClient
from tests.faults.test_storage import full
from tests.hosting import OWN, PASSWORD, HostedClient, Town, a_town

ROOT = Path(__file__).resolve().parent.parent
TYPED = 'Een "lange" tekst\r\nop twee <regels>'
FORMS = frozenset(
    {
        "assess.section",
        "planning.add",
        "planning.action",
        "agendas.add",
        "room.decide",
        "deciding.decision",
        "coaching_entries.entry",
        "consensus.answer",
    }
)
"""Forms in which people write most."""
OPEN = frozenset({Permission.PUBLIC, Permission.SIGN_IN})
FROM_OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def forms(app: Flask, *values: str) -> Iterator[tuple[str, str]]:
    """Every form that asks for somebody who is signed in: its endpoint and an address of it."""
    filled = {"id_": values[0], "nis_code": OWN, "section_id": "situation", "number": 1}
    adapter = app.url_map.bind("evaluatie.example")
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        if vars(app.view_functions[rule.endpoint]).get("permission", Permission.PUBLIC) in OPEN:
            continue
        arguments = {name: filled.get(name, "1") for name in rule.arguments}
        yield rule.endpoint, adapter.build(rule.endpoint, arguments, method="POST")


def comes_back(answer: TestResponse) -> bool:
    """Whether a page holds what was typed, and no password or code that was sent with it."""
    held = form_of(answer, answer.request.path)
    return held.get("text") == TYPED and not SECRETS & set(held) and PASSWORD not in answer.text


SENT = {"text": TYPED, **dict.fromkeys(SECRETS, PASSWORD)}
