"""Mail: what arrives, what is refused, what a failing server leads to, and the outbox."""

import datetime as dt
import email
import email.policy
import email.utils
import logging
import re
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings, strategies as st

from evaltool.domain.access import Role
from evaltool.domain.accounts import AccountNotFound
from evaltool.mail import (
    BadLetter,
    Due,
    Letter,
    Mailer,
    MailFailed,
    MailSettings,
    Outbox,
    Postman,
    Security,
)
from evaltool.store import Store, open_store
from tests.factories import a_moment

SENDER = "no-reply@livcr.example"
TO = "an.peeters@gemeente.example"
SUBJECT = "Kies een nieuw wachtwoord"
TEXT = "Beste An\n\nhttps://livcr.example/link#geheim\n"
PASSWORD = "s3cret-of-the-server"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SHORT, LONG = 0.2, 5.0


def a_letter(to: str = TO, subject: str = SUBJECT, text: str = TEXT) -> Letter:
    """A letter that nobody has a reason to refuse."""
    return Letter(to, subject, text, "nl")


def some_settings(port: int = 25, **changes: Any) -> MailSettings:
    """Settings for a server on this machine, in the clear unless something else is asked for."""
    made: dict[str, Any] = {"security": Security.NONE, "timeout": LONG, **changes}
    return MailSettings(made.pop("host", "127.0.0.1"), port, SENDER, **made)


def failure_of(port: int, **changes: Any) -> MailFailed:
    """How sending a letter to this port fails."""
    with pytest.raises(MailFailed) as raised:
        Mailer(some_settings(port, **changes)).send(a_letter())
    return raised.value


# Servers


@dataclass
class Inbox:
    """What a server of aiosmtpd does with mail: keep it, unless there is a reply to give first."""

    arrived: list[Envelope] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, _: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.replies:
            return self.replies.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.arrived.append(envelope)
        self.secured.append(session.ssl is not None)
        self.names.append(str(session.host_name))
        return "250 OK"

    def last(self) -> EmailMessage:
        """The mail that arrived last, read as a mail program does."""
        content = self.arrived[-1].original_content
        assert content is not None
        read = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(read, EmailMessage)
        assert read.defects == []
        return read


class OnAnyPort(Controller):
    """A server on a port that the system picks."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def serving(inbox: Inbox, **options: Any) -> Iterator[int]:
    """A mail server on this machine, by its port."""
    controller = OnAnyPort(inbox, "127.0.0.1", 0, server_hostname="mail.example", **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@contextmanager
def saying(*replies: str) -> Iterator[int]:
    """A server that greets with the first reply and gives the next after each command.

    After the last reply it closes the line; where that is empty, it keeps silent instead.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_say, args=(listening, replies), daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(LONG)
        assert not thread.is_alive()


def _say(listening: socket.socket, replies: tuple[str, ...]) -> None:
    connection, _ = listening.accept()
    with connection, connection.makefile("rb") as lines, suppress(ConnectionError):
        for reply in replies:
            if not reply:
                lines.read()
                return
            connection.sendall(f"{reply}\r\n".encode())
            line = lines.readline()
            while reply.startswith("354") and line not in (b".\r\n", b""):
                line = lines.readline()


@pytest.fixture(scope="module")
def taking() -> Iterator[tuple[Inbox, Mailer]]:
    """A server that takes everything, and who hands it letters."""
    inbox = Inbox()
    with serving(inbox) as port:
        yield inbox, Mailer(some_settings(port))


