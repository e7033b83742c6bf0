"""The settings of the services that a hosted tool can use: mail, and single sign-on."""

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evaltool.cli.given import Given, variable
from evaltool.domain.access import MUNICIPAL_ROLES, Role

if TYPE_CHECKING:
    from evaltool.identity.oidc import OidcSettings
    from evaltool.mail import MailSettings

MAIL_NEEDS = ("smtp_host", "smtp_port", "smtp_sender")
MAIL_LOGIN = ("smtp_user", "smtp_password_file")
MAIL_CERTIFICATE = ("smtp_certificate_file", "smtp_certificate_key_file")
# Without a role nobody gets in, so that the claim and what it means are needed too.
SIGN_ON_NEEDS = ("oidc_issuer", "oidc_client_id", "oidc_role_claim", "oidc_roles")
SIGN_ON_PROOF = ("oidc_client_secret_file", "oidc_client_key_file")
"""One of these besides: by which the provider knows the tool."""

LAST_PORT = 65535


def mail_settings(given: Given, organisation: str) -> "MailSettings | None":
    """The settings of mail; None where they cannot be used."""
    # Loaded here, as below: most commands have no use for it.
    from evaltool.mail import MailSettings, Security

    before = len(given.problems)
    given.require(*MAIL_NEEDS, code="mail_incomplete")
    if any(given.has(key) for key in MAIL_LOGIN):
        given.require(*MAIL_LOGIN, code="mail_login_incomplete")
    host, sender = given.text("smtp_host"), given.text("smtp_sender")
    user, password = given.text("smtp_user"), given.secret("smtp_password_file")
    certificate, certificate_key = _certificate(given)
    security = given.text("smtp_security") or Security.STARTTLS
    port = given.whole("smtp_port", 1, 1, LAST_PORT)
    ca_file = given.readable("smtp_ca_file")
    # Asked of the settings themselves, one at a time, so that each fault has its own name.
    sound = {"host": "localhost", "port": port, "sender": "nobody@example.org"}
    host_sound = host is not None and _takes(MailSettings, sound, host=host)
    if host is not None and not host_sound:
        given.refuse("smtp_host", "smtp_host")
    if sender is not None and not _takes(MailSettings, sound, sender=sender):
        given.refuse("smtp_sender", "smtp_sender")
    if not (user or "").isascii():
        given.refuse("smtp_ascii", "smtp_user")
    if not (password or "").isascii():
        given.refuse("smtp_ascii", "smtp_password_file")
    if security not in list(Security):
        given.refuse("smtp_security", "smtp_security", known=", ".join(Security))
    elif host_sound and not _takes(MailSettings, sound, host=host, security=Security(security)):
        given.refuse("smtp_in_the_clear", "smtp_security")
    elif security == Security.NONE and certificate is not None:
        given.refuse("mail_certificate_in_the_clear", "smtp_certificate_file")
    if ca_file is not None and not _holds_certificates(ca_file):
        given.refuse("smtp_ca_file", "smtp_ca_file")
    if host is None or sender is None or len(given.problems) > before:
        return None
    return MailSettings(
        host=host,
        port=port,
        sender=sender,
        user=user or "",
        password=password or "",
        security=Security(security),
        sender_name=organisation,
        ca_file=ca_file,
        certificate=certificate,
        certificate_key=certificate_key,
    )


def _certificate(given: Given) -> tuple[Path | None, Path | None]:
    """The files with the certificate for the mail server and its key; both or neither."""
    from evaltool.mail.mailer import present

    if not any(given.has(key) for key in MAIL_CERTIFICATE):
        return None, None
    given.require(*MAIL_CERTIFICATE, code="mail_certificate_incomplete")
    certificate = given.readable("smtp_certificate_file")
    key = given.private("smtp_certificate_key_file")
    if certificate is None or key is None:
        return None, None
    try:
        present(ssl.create_default_context(), certificate, key)
    except OSError:
        given.refuse("mail_certificate", "smtp_certificate_file")
    return certificate, key


def sign_on_settings(given: Given, public_url: str) -> "OidcSettings | None":
    """The settings of single sign-on; None where they cannot be used."""
    from evaltool.identity.oidc_identity import OidcSettings

    before = len(given.problems)
    given.require(*SIGN_ON_NEEDS, code="sign_on_incomplete")
    issuer, client_id = given.text("oidc_issuer"), given.text("oidc_client_id")
    strict = given.truth("oidc_strict")
    sign_out_by_address = given.truth("oidc_sign_out_by_address")
    secret, key_file = _proof(given, strict=strict)
    scope = given.text("oidc_scope") or OidcSettings.scope
    organisation = given.text("oidc_organisation_claim") or OidcSettings.organisation_claim
    email = given.text("oidc_email_claim") or OidcSettings.email_claim
    role_claim, roles = given.text("oidc_role_claim"), given.table("oidc_roles")
    required = given.table("oidc_required")
    addresses = ("issuer", "redirect_uri", "post_logout_redirect_uri")
    sound = {
        **dict.fromkeys(addresses, "https://localhost"),
        **dict.fromkeys(("client_id", "client_secret"), "none"),
    }
    if issuer is not None and not _takes(OidcSettings, sound, issuer=issuer):
        given.refuse("oidc_issuer", "oidc_issuer")
    if not _takes(OidcSettings, sound, scope=scope):
        given.refuse("oidc_scope", "oidc_scope")
    if not set(roles.values()) <= MUNICIPAL_ROLES:
        # Any other role is given by whoever administers the tool, never by a provider.
        given.refuse("oidc_roles", "oidc_roles", known=", ".join(sorted(MUNICIPAL_ROLES)))
    if not (issuer and client_id and public_url) or len(given.problems) > before:
        return None
    return OidcSettings(
        issuer=issuer,
        client_id=client_id,
        client_secret=secret or "",
        client_key_file=key_file,
        strict=strict,
        sign_out_by_address=sign_out_by_address,
        redirect_uri=f"{public_url}/single-sign-on/callback",
        post_logout_redirect_uri=f"{public_url}/sign-in",
        scope=scope,
        organisation_claim=organisation,
        email_claim=email,
        role_claim=role_claim,
        roles={value: Role(role) for value, role in roles.items()},
        required=required,
    )


def _proof(given: Given, *, strict: bool) -> tuple[str | None, Path | None]:
    """By what the provider knows the tool: a secret, or the file with a private key."""
    from evaltool.identity.client_key import UnfitKey, read_client_key

    secret_file, key_file = SIGN_ON_PROOF
    held = [key for key in SIGN_ON_PROOF if given.has(key)]
    if strict and secret_file in held:
        given.refuse("oidc_strict_key", secret_file)
    elif strict and not held:
        given.refuse("oidc_strict_needs", key_file, variable=variable(key_file))
    elif len(held) != 1:
        given.refuse("oidc_one_proof", key_file if held else secret_file)
    secret, path = given.secret(secret_file), given.private(key_file)
    if path is not None:
        try:
            read_client_key(path)
        except UnfitKey:
            given.refuse("oidc_client_key", key_file)
    return secret, path


def _takes(make: Callable[..., object], sound: Mapping[str, object], **tried: object) -> bool:
    """Whether settings that are sound stay so with something else in them."""
    try:
        make(**{**sound, **tried})
    except ValueError:
        return False
    return True


def _holds_certificates(path: Path) -> bool:
    try:
        ssl.create_default_context(cafile=str(path))
    except OSError:
        return False
    return True
