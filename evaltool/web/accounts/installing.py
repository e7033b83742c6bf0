"""Adds everything about accounts to an application that stands on the internet."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from evaltool.web.accounts import (
    account,
    administration,
    aggregates,
    binding,
    changing,
    coaching,
    coaching_entries,
    coaching_kept,
    coaching_place,
    coaching_report,
    consensus,
    contributing,
    followed,
    following,
    lists,
    municipal_data,
    municipal_log,
    municipality,
    second_factor,
    signing,
)
from evaltool.web.accounts.post import start_postman
from evaltool.web.context import services
from evaltool.web.identity import desk
from evaltool.web.settings import Hosted


def install(app: Flask, hosted: Hosted) -> None:
    """Add the pages, believe the proxies in front, heed a new key, and start sending mail."""
    # Each proxy adds to X-Forwarded-For; X-Forwarded-Proto most of them write anew, so that what
    # the nearest one says is what counts.
    app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
        app.wsgi_app,
        x_for=hosted.proxies,
        x_proto=min(hosted.proxies, 1),
        x_host=0,
        x_port=0,
        x_prefix=0,
    )
    for module in (
        signing,
        following,
        second_factor,
        account,
        municipality,
        municipal_data,
        municipal_log,
        contributing,
        consensus,
        binding,
        administration,
        aggregates,
        changing,
        lists,
        coaching,
        coaching_place,
        coaching_entries,
        coaching_report,
        coaching_kept,
        followed,
    ):
        app.register_blueprint(module.blueprint)
    if hosted.single_sign_on is not None:
        # Loaded here: its libraries are of no use to who does not use it.
        from evaltool.web.accounts import single_sign_on

        app.register_blueprint(single_sign_on.blueprint)
        # The provider sends this by itself, with a signed token in place of ours.
        app.extensions["csrf"].exempt(single_sign_on.logged_out)
    with app.app_context():
        desk().renew_seals()
        _warn_of_another_key(app)
        start_postman(app, services(), hosted)


def _warn_of_another_key(app: Flask) -> None:
    """Log how many second factors can no longer be opened: whoever has one hears "wrong code"."""
    closed, all_ = desk().unopened()
    if closed:
        app.logger.warning(
            "second factors that the secret key does not open: %d of %d", closed, all_
        )
