"""What the templates of the public statements get."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from evaltool.web.pages import Page


@dataclass(frozen=True)
class Contact:
    """Where questions go: as it was set, and an address that a link can have or nothing."""

    text: str
    address: str


@dataclass(frozen=True, kw_only=True)
class StatementPage(Page):
    """A public statement; ``facts`` fill the places of its sentences.

    ``contact`` is None for the tool of one person on this machine; ``confirmed`` says that the
    organisation confirmed what stands there.
    """

    facts: Mapping[str, str]
    contact: Contact | None
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class PrivacyPage(StatementPage):
    """What is kept, why, how long and who sees it.

    ``mail`` and ``single_sign_on`` say whether those are set.
    """

    template: ClassVar[str] = "privacy.html"
    mail: bool
    single_sign_on: bool


@dataclass(frozen=True, kw_only=True)
class AccessibilityPage(StatementPage):
    """How accessible the tool is, and what is not known of that yet."""

    template: ClassVar[str] = "accessibility.html"
