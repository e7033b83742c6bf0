"""Mail to a server that knows the tool by a certificate."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import CERT_REQUIRED, SSLContext
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from evaltool.mail import Mailer, MailFailed, MailSettings, Security
from tests.test_mail import TO, Inbox, a_letter, server_context, serving, some_settings

DAY = timedelta(days=1)
# Of TLS 1.3 the client is through before the server looks at who it is, and hears it later.
NOT_LET_IN = {"tls_failed", "connection_lost", "cannot_connect"}


@dataclass(frozen=True)
class Authority:
    """An authority of a test; ``file`` is its certificate, for who trusts it."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def file(self) -> Path:
        """Its own certificate, as PEM."""
        return self.folder / "authority.pem"

    def issue(self, name: str, *, ends: timedelta = DAY, passphrase: str = "") -> tuple[Path, Path]:
        """The files with a certificate for a name, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _signed(name, key, self.certificate.subject, self.key, ends, authority=False)
        lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        paths = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        paths[0].write_bytes(made.public_bytes(Encoding.PEM))
        paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
        return paths


def an_authority(folder: Path, name: str = "an authority of a test") -> Authority:
    """A new authority that nobody knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = Authority(folder, key, _signed(name, key, _named(name), key, DAY, authority=True))
    made.file.write_bytes(made.certificate.public_bytes(Encoding.PEM))
    return made


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    ends: timedelta,
    *,
    authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    unused = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
        **dict.fromkeys(unused, False),
    )
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 9 * DAY)
        .not_valid_after(now + ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(by, critical=False)
        .sign(issuer_key, SHA256())
    )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return an_authority(tmp_path)


@pytest.fixture(params=[Security.STARTTLS, Security.TLS])
def security(request: pytest.FixtureRequest) -> Security:
    found: Security = request.param
    return found


def asking(authority: Authority) -> SSLContext:
    """What a server needs that lets in who has a certificate of this authority, and nobody else."""
    certificate, key = authority.issue("localhost")
    joined = authority.folder / "server.pem"
    joined.write_bytes(key.read_bytes() + certificate.read_bytes())
    context = server_context(joined)
    context.verify_mode = CERT_REQUIRED
    context.load_verify_locations(authority.file)
    return context


def options(security: Security, context: SSLContext) -> dict[str, Any]:
    """How a server speaks TLS."""
    if security is Security.TLS:
        return {"ssl_context": context}
    return {"tls_context": context, "require_starttls": True}


@pytest.fixture
def server(authority: Authority, security: Security) -> Iterator[tuple[Inbox, MailSettings]]:
    """A server that wants a certificate, and the settings for it without one."""
    inbox = Inbox()
    with serving(inbox, **options(security, asking(authority))) as port:
        yield (
            inbox,
            some_settings(port, host="localhost", security=security, ca_file=authority.file),
        )


def with_(settings: MailSettings, files: tuple[Path, Path]) -> MailSettings:
    """The settings with a certificate and its key."""
    return replace(settings, certificate=files[0], certificate_key=files[1])


def refused(settings: MailSettings) -> MailFailed:
    """How a server does not let somebody in."""
    with pytest.raises(MailFailed) as raised:
        Mailer(settings).send(a_letter())
    return raised.value


def test_who_shows_a_certificate_gets_in_without_a_password(
    server: tuple[Inbox, MailSettings], authority: Authority
) -> None:
    inbox, settings = server
    Mailer(with_(settings, authority.issue("tool.example"))).send(a_letter())
    assert [envelope.rcpt_tos for envelope in inbox.arrived] == [[TO]]


def test_who_shows_no_certificate_does_not_get_in(server: tuple[Inbox, MailSettings]) -> None:
    inbox, settings = server
    failed = refused(settings)
    assert (failed.code in NOT_LET_IN, failed.permanent) == (True, False), failed.code
    assert inbox.arrived == []


@pytest.mark.parametrize("of", ["another authority", "yesterday"])
def test_a_certificate_that_does_not_count_does_not_let_in(
    server: tuple[Inbox, MailSettings], authority: Authority, tmp_path: Path, of: str
) -> None:
    inbox, settings = server
    files = authority.issue("tool.example", ends=-DAY)
    if of == "another authority":
        (tmp_path / "other").mkdir()
        files = an_authority(tmp_path / "other", "another").issue("tool.example")
    failed = refused(with_(settings, files))
    assert (failed.code in NOT_LET_IN, failed.permanent) == (True, False), failed.code
    assert inbox.arrived == []


def test_a_certificate_and_a_password_go_together(authority: Authority) -> None:
    def login(_: SMTP, s: Session, e: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data == LoginPassword(b"tool", b"secret"), handled=False)

    inbox = Inbox()
    more = {"auth_required": True, "authenticator": login}
    with serving(inbox, **options(Security.STARTTLS, asking(authority)), **more) as port:
        settings = some_settings(
            port, host="localhost", security=Security.STARTTLS, ca_file=authority.file
        )
        settings = with_(settings, authority.issue("tool.example"))
        assert refused(settings).code == "sender_refused_530"
        Mailer(replace(settings, user="tool", password="secret")).send(a_letter())
    assert len(inbox.arrived) == 1


def test_a_renewed_certificate_counts_for_the_next_letter(
    server: tuple[Inbox, MailSettings], authority: Authority
) -> None:
    inbox, settings = server
    mailer = Mailer(with_(settings, authority.issue("tool.example", ends=-DAY)))
    with pytest.raises(MailFailed):
        mailer.send(a_letter())
    authority.issue("tool.example")
    mailer.send(a_letter())
    assert len(inbox.arrived) == 1


@pytest.mark.parametrize("spoilt", ["no certificate", "no key", "another key", "a passphrase"])
def test_a_certificate_that_went_bad_may_come_back_and_nothing_is_asked(
    server: tuple[Inbox, MailSettings], authority: Authority, spoilt: str
) -> None:
    inbox, settings = server
    certificate, key = authority.issue("tool.example")
    mailer = Mailer(with_(settings, (certificate, key)))
    if spoilt == "no certificate":
        certificate.unlink()
    elif spoilt == "no key":
        key.write_text("no key")
    elif spoilt == "another key":
        key.write_bytes(authority.issue("other.example")[1].read_bytes())
    else:
        authority.issue("tool.example", passphrase="a passphrase")
    with pytest.raises(MailFailed) as raised:
        mailer.send(a_letter())
    assert (raised.value.code, raised.value.permanent) == ("own_certificate", False)
    assert raised.value.__cause__ is None
    assert inbox.arrived == []


def test_a_certificate_goes_with_its_key_and_with_tls(tmp_path: Path) -> None:
    certificate, key = tmp_path / "a.pem", tmp_path / "a.key"
    whole = with_(some_settings(host="localhost", security=Security.TLS), (certificate, key))
    for half in ("certificate", "certificate_key"):
        lone: dict[str, Any] = {half: None}
        with pytest.raises(ValueError, match="goes with its key"):
            replace(whole, **lone)
    with pytest.raises(ValueError, match="in the clear"):
        with_(some_settings(), (certificate, key))
