"""Puts the application together."""

from collections.abc import Mapping

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from evaltool import catalogue
from evaltool.paths import STATIC, TEMPLATES
from evaltool.store import open_store
from evaltool.web import (
    assess,
    documents,
    errors,
    explaining,
    finishing,
    glossary,
    planning,
    rendering,
    results,
    start,
)
from evaltool.web.context import Services, check_access, install
from evaltool.web.security import protect
from evaltool.web.settings import LARGEST_REQUEST, read_settings, secret_key


def create_app(config: Mapping[str, object] | None = None) -> Flask:
    """The application, ready to serve.

    ``config`` may hold INSTANCE (folder of database and key), PORT and TESTING.

    Raises:
        Faulty: content or survey data cannot be used; all faults at once.
        StoreError: the database cannot be used.
        OSError: the secret key can be neither read nor written.
    """
    settings = read_settings(config)
    app = Flask("evaltool.web", static_folder=str(STATIC), template_folder=str(TEMPLATES))
    app.config.update(
        SECRET_KEY=secret_key(settings.instance),
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="evaltool",
        # A page that was open all day must still be saved.
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    install(app, Services(catalogue.loaded(), open_store(settings.database)))
    protect(app, settings)
    app.before_request(check_access)
    CSRFProtect(app)
    rendering.install(app)
    explaining.install(app)
    errors.install(app)
    for module in (start, assess, finishing, results, documents, planning, glossary):
        app.register_blueprint(module.blueprint)
    return app
