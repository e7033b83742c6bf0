"""Handing a letter to an SMTP server, and what can go wrong there."""

import contextlib
import ipaddress
import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from evaltool.mail.letters import Letter, domain_of, is_address, is_one_line, written

_LAST_PORT = 65535
_DEFAULT_TIMEOUT = 10.0

_REFUSALS: tuple[tuple[type[smtplib.SMTPResponseException], str], ...] = (
    (smtplib.SMTPAuthenticationError, "login_refused"),
    (smtplib.SMTPSenderRefused, "sender_refused"),
    (smtplib.SMTPDataError, "content_refused"),
    (smtplib.SMTPResponseException, "server_refused"),
)


class Security(StrEnum):
    """How the line to the server is kept secret."""

    STARTTLS = "starttls"
    """Plain at first, then TLS or nothing; mostly port 587."""
    TLS = "tls"
    """TLS from the first byte; mostly port 465."""
    NONE = "none"
    """In the clear: for a server on this machine alone."""


@dataclass(frozen=True)
class MailSettings:
    """Through which server mail goes, and from whom it is.

    ``sender`` is a plain address; answers and reports of failure go there. ``timeout`` is in
    seconds, for each step in the talk with the server. ``ca_file`` holds, as PEM, the
    authorities to trust instead of those of this machine. Without ``user`` there is no login.
    ``certificate`` is who we are in TLS, as PEM with those above it, with its private key in
    ``certificate_key``; both files are read anew for each letter.

    Raises:
        ValueError: they cannot be right, or would send mail in the clear over a network. Its
            text holds no password.
    """

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    security: Security = Security.STARTTLS
    timeout: float = _DEFAULT_TIMEOUT
    sender_name: str = ""
    ca_file: Path | None = None
    certificate: Path | None = None
    certificate_key: Path | None = None

    def __post_init__(self) -> None:
        if not _is_host(self.host):
            raise ValueError("the mail server needs a name or an IP address")
        if not 1 <= self.port <= _LAST_PORT:
            raise ValueError(f"the port of the mail server is from 1 to {_LAST_PORT}")
        if not is_address(self.sender):
            raise ValueError("the sender of mail is not one plain mail address")
        if not is_one_line(self.sender_name):
            raise ValueError("the name of the sender of mail holds a control character")
        # smtplib cannot log in with anything else, and would quote it in its error.
        if not (self.user.isascii() and self.password.isascii()):
            raise ValueError("user and password of the mail server can hold ASCII only")
        if self.password and not self.user:
            raise ValueError("there is a password for the mail server, but no user")
        if not self.timeout > 0:
            raise ValueError("the timeout of the mail server is more than 0 seconds")
        if self.security is Security.NONE and not _is_loopback(self.host):
            raise ValueError("mail in the clear is for a server on this machine alone")
        if (self.certificate is None) != (self.certificate_key is None):
            raise ValueError("a certificate for the mail server goes with its key")
        if self.security is Security.NONE and self.certificate is not None:
            raise ValueError("a certificate is of no use for mail in the clear")


