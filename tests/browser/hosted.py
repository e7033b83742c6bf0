"""A hosted tool behind the server that people use, for walks by several people."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext

from evaltool.domain.accounts import Account
from tests.conftest import served
from tests.hosting import PUBLIC, Town, a_town


@contextmanager
def served_town(folder: Path) -> Iterator[tuple[Town, str]]:
    """A hosted tool with an empty database, and its address on this machine.

    Browsers trust that as they trust https, and keep its cookies.
    """
    towns: list[Town] = []

    def make(url: str) -> Flask:
        towns.append(a_town(folder, public_url=url, proxies=0))
        return towns[0].app

    with served(make) as server:
        yield towns[0], server.url
    towns[0].held.store.close()


def browser_of(
    chromium: Browser, town: Town, url: str, who: Account, **options: Any
) -> BrowserContext:
    """A browser in which somebody is signed in already."""
    client = town.signed_in(who)
    cookie = client.get_cookie("__Host-evaltool", domain="evaluatie.example")
    assert cookie is not None, PUBLIC
    context = chromium.new_context(locale="nl-BE", **options)
    context.set_default_timeout(10_000)
    # Set as if over https, which such a cookie asks for.
    place = url.replace("http://", "https://", 1)
    context.add_cookies(
        [{"name": "__Host-evaltool", "value": cookie.value, "url": place, "secure": True}]
    )
    return context
