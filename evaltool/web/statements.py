"""The public statements: privacy and accessibility, on one machine and on the internet."""

from datetime import date, timedelta

from flask import Blueprint, Response, current_app

from evaltool import __version__
from evaltool.domain.access import Permission
from evaltool.domain.accounts import ABSOLUTE_LIMIT, IDLE_LIMIT, LINK_LASTS
from evaltool.domain.attempts import REMEMBERED
from evaltool.domain.language import date_text
from evaltool.domain.retention import NOTICE, UNUSED
from evaltool.web.context import language, services, texts
from evaltool.web.guard import guarded
from evaltool.web.rendering import render
from evaltool.web.settings import Hosted
from evaltool.web.statement_pages import AccessibilityPage, Contact, PrivacyPage

blueprint = Blueprint("statements", __name__)

_HOUR = timedelta(hours=1)


@blueprint.get("/privacy")
@guarded(Permission.PUBLIC)
def privacy() -> Response:
    """What is kept, why, how long and who sees it."""
    t, hosted = texts(), services().hosted
    facts = {
        "cookie": current_app.config["SESSION_COOKIE_NAME"],
        "export": t("overview.export"),
        "delete": t("overview.delete"),
    }
    if hosted is not None:
        facts.update(_hosted_facts(hosted), **_confirmed(hosted.privacy_confirmed_on))
    return render(
        PrivacyPage(
            title=t("privacy.title"),
            facts=facts,
            contact=_contact(hosted),
            confirmed="confirmed_on" in facts,
            mail=hosted is not None and hosted.mail is not None,
            single_sign_on=hosted is not None and hosted.single_sign_on is not None,
        )
    )


def _hosted_facts(hosted: Hosted) -> dict[str, str]:
    """The terms as they are set, and those that the code itself holds to."""
    # Loaded here: the tool of one person on one machine sends no mail.
    from evaltool.mail.outbox import LIFETIME

    return {
        "organisation": hosted.organisation,
        "keep_months": str(hosted.keep_months),
        "backup_days": str(hosted.backup_days),
        "notice_days": str(NOTICE.days),
        "attempt_days": str(REMEMBERED.days),
        "unused_days": str(UNUSED.days),
        "link_days": str(LINK_LASTS["invitation"].days),
        "reset_hours": str(LINK_LASTS["reset"] // _HOUR),
        "idle_hours": str(IDLE_LIMIT // _HOUR),
        "absolute_hours": str(ABSOLUTE_LIMIT // _HOUR),
        "mail_hours": str(LIFETIME // _HOUR),
        "keep": texts()("retention.keep"),
        "account": texts()("account.title"),
    }


def _confirmed(day: date | None) -> dict[str, str]:
    """When the organisation confirmed a page, where it did."""
    return {} if day is None else {"confirmed_on": date_text(day, language())}


@blueprint.get("/accessibility")
@guarded(Permission.PUBLIC)
def accessibility() -> Response:
    """How accessible the tool is, in the form of the model of the European Commission."""
    t, hosted = texts(), services().hosted
    facts = {"version": __version__, "date": t("accessibility.date")}
    if hosted is not None:
        facts.update(organisation=hosted.organisation, address=hosted.public_url)
        facts.update(_confirmed(hosted.accessibility_confirmed_on))
    return render(
        AccessibilityPage(
            title=t("accessibility.title"),
            facts=facts,
            contact=_contact(hosted),
            confirmed="confirmed_on" in facts,
        )
    )


def _contact(hosted: Hosted | None) -> Contact | None:
    if hosted is None:
        return None
    from evaltool.mail.letters import is_address

    contact = hosted.contact
    if is_address(contact):
        return Contact(contact, f"mailto:{contact}")
    # Nothing else becomes a link: what is set may be a telephone number or a sentence.
    is_page = contact.startswith("https://") and not any(c.isspace() for c in contact)
    return Contact(contact, contact if is_page else "")
