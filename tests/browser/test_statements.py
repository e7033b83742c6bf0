"""The public statements in a browser: reached from the foot of a page, on a desk and by phone."""

import pytest
from playwright.sync_api import Page

from tests.browser.walking import looker
from tests.conftest import LiveServer


@pytest.mark.parametrize("width", [1200, 320])
def test_from_the_foot_of_the_start(
    page: Page, live_server: LiveServer, axe_source: str, width: int
) -> None:
    look = looker(axe_source)
    page.set_viewport_size({"width": width, "height": 640})
    for language, name, path in (
        ("nl", "Privacy", "privacy"),
        ("nl", "Toegankelijkheid", "accessibility"),
        ("en", "Privacy", "privacy"),
        ("en", "Accessibility", "accessibility"),
    ):
        page.goto(f"{live_server.url}/?lang={language}")
        page.get_by_role("contentinfo").get_by_role("link", name=name).click()
        page.wait_for_url(f"**/{path}")
        look(page)
