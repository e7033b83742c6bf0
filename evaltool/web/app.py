"""Puts the application together."""

from collections.abc import Mapping

from flask import Flask

from evaltool import catalogue
from evaltool.paths import STATIC, TEMPLATES
from evaltool.store import open_store
from evaltool.web import (
    agendas,
    assess,
    deciding,
    documents,
    errors,
    explaining,
    finishing,
    glossary,
    keeping,
    logs,
    meetings,
    over_time,
    pieces,
    planning,
    probes,
    rendering,
    results,
    room,
    signatures,
    start,
    statements,
    zones,
)
from evaltool.web.context import Services, install
from evaltool.web.guard import check_access
from evaltool.web.security import protect
from evaltool.web.settings import LARGEST_REQUEST, Hosted, read_settings, secret_key


class _Application(Flask):
    jinja_environment = rendering.Templates


def create_app(config: Mapping[str, object] | None = None) -> Flask:
    """The application, ready to serve.

    ``config`` may hold INSTANCE (folder of database and key), PORT, TESTING, and HOSTED: the
    settings of a tool that stands on the internet. Without those it serves one person on this
    machine, who needs no account.

    Raises:
        Faulty: content or survey data cannot be used; all faults at once.
        StoreError: the database cannot be used.
        OSError: the secret key can be neither read nor written.
    """
    settings = read_settings(config)
    app = _Application("evaltool.web", static_folder=str(STATIC), template_folder=str(TEMPLATES))
    hosted = settings.hosted
    app.config.update(
        SECRET_KEY=secret_key(settings.instance) if hosted is None else hosted.secret_key,
        SECRET_KEY_FALLBACKS=_keys_before(hosted),
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # The prefix keeps other hosts of the same domain from setting it.
        SESSION_COOKIE_NAME="evaltool" if hosted is None else "__Host-evaltool",
        SESSION_COOKIE_SECURE=hosted is not None,
        # A page that was open all day must still be saved.
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        DATABASE=settings.database,
    )
    install(app, Services(catalogue.loaded(), open_store(settings.database), hosted))
    if hosted is not None:
        logs.install(app)
    protect(app, settings)
    app.before_request(check_access)
    signatures.install(app)
    rendering.install(app)
    explaining.install(app)
    pieces.install(app)
    errors.install(app)
    for module in (
        start,
        assess,
        finishing,
        keeping,
        results,
        documents,
        planning,
        meetings,
        agendas,
        room,
        deciding,
        over_time,
        glossary,
        statements,
        zones,
    ):
        app.register_blueprint(module.blueprint)
    if hosted is not None:
        # Loaded here: accounts need libraries that one person on one machine does without.
        from evaltool.web.accounts import install as install_accounts

        install_accounts(app, hosted)
        app.register_blueprint(probes.blueprint)
    return app


def _keys_before(hosted: Hosted | None) -> list[str]:
    """What a cookie may be signed with besides the key that signs new ones."""
    return [hosted.secret_key_before] if hosted and hosted.secret_key_before else []
