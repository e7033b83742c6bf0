"""Who may do what: the one place where that is decided. The default is no."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Whose hands are on the keyboard."""

    LOCAL = "local"
    """The one user of a tool that listens on this machine alone."""


class Permission(StrEnum):
    """What a route does."""

    USE = "use"
    """Open what belongs to no evaluation: start, help, the blank questionnaire."""
    CREATE = "create"
    """Start an evaluation, or import one."""
    READ = "read"
    FILL_IN = "fill_in"
    FINISH = "finish"
    REOPEN = "reopen"
    EXPORT = "export"
    PLAN = "plan"
    """Change the action plan."""
    DELETE = "delete"


@dataclass(frozen=True)
class Actor:
    """Somebody who asks for something."""

    role: Role


_ALLOWED: Mapping[Role, frozenset[Permission]] = {Role.LOCAL: frozenset(Permission)}


def may(actor: Actor, action: Permission) -> bool:
    """Whether an actor may do something."""
    return action in _ALLOWED.get(actor.role, frozenset())
