"""Names and addresses that try to put something into a mail."""

from email import message_from_bytes, policy

import pytest

from evaltool.domain.accounts import AccountState
from evaltool.identity.tokens import token_of
from evaltool.mail import BadLetter
from evaltool.mail.letters import written
from evaltool.web.accounts.post import RESET, composer
from tests.attacks.world import World
from tests.hosting import PUBLIC


def letter(world: World) -> bytes:
    """The mail to the officer with a link, as it goes over the line."""
    held = world.town.held
    assert held.hosted is not None
    held.store.outbox.queue(world.own.officer.id, RESET, world.town.clock.at)
    (due,) = held.store.outbox.due(world.town.clock.at)
    made = composer(held, held.hosted)(due)
    assert made is not None
    return written(made, sender="tool@organisatie.example", sender_name="X", at=world.town.clock.at)


@pytest.mark.parametrize(
    "name",
    [
        "An\r\nBcc: evil@evil.example",
        "An\nBcc: evil@evil.example\n\nhttps://evil.example",
        "An\x00",
        "An\u2028Bcc: evil@evil.example",
        "=?utf-8?q?Bcc:_evil?=",
        "<script>evil()</script>",
        "{link}{organisation}{0.__class__}",
        "%s%n",
    ],
)
def test_a_name_puts_nothing_into_a_mail_but_itself(world: World, name: str) -> None:
    """Names come past our own forms too: from a provider of single sign-on."""
    world.town.held.store.accounts.change(world.own.officer.id, name=name)
    try:
        raw = letter(world)
    except BadLetter:
        return
    mail = message_from_bytes(raw, policy=policy.default)
    assert set(mail.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language"),
        *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
    }
    assert mail["To"] == world.own.officer.address
    assert (mail.get_content_type(), mail.is_multipart()) == ("text/plain", False)
    # The link, and its code once more by itself, for who opens it without scripts.
    lines = mail.get_content().splitlines()
    (code,) = [token_of(line) for line in lines if line.startswith(f"{PUBLIC}/link#")]
    assert len(code) > 40
    assert code in lines
    assert "evil" not in mail["Subject"]


def test_a_mail_is_for_an_account_that_is_open_and_for_its_own_address(world: World) -> None:
    client, outbox = world.client("nobody"), world.town.held.store.outbox
    own = world.own
    accounts = world.town.held.store.accounts
    accounts.change(own.chair.id, state=AccountState.CLOSED)
    for typed in (
        *(
            f"{own.officer.address}, evil@evil.example",
            f"{own.officer.address}\nBcc: evil@x.example",
        ),
        *(f"<{own.officer.address}>", own.chair.address, own.waiting.address, "niemand@x.example"),
        f"evil@evil.example {own.officer.address}",
    ):
        data = {"csrf_token": world.tokens["nobody"], "address": typed}
        assert client.post("/reset", data=data).status_code == 303
        assert outbox.due(world.town.clock.at) == (), typed
    data = {"csrf_token": world.tokens["nobody"], "address": own.officer.address}
    client.post("/reset", data={**data, "to": "evil@evil.example"})
    (due,) = outbox.due(world.town.clock.at)
    assert due.account_id == own.officer.id
