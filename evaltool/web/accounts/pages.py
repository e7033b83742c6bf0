"""What each template about accounts gets: one dataclass per template, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from evaltool.domain.accounts import Account, LinkPurpose, Session
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.municipality import Municipality
from evaltool.web.pages import EvaluationPage, Page


@dataclass(frozen=True, kw_only=True)
class FormPage(Page):
    """A page with a form: what was typed, and what is wrong with it, by name of the field."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SignInPage(FormPage):
    """Address and password; ``single_sign_on`` and ``mail`` say what else can be offered.

    ``contact`` is whom to ask; ``ended`` whether a session of this browser is over.
    """

    template: ClassVar[str] = "accounts/sign_in.html"
    single_sign_on: bool
    mail: bool
    contact: str
    ended: bool


@dataclass(frozen=True, kw_only=True)
class OnwardsPage(Page):
    """Signed out here, and on the way to being so at the provider too.

    That is by a form with these ``fields``, or without any by a link.
    """

    template: ClassVar[str] = "accounts/onwards.html"
    address: str
    fields: Mapping[str, str] | None


@dataclass(frozen=True, kw_only=True)
class CodePage(FormPage):
    """The code of the second factor; ``contact`` is whom to ask without telephone and codes."""

    template: ClassVar[str] = "accounts/code.html"
    contact: str


@dataclass(frozen=True, kw_only=True)
class LinkCodePage(FormPage):
    """The code of a link; ``wrong`` says why the one that was given opens nothing.

    ``mail`` says whether another can be asked for by mail.
    """

    template: ClassVar[str] = "accounts/link_code.html"
    wrong: str
    mail: bool


@dataclass(frozen=True, kw_only=True)
class PasswordPage(FormPage):
    """Choosing a password through a link."""

    template: ClassVar[str] = "accounts/password.html"
    account: Account
    purpose: LinkPurpose


@dataclass(frozen=True, kw_only=True)
class ResetPage(FormPage):
    """Asking for a link to choose another password."""

    template: ClassVar[str] = "accounts/reset.html"
    mail: bool
    contact: str


@dataclass(frozen=True, kw_only=True)
class EnrolPage(FormPage):
    """Setting up a second factor: its secret as text, as a picture to scan and as an ``address``.

    An app on the device that shows the page opens that address; a picture on its own screen it
    cannot scan.
    ``needed`` says why there must be one, empty where there need not be; ``sha256`` whether the
    app must know codes with SHA-256, and ``contact`` whom to ask where it does not.
    """

    template: ClassVar[str] = "accounts/enrol.html"
    secret: str
    picture: str
    address: str
    needed: str
    sha256: bool
    contact: str


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesPage(Page):
    """The recovery codes, shown until somebody says that she kept them."""

    template: ClassVar[str] = "accounts/recovery_codes.html"
    codes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AccountPage(FormPage):
    """One's own account."""

    template: ClassVar[str] = "accounts/account.html"
    account: Account
    municipality: Municipality | None
    sessions: tuple[Session, ...]
    current: str
    codes_left: int


@dataclass(frozen=True, kw_only=True)
class ConfirmPage(FormPage):
    """Asking for certainty: what happens, and the button that does it.

    ``asks`` are the fields there are besides, in their order: ``name`` where something must be
    typed over, ``password``, the ``code`` of the second factor. ``danger`` is whether something is
    lost that cannot come back; ``warning`` is what must be known before, ``ways`` are the pages
    where something can be done first, as (address, words).
    """

    template: ClassVar[str] = "accounts/confirm.html"
    lead: str
    action: str
    button: str
    back: str
    danger: bool = True
    asks: tuple[str, ...] = ()
    expected: str = ""
    warning: str = ""
    ways: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class LinkPage(Page):
    """A link to hand over, shown once; ``to_ask`` for a view, with an account or without."""

    template: ClassVar[str] = "accounts/link.html"
    account: Account
    link: str
    to_ask: bool
    expires: str
    back: str