def write_certificate(folder: Path, name: str, *, days: int = 1) -> Path:
    """A certificate for ``localhost`` that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        (
            *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=True, **usage), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    """What a server with this certificate needs for TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of an authority that nobody else trusts."""
    return write_certificate(tmp_path_factory.mktemp("tls"), "own")


@pytest.fixture(scope="module")
def with_starttls(certificate: Path) -> Iterator[tuple[Inbox, int]]:
    """A server that takes mail over STARTTLS alone, and logs in who knows the password."""
    inbox = Inbox()

    def login(_: SMTP, s: Session, e: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        known = data == LoginPassword(b"postbode", PASSWORD.encode())
        return AuthResult(success=known, handled=False)

    with serving(
        inbox,
        tls_context=server_context(certificate),
        require_starttls=True,
        auth_required=True,
        authenticator=login,
    ) as port:
        yield inbox, port


# What arrives


@pytest.mark.parametrize(
    "text",
    [
        "Één überprüfung, voilà: ça coûte 5 €. Å … 𝄞\n",
        "een heel lange regel " * 400 + "\n",
        "ö" * 5000 + "\n",
        "שלום עולם (\u202eabc\u202c) مرحبا\u200f\n",
        ".\n..\n.regel met een punt\n\n.\n",
        "From hier tot daar\n>From\n",
        "spaties   \n\ttab\t\n   \n\n\nlaatste\n",
        "a = b =3D =\n=\n",
        "\n",
    ],
)
def test_the_text_that_arrives_is_the_text_that_was_sent(
    taking: tuple[Inbox, Mailer], text: str
) -> None:
    inbox, mailer = taking
    mailer.send(a_letter(text=text))
    assert inbox.last().get_content().replace("\r\n", "\n") == text


@pytest.mark.parametrize("text", ["", "zonder einde"])
def test_a_text_ends_with_the_end_of_a_line(taking: tuple[Inbox, Mailer], text: str) -> None:
    inbox, mailer = taking
    mailer.send(a_letter(text=text))
    assert inbox.last().get_content() == f"{text}\r\n"


@pytest.mark.parametrize(
    "subject",
    [
        SUBJECT,
        "Één überprüfung: ça va? 𝄞",
        "lang onderwerp " * 30 + "einde",
        "ö" * 300,
        "שלום \u202eabc\u202c مرحبا",
        "  spaties  aan   weerszijden  ",
        # Read as an encoded word, it would be two lines.
        "=?utf-8?q?Onderwerp=0D=0ABcc:_ander@elders.example?=",
        "Bcc: ander@elders.example",
    ],
)
def test_the_subject_that_arrives_is_the_subject_that_was_sent(
    taking: tuple[Inbox, Mailer], subject: str
) -> None:
    inbox, mailer = taking
    mailer.send(a_letter(subject=subject))
    assert inbox.last()["Subject"] == subject
    assert "Bcc" not in inbox.last()


def test_a_mail_says_that_a_machine_sent_it_and_holds_nothing_to_follow_anybody_with(
    taking: tuple[Inbox, Mailer],
) -> None:
    inbox, mailer = taking
    before = datetime.now(UTC).replace(microsecond=0)
    mailer.send(a_letter())
    mail = inbox.last()
    assert dict(mail.items()) == {
        "From": SENDER,
        "To": TO,
        "Subject": SUBJECT,
        "Date": mail["Date"],
        "Message-ID": mail["Message-ID"],
        "Auto-Submitted": "auto-generated",
        "Content-Language": "nl",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
    }
    assert before <= email.utils.parsedate_to_datetime(mail["Date"]) <= datetime.now(UTC)
    assert re.fullmatch(r"<[0-9a-f]{32}@livcr\.example>", mail["Message-ID"])
    assert (inbox.arrived[-1].mail_from, inbox.arrived[-1].rcpt_tos) == (SENDER, [TO])


def test_no_two_mails_have_the_same_message_id(taking: tuple[Inbox, Mailer]) -> None:
    inbox, mailer = taking
    found = set()
    for _ in range(5):
        mailer.send(a_letter())
        found.add(inbox.last()["Message-ID"])
    assert len(found) == 5


def test_the_server_is_not_told_what_this_machine_is_called(taking: tuple[Inbox, Mailer]) -> None:
    inbox, mailer = taking
    mailer.send(a_letter())
    assert inbox.names[-1] == "livcr.example"


@pytest.mark.parametrize(
    "name", ["Zelfevaluatie LIVC-R", 'Zoë "van" \'t Huis, <x@y.example>', "=?utf-8?q?a=0Ab?="]
)
def test_the_sender_has_a_name_where_one_was_given(name: str) -> None:
    inbox = Inbox()
    with serving(inbox) as port:
        Mailer(some_settings(port, sender_name=name)).send(a_letter())
    (found,) = inbox.last()["From"].addresses
    assert (found.display_name, found.addr_spec) == (name, SENDER)
    assert inbox.arrived[-1].mail_from == SENDER


LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=120)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\n\t"),
    max_size=300,
)
LOCAL_PARTS = st.from_regex(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\.[a-z0-9+_-]{1,20})?", fullmatch=True
)


@given(local_part=LOCAL_PARTS, subject=LINES.filter(lambda line: line.strip() != ""), text=TEXTS)
@settings(max_examples=60, deadline=None)
def test_whatever_the_letter_it_arrives_as_one_mail_with_the_headers_of_every_mail(
    taking: tuple[Inbox, Mailer], local_part: str, subject: str, text: str
) -> None:
    inbox, mailer = taking
    known = len(inbox.arrived)
    mailer.send(a_letter(f"{local_part}@gemeente.example", subject, text))
    assert len(inbox.arrived) == known + 1
    assert inbox.arrived[-1].rcpt_tos == [f"{local_part}@gemeente.example"]
    content = inbox.arrived[-1].original_content
    assert content is not None
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 76
    mail = inbox.last()
    assert len(mail.items()) == len(set(mail.keys())) == 10
    assert mail["Subject"] == subject
    assert mail.get_content().replace("\r\n", "\n").removesuffix("\n") == text.removesuffix("\n")


# What is refused before anything is sent

ENDS = st.characters(categories=["Cc", "Zl", "Zp", "Cs"])


def with_an_end(lines: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Lines with something in them that is, or may be taken for, the end of one."""
    injected = st.just("Bcc: ander@elders.example") | LINES
    return st.tuples(lines, ENDS | st.just("\r\n"), injected).map("".join)


