"""Organisations whose people sign in at a provider, for tests."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evaltool.domain.access import Role
from evaltool.domain.lists import ListKind
from evaltool.identity.oidc import OidcSettings
from tests.factories import a_single_sign_on
from tests.hosting import OTHER, OWN, Town, a_town
from tests.provider import Client

OURS, THEIRS, UNLISTED = "0207521503", "0207451227", "0207509031"
"""KBO numbers: of the two municipalities of the list, and of one that is not in it."""
LIST = f"nis_code,kbo\n{OWN},{OURS}\n{OTHER},{THEIRS}\n"
ROLES = {"Officer": Role.OFFICER, "Chair": Role.CHAIR, "Coach": Role.COACH}


def person(name: str, *, number: str = OURS, role: str = "Officer", **more: str) -> dict[str, Any]:
    """The claims of somebody of a local authority."""
    return {
        "given_name": name.title(),
        "family_name": "Peeters",
        "vo_orgcode": number,
        "vo_doelgroepcode": "LB",
        "vo_email": f"{name}@example.org",
        "evaltool_rol_3d": [f"{role}:{number}"],
        **more,
    }


PEOPLE = {
    "an": person("an"),
    "bo": person("bo", role="Chair", number=THEIRS),
    "roleless": person("roleless", evaltool_rol_3d=""),
    "elsewhere": person("elsewhere", evaltool_rol_3d=f"Officer:{THEIRS}"),
    "coach": person("coach", role="Coach"),
    "unlisted": person("unlisted", number=UNLISTED),
    "numberless": person("numberless", number="no number"),
    "citizen": person("citizen", vo_doelgroepcode="BUR"),
}


def settings_for(issuer: str, **changes: Any) -> OidcSettings:
    """What was agreed with a provider, as for ACM/IDM."""
    return a_single_sign_on(
        issuer=issuer,
        client_secret=Client().secret,
        scope="openid profile vo evaltool",
        email_claim="vo_email",
        role_claim="evaltool_rol_3d",
        roles=ROLES,
        required={"vo_doelgroepcode": "LB"},
        **changes,
    )


def town_of(folder: Path, settings: OidcSettings, *, listed: bool = True, **changes: Any) -> Town:
    """A town where people can sign in at a provider; its clock is right, which tokens need."""
    town = a_town(folder, single_sign_on=settings, **changes)
    town.clock.at = datetime.now(UTC)
    if listed:
        town.held.store.lists.load(ListKind.ORGANISATIONS, LIST, by="somebody", at=town.clock.at)
    return town
