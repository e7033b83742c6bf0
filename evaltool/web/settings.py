"""Where the application keeps its things, and what it answers to."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from evaltool.domain.access import SECOND_FACTOR_ROLES, Role
from evaltool.paths import ASSETS, PACKAGE

if TYPE_CHECKING:
    # Only hosted mode needs them: the tool of one person starts without.
    from evaltool.identity.oidc_identity import OidcSettings
    from evaltool.mail import MailSettings

DEFAULT_PORT = 5000
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
LARGEST_REQUEST = 2 * 1024 * 1024
"""Bytes; a page with the longest notes at all its questions stays well below it."""

_KEY_BYTES = 32


@dataclass(frozen=True)
class Hosted:
    """How the tool stands on the internet, for all who have an account.

    ``public_url`` is where people find it, without a slash at its end; ``proxies`` how many
    proxies in front are trusted to tell who asks; ``organisation`` and ``contact`` who runs it.
    An evaluation that nobody changed is kept for ``keep_months``; ``backup_days`` is how long
    backups are kept. ``secret_key`` signs cookies and seals secrets; what ``secret_key_before``
    signed and sealed still counts. ``second_factor_roles`` must have a second factor.
    ``time_zone`` is the one that moments are shown in. ``privacy_confirmed_on`` and
    ``accessibility_confirmed_on`` are the days on which the organisation confirmed these pages.
    ``leaked_passwords`` is a file with more of them than come along (see
    :mod:`evaltool.identity.leaked`). ``strict`` asks more of the codes of an app (see
    :class:`evaltool.identity.signing.Desk`).
    """

    public_url: str
    secret_key: str = field(repr=False)
    organisation: str
    contact: str
    proxies: int = 1
    keep_months: int = 36
    backup_days: int = 30
    secret_key_before: str | None = field(default=None, repr=False)
    second_factor_roles: frozenset[Role] = SECOND_FACTOR_ROLES
    time_zone: str = "Europe/Brussels"
    privacy_confirmed_on: date | None = None
    accessibility_confirmed_on: date | None = None
    strict: bool = False
    leaked_passwords: Path | None = None
    mail: "MailSettings | None" = None
    single_sign_on: "OidcSettings | None" = None

    @property
    def host(self) -> str:
        """The host, with its port where it is named, by which people ask for it."""
        return urlsplit(self.public_url).netloc.lower()

    @property
    def tells_scheme(self) -> bool:
        """Whether people come over HTTPS and a proxy in front says of each request that it did."""
        return self.proxies > 0 and urlsplit(self.public_url).scheme == "https"


@dataclass(frozen=True)
class Settings:
    """``instance`` is the folder of the database and, for one person, of the secret key."""

    instance: Path
    port: int
    testing: bool
    hosted: Hosted | None = None

    @property
    def database(self) -> Path:
        """The database file."""
        return self.instance / "evaltool.sqlite"


def read_settings(config: Mapping[str, object] | None) -> Settings:
    """Settings from a mapping with the keys INSTANCE, PORT, TESTING and HOSTED, all optional.

    Raises:
        ValueError: a key is unknown.
    """
    given = dict(config or {})
    unknown = set(given) - {"INSTANCE", "PORT", "TESTING", "HOSTED"}
    if unknown:
        raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
    instance = given.get("INSTANCE")
    hosted = given.get("HOSTED")
    if hosted is not None and not isinstance(hosted, Hosted):
        raise ValueError("HOSTED wants settings of hosted mode")
    return Settings(
        instance=default_instance() if instance is None else Path(str(instance)),
        port=int(str(given.get("PORT", DEFAULT_PORT))),
        testing=bool(given.get("TESTING", False)),
        hosted=hosted,
    )


def default_instance() -> Path:
    """``instance/`` of a checkout; for an installed package a folder of the user's own."""
    if ASSETS != PACKAGE:
        return ASSETS / "instance"
    if os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "evaltool"


def secret_key(instance: Path) -> str:
    """The key that signs cookies: made once, readable by its owner alone.

    Raises:
        OSError: it can be neither read nor written.
    """
    path = instance / "secret_key"
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        # Two processes that start at once must end with the same key.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = path.read_text(encoding="ascii").strip()
        if not kept:
            # Left by a start that broke off; without a key cookies could be forged.
            raise OSError(f"{path} is empty: remove it and start again") from None
        return kept
    key = secrets.token_hex(_KEY_BYTES)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key)
    except OSError:
        # On a full disk: half a key would keep the next start from making a whole one.
        path.unlink(missing_ok=True)
        raise
    return key