@given(subject=with_an_end(LINES))
def test_a_subject_of_more_than_one_line_is_refused(
    taking: tuple[Inbox, Mailer], subject: str
) -> None:
    inbox, mailer = taking
    known = len(inbox.arrived)
    with pytest.raises(ValueError, match=r"^bad_subject$"):
        mailer.send(a_letter(subject=subject))
    assert len(inbox.arrived) == known


@given(to=with_an_end(st.just(TO) | LINES) | st.tuples(ENDS, st.just(TO)).map("".join))
def test_a_recipient_with_a_line_end_is_refused(taking: tuple[Inbox, Mailer], to: str) -> None:
    inbox, mailer = taking
    known = len(inbox.arrived)
    with pytest.raises(ValueError, match=r"^bad_recipient$"):
        mailer.send(a_letter(to=to))
    assert len(inbox.arrived) == known


@given(name=with_an_end(LINES))
def test_a_name_of_the_sender_with_a_line_end_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name of the sender"):
        some_settings(sender_name=name)


@pytest.mark.parametrize(
    "to",
    [
        "",
        "an",
        "an@",
        "@gemeente.example",
        "an@gemeente",
        "an@gemeente.example, piet@gemeente.example",
        "an@gemeente.example,piet@gemeente.example",
        "an@gemeente.example piet@gemeente.example",
        "an@gemeente.example@elders.example",
        "An <an@gemeente.example>",
        "<an@gemeente.example>",
        "an@gemeente.example>",
        "an@gemeente.example> SIZE=1",
        "an@gemeente.example (An)",
        " an@gemeente.example",
        "an@gemeente.example ",
        '"an peeters"@gemeente.example',
        "an..peeters@gemeente.example",
        ".an@gemeente.example",
        "an@gemeente..example",
        "an@-gemeente.example",
        "an@[127.0.0.1]",
        "an@127.0.0.1",
        "zoë@gemeente.example",
        "an@geméénte.example",
        f"{'a' * 65}@gemeente.example",
        f"an@{'a' * 64}.example",
        f"an@{'a.' * 123}example",
    ],
)
def test_a_recipient_is_exactly_one_plain_address(to: str) -> None:
    with pytest.raises(BadLetter) as raised:
        a_letter(to=to)
    assert str(raised.value) == raised.value.code == "bad_recipient"


@pytest.mark.parametrize(
    "to",
    [
        "a@b.be",
        "an.peeters+livcr@stad.gemeente.example",
        "o'neil_1@xn--gemnte-cvab.example",
        f"{'a' * 64}@{'b' * 63}.example",
    ],
)
def test_an_address_of_a_usual_form_is_taken(taking: tuple[Inbox, Mailer], to: str) -> None:
    inbox, mailer = taking
    mailer.send(a_letter(to=to))
    assert inbox.arrived[-1].rcpt_tos == [to]
    assert inbox.last()["To"] == to


@pytest.mark.parametrize("subject", ["", "   ", "\u00a0"])
def test_a_letter_without_a_subject_is_refused(subject: str) -> None:
    with pytest.raises(BadLetter, match=r"^bad_subject$"):
        a_letter(subject=subject)


@pytest.mark.parametrize("sign", ["\0", "\r", "\x1b", "\x85", "\ud800"])
def test_a_text_with_a_control_character_is_refused(sign: str) -> None:
    with pytest.raises(BadLetter, match=r"^bad_text$"):
        a_letter(text=f"Beste An{sign}\n")


def test_a_letter_shows_nothing_of_itself() -> None:
    assert repr(a_letter()) == "Letter(language='nl')"


# Settings


def test_settings_show_no_password() -> None:
    shown = repr(some_settings(user="postbode", password=PASSWORD))
    assert "postbode" in shown
    assert PASSWORD not in shown


def test_starttls_is_what_is_used_unless_something_else_is_asked_for() -> None:
    assert MailSettings("mail.example", 587, SENDER).security is Security.STARTTLS


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_mail_in_the_clear_is_for_this_machine(host: str) -> None:
    assert some_settings(host=host).host == host


