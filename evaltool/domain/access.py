"""Who may do what: the one place where that is decided. The default is no."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Whose hands are on the keyboard."""

    LOCAL = "local"
    """The one user of a tool that listens on this machine alone."""
    NOBODY = "nobody"
    """Not signed in, or no longer."""
    HALFWAY = "halfway"
    """The password was right; the code of the second factor is still asked."""
    ENROLLING = "enrolling"
    """The password was right; a second factor must be set up before anything else."""
    OFFICER = "officer"
    CHAIR = "chair"
    CONTRIBUTOR = "contributor"
    COACH = "coach"
    ADMINISTRATOR = "administrator"


ACCOUNT_ROLES = (Role.OFFICER, Role.CHAIR, Role.CONTRIBUTOR, Role.COACH, Role.ADMINISTRATOR)
"""The roles that an account can have."""

MUNICIPAL_ROLES = frozenset({Role.OFFICER, Role.CHAIR})
"""The roles that belong to one municipality."""

SECOND_FACTOR_ROLES = frozenset({Role.COACH, Role.ADMINISTRATOR})
"""The roles that must have a second factor: they see, or let in, more than one municipality."""


class Permission(StrEnum):
    """What a route does."""

    PUBLIC = "public"
    """Open what everybody may read: words, privacy, accessibility."""
    SIGN_IN = "sign_in"
    """Sign in, follow a link, ask for a new password."""
    CODE = "code"
    """Give the code of the second factor."""
    ENROL = "enrol"
    """Set up a second factor."""
    SIGN_OUT = "sign_out"
    ACCOUNT = "account"
    """See and change one's own account."""

    USE = "use"
    """Open what belongs to no evaluation: start, the blank questionnaire."""
    CREATE = "create"
    """Start an evaluation, or import one."""
    READ = "read"
    """Open an evaluation and read its answers."""
    RESULTS = "results"
    """Read findings, levels and the action plan."""
    FILL_IN = "fill_in"
    DETAILS = "details"
    """Change the cluster and the date of an evaluation."""
    FINISH = "finish"
    REOPEN = "reopen"
    DOCUMENT = "document"
    """Take the report or its summary along."""
    MEETING = "meeting"
    """Take the chair's meeting sheet along."""
    INTAKE = "intake"
    """Take the coach's intake sheet along."""
    EXPORT = "export"
    """Take the data along."""
    PLAN = "plan"
    """Change the action plan."""
    KEEP = "keep"
    """Keep an evaluation longer than its time."""
    DELETE = "delete"
    INVITE = "invite"
    """Ask members of the LIVC-R for their own view of an evaluation."""
    CONSENSUS = "consensus"
    """See who sees what, and set the common answer."""
    AGENDA = "agenda"
    """Compose the agenda of a meeting, lead it, keep its minutes."""
    ZONE = "zone"
    """Say of which municipalities of the police zone an evaluation is."""

    COLLEAGUES = "colleagues"
    """See and invite colleagues of one's own municipality."""
    CONSENT = "consent"
    """Let a coach in, and withdraw that."""
    LOG = "log"
    """Read who did what in one's own municipality."""
    BIND = "bind"
    """Confirm that one's own municipality takes part in the evaluation of its police zone."""
    FOLLOWED = "followed"
    """Read what the coach shares with one's own municipality."""
    COACHING = "coaching"
    """Follow the municipalities that let one in: overview, notes, sessions, report."""
    ALL_DATA = "all_data"
    """Take along or delete everything that is kept of one's own municipality."""

    ACCOUNTS = "accounts"
    """See, invite and close accounts."""
    ADMINISTER = "administer"
    """Load lists, see what is installed."""
    AGGREGATES = "aggregates"
    """Read where the municipalities stand together, in numbers that show none of them."""


class Whose(StrEnum):
    """What something may be done to."""

    ANY = "any"
    """It belongs to nobody in particular."""
    OWN = "own"
    """One's own municipality."""
    BOUND = "bound"
    """An evaluation of the police zone, in which one's own municipality takes part."""
    LET_IN = "let_in"
    """A municipality that lets this coach in, as long as it does."""
    OWN_VIEW = "own_view"
    """One's own view of an evaluation to which one was invited."""


@dataclass(frozen=True)
class Actor:
    """Somebody who asks for something.

    ``account`` is None for who is not signed in and for the one local user; ``let_in`` are the
    codes of the municipalities that let this coach in at this moment.
    """

    role: Role
    account: str | None = None
    nis_code: str | None = None
    let_in: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Subject:
    """What is asked for: something of a municipality, or the view of one contributor on it.

    ``bound`` are the codes of the other municipalities that confirmed to take part in it.
    """

    nis_code: str | None
    contributor: str | None = None
    bound: frozenset[str] = frozenset()


