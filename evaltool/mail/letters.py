"""A letter, and how it is written as a mail in which nothing can pass for a header."""

import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime

from evaltool.domain.language import Language

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP = r"[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP}")

# RFC 5321, 4.5.3.1: a local part has 64 octets; a path 256, its two angle brackets included.
_LONGEST_LOCAL_PART = 64
_LONGEST_ADDRESS = 254

# Control characters, halves of a pair, and what some readers take for the end of a line.
_NOT_IN_A_LINE = {"Cc", "Cs", "Zl", "Zp"}
_NOT_IN_A_TEXT = {"Cc", "Cs"}
_IN_A_TEXT = {"\n", "\t"}

_PLAIN_LINE = re.compile(r"[!-~]+(?: [!-~]+)*")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9-]+(?: [A-Za-z0-9-]+)*")
_LONGEST_PLAIN = 60
_MESSAGE_ID_BYTES = 16
# RFC 2047, 2: of a line with an encoded word in it.
_LONGEST_LINE = 76


class BadLetter(ValueError):
    """A letter that must not be sent; ``code`` says what is wrong, and quotes nothing of it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Letter:
    """A text for one person. ``repr`` shows none of it: it may hold a link that lets somebody in.

    ``to`` is one plain address, without a name, in ASCII. ``subject`` is one line. ``text`` may
    hold line ends (``\\n``) and tabs, but no other control character.

    Raises:
        BadLetter: ``bad_recipient``, ``bad_subject`` or ``bad_text``.
    """

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    language: Language

    def __post_init__(self) -> None:
        if not is_address(self.to):
            raise BadLetter("bad_recipient")
        if not self.subject.strip() or not is_one_line(self.subject):
            raise BadLetter("bad_subject")
        if any(
            unicodedata.category(c) in _NOT_IN_A_TEXT and c not in _IN_A_TEXT for c in self.text
        ):
            raise BadLetter("bad_text")


def is_address(text: str) -> bool:
    """Whether a text is exactly one mail address that any server takes.

    That is the dot-atom form of RFC 5321, with a domain of at least two labels. Quoted local
    parts, addresses with an IP number and letters outside ASCII are not taken.
    """
    local_part = text.partition("@")[0]
    return (
        len(text) <= _LONGEST_ADDRESS
        and len(local_part) <= _LONGEST_LOCAL_PART
        and _ADDRESS.fullmatch(text) is not None
    )


def is_one_line(text: str) -> bool:
    """Whether a text holds no line end and no control character, and can be written as UTF-8."""
    return all(unicodedata.category(c) not in _NOT_IN_A_LINE for c in text)


def domain_of(address: str) -> str:
    """What comes after the ``@``."""
    return address.rpartition("@")[2]


def written(letter: Letter, *, sender: str, sender_name: str, at: datetime) -> bytes:
    """The mail as it goes over the line: ASCII, lines of at most 76 characters, CRLF.

    The text ends with a line end, also where the letter's does not. ``sender`` and
    ``sender_name`` must have been checked; ``at`` is the aware moment for its ``Date``.
    """
    mail: Message[str | Header, str | Header] = Message(policy=compat32)
    mail["From"] = _from(sender, sender_name)
    mail["To"] = letter.to
    mail["Subject"] = _subject(letter.subject)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{secrets.token_hex(_MESSAGE_ID_BYTES)}@{domain_of(sender)}>"
    # RFC 3834: an automatic reply to it is not wanted.
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = letter.language
    text = letter.text if letter.text.endswith("\n") else f"{letter.text}\n"
    mail.set_payload(text, _utf8())
    return mail.as_bytes(policy=compat32.clone(linesep="\r\n", max_line_length=_LONGEST_LINE))


def _utf8() -> Charset:
    charset = Charset("utf-8")
    # Stays legible on the way, and no line gets longer than a server takes.
    charset.body_encoding = QP
    return charset


def _subject(subject: str) -> Header:
    # "=?" starts an encoded word: a reader would decode a subject that only looks like one.
    plain = (
        len(subject) <= _LONGEST_PLAIN and "=?" not in subject and _PLAIN_LINE.fullmatch(subject)
    )
    return Header(subject, "us-ascii" if plain else _utf8(), header_name="Subject")


def _from(sender: str, name: str) -> str | Header:
    if not name:
        return sender
    plain = len(name) <= _LONGEST_PLAIN and _PLAIN_NAME.fullmatch(name)
    header = Header(name, "us-ascii" if plain else _utf8(), header_name="From")
    header.append(f"<{sender}>", "us-ascii")
    return header