@pytest.mark.parametrize(
    "host",
    [
        *("mail.example", "192.0.2.1", "10.0.0.1", "0.0.0.0", "::", "2001:db8::1"),
        *("localhost.example", "127.0.0.1.example", "127.1"),
    ],
)
def test_mail_in_the_clear_does_not_go_over_a_network(host: str) -> None:
    with pytest.raises(ValueError, match="in the clear"):
        some_settings(host=host)
    assert some_settings(host=host, security=Security.TLS).host == host


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"host": ""}, "name or an IP address"),
        ({"host": "mail example"}, "name or an IP address"),
        ({"host": "mail.example\r\n"}, "name or an IP address"),
        ({"host": f"{'a' * 64}.example"}, "name or an IP address"),
        ({"port": 0}, "port"),
        ({"port": 65536}, "port"),
        ({"sender": "no-reply"}, "sender"),
        ({"sender": f"LIVC-R <{SENDER}>"}, "sender"),
        ({"sender": f"{SENDER}\n"}, "sender"),
        ({"password": PASSWORD}, "no user"),
        ({"user": "postbode", "password": f"{PASSWORD}é"}, "ASCII"),
        ({"user": "zoë", "password": PASSWORD}, "ASCII"),
        ({"timeout": 0.0}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(wrong: dict[str, Any], said: str) -> None:
    right = MailSettings("mail.example", 587, SENDER)
    with pytest.raises(ValueError, match=said) as raised:
        replace(right, **wrong)
    assert PASSWORD not in str(raised.value)


def test_an_authority_that_cannot_be_read_is_found_at_the_start(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    for path in (tmp_path / "missing.pem", empty):
        with pytest.raises(OSError, match=r"No such file|NO_CERTIFICATE"):
            Mailer(MailSettings("mail.example", 587, SENDER, ca_file=path))


# TLS and login


def over_starttls(port: int, certificate: Path | None, **changes: Any) -> MailSettings:
    """Settings for the server with STARTTLS."""
    given: dict[str, Any] = {
        "host": "localhost",
        "security": Security.STARTTLS,
        "ca_file": certificate,
        "user": "postbode",
        "password": PASSWORD,
        **changes,
    }
    return some_settings(port, **given)


def test_mail_goes_over_starttls_to_a_server_of_an_own_authority(
    with_starttls: tuple[Inbox, int], certificate: Path
) -> None:
    inbox, port = with_starttls
    Mailer(over_starttls(port, certificate)).send(a_letter())
    assert inbox.last()["To"] == TO
    assert inbox.secured[-1]


def test_mail_goes_over_tls_from_the_first_byte(certificate: Path) -> None:
    inbox = Inbox()
    with serving(inbox, ssl_context=server_context(certificate)) as port:
        changes = {"host": "localhost", "security": Security.TLS, "ca_file": certificate}
        Mailer(some_settings(port, **changes)).send(a_letter())
    assert inbox.last()["To"] == TO
    assert inbox.names == ["livcr.example"]


def test_a_login_that_is_refused_is_for_good(
    with_starttls: tuple[Inbox, int], certificate: Path
) -> None:
    inbox, port = with_starttls
    known = len(inbox.arrived)
    with pytest.raises(MailFailed) as raised:
        Mailer(over_starttls(port, certificate, password="wrong")).send(a_letter())
    assert (raised.value.code, raised.value.permanent) == ("login_refused_535", True)
    assert len(inbox.arrived) == known


def test_a_server_that_wants_a_login_says_so(
    with_starttls: tuple[Inbox, int], certificate: Path
) -> None:
    _, port = with_starttls
    with pytest.raises(MailFailed) as raised:
        Mailer(over_starttls(port, certificate, user="", password="")).send(a_letter())
    assert (raised.value.code, raised.value.permanent) == ("sender_refused_530", True)


def test_a_certificate_of_an_unknown_authority_is_refused(
    with_starttls: tuple[Inbox, int], tmp_path: Path
) -> None:
    inbox, port = with_starttls
    known = len(inbox.arrived)
    for authority in (None, write_certificate(tmp_path, "another")):
        with pytest.raises(MailFailed) as raised:
            Mailer(over_starttls(port, authority)).send(a_letter())
        assert (raised.value.code, raised.value.permanent) == ("bad_certificate", True)
    assert len(inbox.arrived) == known


def test_a_certificate_for_another_name_is_refused(
    with_starttls: tuple[Inbox, int], certificate: Path
) -> None:
    _, port = with_starttls
    with pytest.raises(MailFailed, match=r"^bad_certificate$"):
        Mailer(over_starttls(port, certificate, host="127.0.0.1")).send(a_letter())


def test_a_certificate_past_its_time_is_refused(tmp_path: Path) -> None:
    old = write_certificate(tmp_path, "old", days=-1)
    inbox = Inbox()
    with serving(inbox, ssl_context=server_context(old)) as port:
        failed = failure_of(port, host="localhost", security=Security.TLS, ca_file=old)
    assert (failed.code, failed.permanent) == ("bad_certificate", True)
    assert inbox.arrived == []


def test_without_starttls_nothing_is_sent_in_the_clear() -> None:
    with saying("220 here", "250 here") as port:
        failed = failure_of(port, security=Security.STARTTLS, user="u", password=PASSWORD)
    assert (failed.code, failed.permanent) == ("not_supported", True)


def test_a_server_without_a_login_is_not_tried_again() -> None:
    with saying("220 here", "250 here") as port:
        failed = failure_of(port, user="u", password=PASSWORD)
    assert (failed.code, failed.permanent) == ("not_supported", True)


def test_tls_with_a_server_in_the_clear_fails() -> None:
    with saying("220 here") as port:
        failed = failure_of(port, security=Security.TLS)
    assert (failed.code, failed.permanent) == ("tls_failed", False)


# What a server can do wrong

GREETED = ("220 here", "250 here")
IN_HAND = (*GREETED, "250 sender", "250 recipient", "354 go on")


@pytest.mark.parametrize(
    ("replies", "code", "permanent"),
    [
        (("554 no service",), "server_refused_554", True),
        (("421 busy",), "server_refused_421", False),
        (("HTTP/1.1 400 Bad Request",), "server_refused", False),
        ((), "connection_lost", False),
        (("",), "timeout", False),
        (("220 here",), "connection_lost", False),
        (("220 here", "502 no", "502 no"), "server_refused_502", True),
        ((*GREETED,), "connection_lost", False),
        ((*GREETED, ""), "timeout", False),
        ((*GREETED, "550 not you"), "sender_refused_550", True),
        ((*GREETED, "451 later"), "sender_refused_451", False),
        ((*GREETED, "421 busy"), "sender_refused_421", False),
        ((*GREETED, "250 sender"), "connection_lost", False),
        ((*GREETED, "250 sender", f"550 {TO} unknown"), "recipient_refused_550", True),
        ((*GREETED, "250 sender", "450 greylisted"), "recipient_refused_450", False),
        ((*GREETED, "250 sender", "421 busy"), "recipient_refused_421", False),
        ((*IN_HAND[:-1], "554 no data"), "content_refused_554", True),
        ((*IN_HAND,), "connection_lost", False),
        ((*IN_HAND, ""), "timeout", False),
        ((*IN_HAND, "554 spam"), "content_refused_554", True),
        ((*IN_HAND, "452 full"), "content_refused_452", False),
    ],
)
def test_what_a_server_does_wrong_tells_whether_to_try_again(
    replies: tuple[str, ...], code: str, permanent: bool
) -> None:
    with saying(*replies) as port:
        failed = failure_of(port, timeout=SHORT if "" in replies else LONG)
    assert (failed.code, failed.permanent) == (code, permanent)


def test_starttls_that_is_refused_for_now_may_be_tried_again() -> None:
    with saying("220 here", "250-here\r\n250 STARTTLS", "454 later") as port:
        failed = failure_of(port, security=Security.STARTTLS)
    assert (failed.code, failed.permanent) == ("server_refused_454", False)


def test_a_login_that_is_refused_for_now_may_be_tried_again() -> None:
    with saying("220 here", "250-here\r\n250 AUTH PLAIN", "454 later") as port:
        failed = failure_of(port, user="u", password=PASSWORD)
    assert (failed.code, failed.permanent) == ("login_refused_454", False)


def test_a_login_that_goes_astray_may_be_tried_again() -> None:
    with saying("220 here", "250-here\r\n250 AUTH CRAM-MD5", "334 a") as port:
        failed = failure_of(port, user="u", password=PASSWORD)
    assert (failed.code, failed.permanent) == ("server_refused", False)


def test_a_server_that_is_down_may_come_back() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    failed = failure_of(port)
    assert (failed.code, failed.permanent) == ("cannot_connect", False)


def test_a_handshake_that_is_not_answered_ends_after_the_timeout() -> None:
    with saying("") as port:
        failed = failure_of(port, security=Security.TLS, timeout=SHORT)
    assert (failed.code, failed.permanent) == ("timeout", False)


@pytest.mark.parametrize("goodbye", [(), ("500 what?",), ("",)])
def test_a_letter_that_was_taken_is_sent_however_the_server_says_goodbye(
    goodbye: tuple[str, ...],
) -> None:
    with saying(*IN_HAND, "250 taken", *goodbye) as port:
        Mailer(some_settings(port, timeout=0.5 if "" in goodbye else LONG)).send(a_letter())


def test_a_failure_quotes_nothing() -> None:
    with saying(*GREETED, "250 sender", f"550 {TO} {SUBJECT}") as port:
        failed = failure_of(port)
    told = "".join(traceback.format_exception(failed)) + repr(failed) + repr(failed.args)
    assert not [word for word in (TO, SUBJECT, "geheim") if word in told]
    assert failed.__context__ is failed.__cause__ is None


# The outbox


@dataclass
class Clock:
    """A clock that goes when it is told to."""

    at: datetime = field(default_factory=a_moment)

    def __call__(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


@dataclass
class Hand:
    """A mailer that raises what it is told to and keeps the rest."""

    errors: list[Exception] = field(default_factory=list)
    always: Exception | None = None
    sent: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter, /) -> None:
        if self.always is not None:
            raise self.always
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(letter)


def composed(due: Due) -> Letter:
    """A letter that says for what it was written."""
    return a_letter(subject=f"{due.account_id} {due.purpose}")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store: for another engine, this is all that changes."""
    opened = open_store(tmp_path / "evaltool.sqlite")
    yield opened
    opened.close()


def an_account(store: Store, name: str = "an") -> str:
    """The id of somebody to write to."""
    made = store.accounts.create(
        address=f"{name}@gemeente.example",
        name=name,
        role=Role.COACH,
        nis_code=None,
        at=a_moment(),
    )
    return made.id


def later(store: Store, after: timedelta = 30 * DAY) -> tuple[Due, ...]:
    """All that waits, due or not."""
    outbox: Outbox = store.outbox
    return outbox.due(a_moment() + after)


def temporary() -> MailFailed:
    return MailFailed("cannot_connect", permanent=False)


def wait_until(reached: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    until = time.monotonic() + LONG
    while not reached():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_what_is_queued_is_due_at_once(store: Store) -> None:
    account = an_account(store)
    id_ = store.outbox.queue(account, "reset", a_moment(5))
    assert store.outbox.due(a_moment(4)) == ()
    (due,) = store.outbox.due(a_moment(5))
    assert (due.id, due.account_id, due.purpose, due.attempts) == (id_, account, "reset", 0)
    assert due.queued_at == due.next_at == a_moment(5)


def test_what_is_due_longest_comes_first(store: Store) -> None:
    ids = [
        store.outbox.queue(an_account(store, name), "reset", a_moment(minute))
        for name, minute in (("an", 5), ("bo", 2), ("cas", 2), ("dries", 9))
    ]
    store.outbox.failed(ids[1], a_moment(7))
    assert [due.id for due in later(store)] == [ids[2], ids[0], ids[1], ids[3]]
    assert [due.id for due in store.outbox.due(a_moment(5))] == [ids[2], ids[0]]


def test_an_account_has_one_open_letter_for_a_purpose(store: Store) -> None:
    account, other = an_account(store), an_account(store, "piet")
    first = store.outbox.queue(account, "reset", a_moment())
    store.outbox.queue(account, "invitation", a_moment())
    store.outbox.queue(other, "reset", a_moment())
    store.outbox.failed(first, a_moment(60))
    second = store.outbox.queue(account, "reset", a_moment(3))
    assert second != first
    assert {(due.account_id, due.purpose, due.attempts) for due in later(store)} == {
        (account, "invitation", 0),
        (other, "reset", 0),
        (account, "reset", 0),
    }
    # What becomes of the first, which may be on its way, is nothing to the second.
    for ended in (store.outbox.sent, store.outbox.give_up):
        ended(first)
    store.outbox.failed(first, a_moment(90))
    (due,) = (due for due in store.outbox.due(a_moment(3)) if due.id == second)
    assert due.queued_at == due.next_at == a_moment(3)


def test_eight_who_queue_at_once_leave_one_letter(store: Store) -> None:
    account = an_account(store)
    together = threading.Barrier(8)

    def queue(minute: int) -> str:
        together.wait()
        return store.outbox.queue(account, "reset", a_moment(minute))

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(queue, range(8)))
    (due,) = later(store)
    assert due.id in ids


def test_a_letter_for_nobody_is_not_queued(store: Store) -> None:
    with pytest.raises(AccountNotFound):
        store.outbox.queue("nobody", "reset", a_moment())
    assert later(store) == ()


def test_a_moment_without_a_time_zone_is_refused(store: Store) -> None:
    account = an_account(store)
    with pytest.raises(ValueError, match="time zone"):
        store.outbox.queue(account, "reset", dt.datetime(2026, 11, 23))  # noqa: DTZ001


def test_what_is_sent_waits_no_more_and_leaves_nothing(store: Store) -> None:
    account = an_account(store)
    hand, clock = Hand(), Clock()
    postman = Postman(store.outbox, hand, composed, clock)
    store.outbox.queue(account, "reset", clock())
    postman.deliver_due()
    postman.deliver_due()
    assert [letter.subject for letter in hand.sent] == [f"{account} reset"]
    assert later(store) == ()


def test_a_letter_refused_for_now_is_sent_after_a_minute(store: Store) -> None:
    inbox, clock = Inbox(replies=["450 greylisted"]), Clock()
    store.outbox.queue(an_account(store), "reset", clock())
    with serving(inbox) as port:
        postman = Postman(store.outbox, Mailer(some_settings(port)), composed, clock)
        postman.deliver_due()
        (waiting,) = later(store)
        assert (waiting.attempts, len(inbox.arrived)) == (1, 0)
        clock.advance(MINUTE - timedelta(seconds=1))
        postman.deliver_due()
        assert inbox.arrived == []
        clock.advance(timedelta(seconds=1))
        postman.deliver_due()
    assert inbox.last()["To"] == TO
    assert later(store) == ()


def test_a_letter_refused_for_good_is_given_up(store: Store) -> None:
    inbox, clock = Inbox(replies=["550 unknown"]), Clock()
    store.outbox.queue(an_account(store), "reset", clock())
    with serving(inbox) as port:
        Postman(store.outbox, Mailer(some_settings(port)), composed, clock).deliver_due()
    assert (later(store), inbox.arrived) == ((), [])


def test_the_pauses_grow_until_a_day_has_passed(store: Store) -> None:
    clock = Clock()
    postman = Postman(store.outbox, Hand(always=temporary()), composed, clock)
    store.outbox.queue(an_account(store), "reset", clock())
    minutes = []
    while later(store):
        postman.deliver_due()
        for _ in later(store):
            before = clock()
            while not store.outbox.due(clock()):
                clock.advance(MINUTE)
            minutes.append((clock() - before) // MINUTE)
    assert minutes == [1, 5, 15, *[60] * 23]
    assert clock() - a_moment() == timedelta(hours=23, minutes=21)


def test_a_letter_of_more_than_a_day_ago_is_not_sent_any_more(store: Store) -> None:
    hand, clock = Hand(), Clock()
    postman = Postman(store.outbox, hand, composed, clock)
    account = an_account(store)
    for age in (DAY, DAY + MINUTE):
        store.outbox.queue(account, "reset", clock() - age)
        postman.deliver_due()
        assert (len(hand.sent), later(store)) == (1, ())


def test_where_there_is_nothing_to_send_any_more_nothing_is_sent(store: Store) -> None:
    hand, clock = Hand(), Clock()
    store.outbox.queue(an_account(store), "reset", clock())
    Postman(store.outbox, hand, lambda due: None, clock).deliver_due()
    assert (hand.sent, later(store)) == ([], ())


def test_a_letter_that_must_not_be_sent_is_given_up(store: Store) -> None:
    hand, clock = Hand(), Clock()
    store.outbox.queue(an_account(store), "reset", clock())
    Postman(store.outbox, hand, lambda due: a_letter(subject="a\nb"), clock).deliver_due()
    assert (hand.sent, later(store)) == ([], ())


def test_an_error_in_one_letter_keeps_no_other_from_being_sent(store: Store) -> None:
    hand, clock = Hand(errors=[RuntimeError(TO)]), Clock()
    first, second, third = (an_account(store, name) for name in ("an", "piet", "zoe"))
    for account in (first, second, third):
        store.outbox.queue(account, "reset", clock())

    def compose(due: Due) -> Letter:
        if due.account_id == second and due.attempts == 0:
            raise KeyError(TO)
        return composed(due)

    postman = Postman(store.outbox, hand, compose, clock)
    postman.deliver_due()
    assert [letter.subject for letter in hand.sent] == [f"{third} reset"]
    clock.advance(MINUTE)
    postman.deliver_due()
    assert [letter.subject for letter in hand.sent[1:]] == [f"{first} reset", f"{second} reset"]


class Stubborn:
    """An outbox that cannot be written or read a number of times."""

    def __init__(self, store: Store, *, reads: int = 0, writes: int = 0) -> None:
        self._outbox: Outbox = store.outbox
        self._reads, self._writes = reads, writes
        self.looks = 0

    def due(self, now: datetime) -> tuple[Due, ...]:
        self.looks += 1
        self._reads -= 1
        if self._reads >= 0:
            raise OSError(TO)
        return self._outbox.due(now)

    def sent(self, id_: str, /) -> None:
        self._write()
        self._outbox.sent(id_)

    def failed(self, id_: str, /, next_at: datetime) -> None:
        self._write()
        self._outbox.failed(id_, next_at)

    def give_up(self, id_: str, /) -> None:
        self._write()
        self._outbox.give_up(id_)

    def _write(self) -> None:
        self._writes -= 1
        if self._writes >= 0:
            raise OSError(TO)


def test_a_letter_that_could_not_be_noted_as_sent_is_not_sent_again(store: Store) -> None:
    hand, clock = Hand(), Clock()
    postman = Postman(Stubborn(store, writes=2), hand, composed, clock)
    store.outbox.queue(an_account(store), "reset", clock())
    for waiting in (1, 1, 0):
        postman.deliver_due()
        assert (len(hand.sent), len(later(store))) == (1, waiting)


def test_a_new_letter_goes_out_though_the_one_before_could_not_be_noted(store: Store) -> None:
    hand, clock = Hand(), Clock()
    postman = Postman(Stubborn(store, writes=1), hand, composed, clock)
    account = an_account(store)
    store.outbox.queue(account, "reset", clock())
    postman.deliver_due()
    store.outbox.queue(account, "reset", clock())
    postman.deliver_due()
    assert (len(hand.sent), later(store)) == (2, ())


def test_an_attempt_that_could_not_be_noted_is_noted_later_with_its_own_pause(
    store: Store,
) -> None:
    hand, clock = Hand(errors=[temporary()]), Clock()
    postman = Postman(Stubborn(store, writes=1), hand, composed, clock)
    store.outbox.queue(an_account(store), "reset", clock())
    postman.deliver_due()
    postman.deliver_due()
    (waiting,) = later(store)
    assert (waiting.attempts, hand.sent) == (1, [])
    assert store.outbox.due(a_moment(1)) == (waiting,)


def test_the_log_holds_ids_and_codes_and_nothing_of_a_letter(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "evaltool.mail")
    errors = [temporary(), MailFailed("recipient_refused_550", True), RuntimeError(TO)]
    hand, clock = Hand(errors=list(errors)), Clock()
    ids = [
        store.outbox.queue(an_account(store, f"a{number}"), "reset", clock()) for number in range(4)
    ]
    Postman(Stubborn(store, writes=1), hand, composed, clock).deliver_due()
    assert caplog.messages == [
        f"mail {ids[0]}: to be tried again, cannot_connect",
        f"mail {ids[0]}: not recorded, unexpected_OSError",
        f"mail {ids[1]}: given up, recipient_refused_550",
        f"mail {ids[2]}: to be tried again, unexpected_RuntimeError",
        f"mail {ids[3]}: sent",
    ]
    assert TO not in caplog.text


# The postman's thread

NEVER = 3600.0


@contextmanager
def at_work(postman: Postman) -> Iterator[Postman]:
    """A postman whose thread ends with the test."""
    postman.start()
    try:
        yield postman
    finally:
        postman.stop()


def test_the_postman_sends_what_waits_when_it_starts_and_what_comes_when_it_is_woken(
    store: Store,
) -> None:
    inbox, account = Inbox(), an_account(store)
    store.outbox.queue(account, "invitation", a_moment())
    with (
        serving(inbox) as port,
        at_work(
            Postman(store.outbox, Mailer(some_settings(port)), composed, a_moment, NEVER)
        ) as postman,
    ):
        wait_until(lambda: later(store) == ())
        store.outbox.queue(account, "reset", a_moment())
        postman.wake()
        wait_until(lambda: later(store) == ())
        assert len(inbox.arrived) == 2
        assert postman.stop()


def test_the_postman_looks_again_by_itself(store: Store) -> None:
    hand, outbox = Hand(), Stubborn(store)
    with at_work(Postman(outbox, hand, composed, a_moment, 0.01)):
        wait_until(lambda: outbox.looks > 2)
        store.outbox.queue(an_account(store), "reset", a_moment())
        wait_until(lambda: len(hand.sent) == 1)


def test_a_postman_looks_once_when_it_is_woken_and_then_waits_again(store: Store) -> None:
    outbox = Stubborn(store)
    with at_work(Postman(outbox, Hand(), composed, a_moment, NEVER)) as postman:
        wait_until(lambda: outbox.looks == 1)
        postman.wake()
        wait_until(lambda: outbox.looks == 2)
        time.sleep(0.05)
        assert outbox.looks == 2


def test_no_error_ends_the_thread(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    hand = Hand(errors=[RuntimeError(TO)])
    outbox = Stubborn(store, reads=2, writes=1)
    clock = Clock()
    store.outbox.queue(an_account(store), "reset", clock())
    with at_work(Postman(outbox, hand, composed, clock, 0.01)):
        wait_until(lambda: bool(later(store)[0].attempts))
        clock.advance(MINUTE)
        wait_until(lambda: later(store) == ())
    assert len(hand.sent) == 1
    assert caplog.messages.count("outbox: unexpected_OSError") == 2
    assert TO not in caplog.text


def test_a_postman_that_stops_finishes_the_letter_in_hand_and_starts_no_other(
    store: Store,
) -> None:
    in_hand, go_on = threading.Event(), threading.Event()
    sent: list[Letter] = []

    class Slow:
        def send(self, letter: Letter, /) -> None:
            in_hand.set()
            assert go_on.wait(LONG)
            sent.append(letter)

    for name in ("an", "piet"):
        store.outbox.queue(an_account(store, name), "reset", a_moment())
    with at_work(Postman(store.outbox, Slow(), composed, a_moment, NEVER)) as postman:
        assert in_hand.wait(LONG)
        assert not postman.stop(wait=0.01)
        go_on.set()
        assert postman.stop()
    assert (len(sent), len(later(store))) == (1, 1)


def test_a_postman_that_waits_stops_at_once(store: Store) -> None:
    outbox = Stubborn(store)
    with at_work(Postman(outbox, Hand(), composed, a_moment, NEVER)) as postman:
        wait_until(lambda: outbox.looks == 1)
        started = time.monotonic()
        assert postman.stop()
        assert time.monotonic() - started < 1


def test_a_postman_that_never_started_can_be_stopped(store: Store) -> None:
    assert Postman(store.outbox, Hand(), composed).stop()