OF_AN_EVALUATION = frozenset(
    {
        Permission.READ,
        Permission.RESULTS,
        Permission.FILL_IN,
        Permission.DETAILS,
        Permission.FINISH,
        Permission.REOPEN,
        Permission.DOCUMENT,
        Permission.MEETING,
        Permission.INTAKE,
        Permission.EXPORT,
        Permission.PLAN,
        Permission.KEEP,
        Permission.DELETE,
        Permission.INVITE,
        Permission.CONSENSUS,
        Permission.AGENDA,
        Permission.ZONE,
    }
)
"""What can be done to an evaluation."""

_OF_A_VIEW = frozenset(
    {
        *(Permission.READ, Permission.FILL_IN, Permission.FINISH),
        *(Permission.REOPEN, Permission.DELETE),
    }
)

_SIGNED_IN: Mapping[Permission, Whose] = {
    **dict.fromkeys(
        (
            Permission.PUBLIC,
            Permission.SIGN_IN,
            Permission.SIGN_OUT,
            Permission.ENROL,
            Permission.ACCOUNT,
            Permission.USE,
        ),
        Whose.ANY,
    ),
    # Whoever was invited to give a view may do so, whatever else she is.
    **dict.fromkeys(_OF_A_VIEW, Whose.OWN_VIEW),
}

_ADDED: Mapping[Role, Mapping[Permission, Whose]] = {
    Role.OFFICER: dict.fromkeys(
        OF_AN_EVALUATION
        | {
            Permission.CREATE,
            Permission.COLLEAGUES,
            Permission.CONSENT,
            Permission.LOG,
            Permission.BIND,
            Permission.FOLLOWED,
            Permission.ALL_DATA,
        },
        Whose.OWN,
    ),
    Role.CHAIR: dict.fromkeys(
        (
            Permission.READ,
            Permission.RESULTS,
            Permission.DOCUMENT,
            Permission.MEETING,
            Permission.PLAN,
            Permission.CONSENSUS,
            # A common answer can be chosen only while it is open.
            Permission.REOPEN,
            Permission.AGENDA,
            Permission.LOG,
            Permission.FOLLOWED,
        ),
        Whose.OWN,
    ),
    Role.CONTRIBUTOR: {},
    Role.COACH: dict.fromkeys(
        (
            Permission.READ,
            Permission.RESULTS,
            Permission.DOCUMENT,
            Permission.INTAKE,
            Permission.COACHING,
        ),
        Whose.LET_IN,
    ),
    Role.ADMINISTRATOR: dict.fromkeys(
        (Permission.ACCOUNTS, Permission.ADMINISTER, Permission.AGGREGATES), Whose.ANY
    ),
}

_BOUND: Mapping[Permission, Whose] = dict.fromkeys(
    (Permission.READ, Permission.RESULTS, Permission.DOCUMENT, Permission.MEETING), Whose.BOUND
)
"""What the officer and the chair of a municipality may do to the evaluation of its zone."""

GRANTS: Mapping[Role, Mapping[Permission, frozenset[Whose]]] = {
    Role.LOCAL: dict.fromkeys(
        (OF_AN_EVALUATION - {Permission.INVITE, Permission.CONSENSUS})
        | {Permission.PUBLIC, Permission.USE, Permission.CREATE},
        frozenset({Whose.ANY}),
    ),
    Role.NOBODY: dict.fromkeys((Permission.PUBLIC, Permission.SIGN_IN), frozenset({Whose.ANY})),
    Role.HALFWAY: dict.fromkeys(
        (Permission.PUBLIC, Permission.SIGN_IN, Permission.CODE, Permission.SIGN_OUT),
        frozenset({Whose.ANY}),
    ),
    Role.ENROLLING: dict.fromkeys(
        (Permission.PUBLIC, Permission.SIGN_IN, Permission.ENROL, Permission.SIGN_OUT),
        frozenset({Whose.ANY}),
    ),
    **{
        role: {
            permission: frozenset(
                whose
                for granted in (_SIGNED_IN, added, _BOUND if role in MUNICIPAL_ROLES else {})
                if (whose := granted.get(permission)) is not None
            )
            for permission in (*_SIGNED_IN, *added)
        }
        for role, added in _ADDED.items()
    },
}
"""Per role what it may do, and to whose; what is not in here may not be done."""


def may(actor: Actor, action: Permission, subject: Subject | None = None) -> bool:
    """Whether an actor may do something to a subject.

    Without a subject: whether there can be anything to which she may do it. Who then finds
    something must ask again with that.
    """
    granted = GRANTS[actor.role].get(action, frozenset())
    if subject is None:
        return bool(granted)
    return any(_covers(actor, whose, subject) for whose in granted)


def _covers(actor: Actor, whose: Whose, subject: Subject) -> bool:
    if whose is Whose.ANY:
        return True
    if whose is Whose.OWN_VIEW:
        return actor.account is not None and subject.contributor == actor.account
    if subject.contributor is not None or subject.nis_code is None:
        return False
    if whose is Whose.OWN:
        return subject.nis_code == actor.nis_code
    if whose is Whose.BOUND:
        return actor.nis_code in subject.bound
    return subject.nis_code in actor.let_in