@dataclass(frozen=True, kw_only=True)
class ColleaguesPage(FormPage):
    """The accounts of a municipality, and inviting a colleague."""

    template: ClassVar[str] = "accounts/colleagues.html"
    municipality: Municipality
    accounts: tuple[Account, ...]
    own: str
    lost_password: str


@dataclass(frozen=True, kw_only=True)
class CoachesPage(FormPage):
    """Which coaches a municipality lets in, since when, may they name it, and whom else it can."""

    template: ClassVar[str] = "accounts/coaches.html"
    municipality: Municipality
    let_in: tuple[tuple[Account, datetime, bool], ...]
    others: tuple[Account, ...]


@dataclass(frozen=True, kw_only=True)
class MunicipalityPage(Page):
    """What a municipality manages of its own."""

    template: ClassVar[str] = "accounts/municipality.html"
    municipality: Municipality


@dataclass(frozen=True, kw_only=True)
class ContributorsPage(EvaluationPage, FormPage):
    """Who was asked for a view of an evaluation, and asking somebody else.

    ``invited`` says of each whether she can be given a new link here; ``sections`` and
    ``disciplines`` are lists of (code, label); ``chosen`` the sections ticked. ``asked`` says, by
    view, about which sections somebody was asked, and what is to be known of that.
    """

    template: ClassVar[str] = "accounts/contributors.html"
    asked: Mapping[str, tuple[str, ...]]
    invited: tuple[tuple[Evaluation, Account, str, bool], ...]
    disciplines: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, str], ...]
    chosen: frozenset[str]
    lost_password: str


@dataclass(frozen=True, kw_only=True)
class AccountRow:
    """An account in the administrator's list."""

    account: Account
    municipality: str


@dataclass(frozen=True, kw_only=True)
class AccountsPage(FormPage):
    """The accounts, and inviting somebody.

    ``rows`` are all ``total`` of them or, where ``of`` says so, those of one municipality or of
    none. ``present`` are the municipalities that have one.
    """

    template: ClassVar[str] = "accounts/accounts.html"
    rows: tuple[AccountRow, ...]
    total: int
    of: str
    present: tuple[Municipality, ...]
    municipalities: tuple[Municipality, ...]


@dataclass(frozen=True, kw_only=True)
class ManagedAccountPage(Page):
    """One account, as the administrator sees it; ``warning`` is what ends with it."""

    template: ClassVar[str] = "accounts/managed.html"
    row: AccountRow
    warning: str


@dataclass(frozen=True, kw_only=True)
class ListRow:
    """What a list changes for one municipality; ``same`` where that makes no difference to it."""

    name: str
    before: str
    after: str
    same: bool


@dataclass(frozen=True, kw_only=True)
class LoadedRow:
    """A list that was loaded before."""

    number: int
    moment: str
    who: str
    size: int


@dataclass(frozen=True, kw_only=True)
class ListPage(FormPage):
    """A list that an administrator loads: the one that counts, those before, and loading one.

    ``problems`` is everything that is wrong with the file that was sent; ``current``
    says what there is to take along, ``clusters`` are those that can stand in it.
    """

    template: ClassVar[str] = "accounts/list.html"
    kind: str
    columns: str
    current: str
    clusters: tuple[str, ...]
    history: tuple[LoadedRow, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ListPreviewPage(Page):
    """What a list would change, before it counts.

    ``same`` counts what it says of municipalities and what is so already; ``differs`` is whether
    it is another list than the one that counts.
    """

    template: ClassVar[str] = "accounts/list_preview.html"
    kind: str
    content: str
    base: int
    size: int
    rows: tuple[ListRow, ...]
    same: int
    differs: bool


@dataclass(frozen=True, kw_only=True)
class InstalledPage(Page):
    """What is installed."""

    template: ClassVar[str] = "accounts/installed.html"
    facts: tuple[tuple[str, str], ...]
