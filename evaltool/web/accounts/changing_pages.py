"""What the template gets on which the details of an account are corrected."""

from dataclasses import dataclass
from typing import ClassVar

from evaltool.web.accounts.pages import FormPage


@dataclass(frozen=True, kw_only=True)
class ChangePage(FormPage):
    """Correcting a name, and for an administrator a role and an address.

    ``roles`` are those to choose from, (code, name), none where the role stays as it is, which
    ``no_role`` then explains; ``address`` says whether that can be changed too.
    """

    template: ClassVar[str] = "accounts/change.html"
    action: str
    back: str
    roles: tuple[tuple[str, str], ...] = ()
    no_role: str = ""
    address: bool = False