class MailFailed(Exception):
    """A letter was not sent. Its text is the ``code``, and holds nothing of the letter.

    ``permanent`` says that trying again will not help. The server refused, for good where its
    reply is 5xx: ``login_refused``, ``sender_refused``, ``recipient_refused``,
    ``content_refused`` or ``server_refused``, with the number of the reply behind it as in
    ``recipient_refused_550``; without one, what it said was no reply. It cannot be used, for
    good: ``bad_certificate``, ``not_supported`` (it offers no STARTTLS, or no login that we know).
    It may come back: ``cannot_connect``, ``timeout``, ``connection_lost``, ``tls_failed``, and
    ``own_certificate``, which is our own that cannot be used.
    """

    def __init__(self, code: str, permanent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent


class Mailer:
    """Sends letters, each over a connection of its own; several threads may use one at once.

    Raises:
        OSError: the ``ca_file`` cannot be read or holds no certificate.
    """

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._context = self._trusting()

    def _trusting(self) -> ssl.SSLContext:
        ca_file = self._settings.ca_file
        return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))

    def _context_now(self) -> ssl.SSLContext:
        """What TLS needs; with a certificate of ours, as it is at this moment."""
        certificate, key = self._settings.certificate, self._settings.certificate_key
        if certificate is None or key is None:
            return self._context
        context = self._trusting()
        try:
            present(context, certificate, key)
        except OSError:
            raise MailFailed("own_certificate", permanent=False) from None
        return context

    def send(self, letter: Letter) -> None:
        """Hand a letter to the server. When this returns, the server has taken it.

        A connection that breaks between the last line and the server's reply counts as failed,
        so that a letter can arrive twice but does not get lost.

        Raises:
            MailFailed: the server has not taken it.
        """
        sender, name = self._settings.sender, self._settings.sender_name
        mail = written(letter, sender=sender, sender_name=name, at=datetime.now(UTC))
        failure = None
        try:
            self._hand_over(mail, letter.to)
        except MailFailed as failed:
            failure = failed
        except (OSError, ValueError) as error:
            failure = _failure(error)
        # Not raised above: the error of smtplib quotes the address, and would hang on ours.
        if failure is not None:
            raise failure

    def _hand_over(self, mail: bytes, to: str) -> None:
        settings, context = self._settings, self._context_now()
        with contextlib.closing(self._connected(context)) as client:
            if settings.security is Security.STARTTLS:
                client.starttls(context=context)
            if settings.user:
                client.login(settings.user, settings.password)
            client.sendmail(settings.sender, [to], mail)
            # The server has taken it: how the goodbye goes does not matter any more.
            with contextlib.suppress(OSError):
                client.quit()

    def _connected(self, context: ssl.SSLContext) -> smtplib.SMTP:
        settings = self._settings
        # By default it asks a name server what this machine is called, for as long as that takes.
        own_name = domain_of(settings.sender)
        if settings.security is Security.TLS:
            return smtplib.SMTP_SSL(
                settings.host,
                settings.port,
                own_name,
                timeout=settings.timeout,
                context=context,
            )
        return smtplib.SMTP(settings.host, settings.port, own_name, timeout=settings.timeout)


def present(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    """Have TLS show a certificate to whoever asks for one.

    Raises:
        OSError: there is no certificate with its key in these files, without a passphrase.
    """
    # An empty passphrase: where one is needed it would be asked for on a terminal.
    context.load_cert_chain(certificate, key, password="")


def _failure(error: OSError | ValueError) -> MailFailed:
    """What an error means: those of smtplib, ssl and socket are OSErrors.

    A ValueError is what smtplib makes of a challenge, at logging in, that is not Base64.
    """
    if not isinstance(error, OSError):
        return MailFailed("server_refused", permanent=False)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        reply = next(iter(error.recipients.values()))[0]
        return _refused("recipient_refused", reply)
    if isinstance(error, smtplib.SMTPResponseException):
        what = next(name for kind, name in _REFUSALS if isinstance(error, kind))
        return _refused(what, error.smtp_code)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        # smtplib says so of a server that does not answer as well.
        late = isinstance(error.__context__, TimeoutError)
        return MailFailed("timeout" if late else "connection_lost", permanent=False)
    if isinstance(error, smtplib.SMTPException):
        return MailFailed("not_supported", permanent=True)
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailFailed("bad_certificate", permanent=True)
    if isinstance(error, ssl.SSLError):
        return MailFailed("tls_failed", permanent=False)
    return MailFailed("timeout" if isinstance(error, TimeoutError) else "cannot_connect", False)


def _refused(what: str, reply: int) -> MailFailed:
    # smtplib gives -1 for a reply that is none: whoever answers there now, it is no mail server.
    number = f"_{reply}" if reply > 0 else ""
    return MailFailed(f"{what}{number}", permanent=reply // 100 == 5)


def _is_host(host: str) -> bool:
    # What the resolver is asked with; it would raise an error of another kind at every letter.
    try:
        return bool(host.encode("idna")) and host.isprintable() and " " not in host
    except UnicodeError:
        return False


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
