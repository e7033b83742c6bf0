"""A browser without a window, that follows the forms of a provider."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import html5lib
import requests


def walk(
    browser: requests.Session,
    url: str,
    until: str,
    typed: Mapping[str, str],
    sent: Mapping[str, str] | None = None,
) -> Mapping[str, str]:
    """The query with which a browser arrives at ``until``, typing the same in every form.

    It begins with a link, or with ``sent`` by a form that has these fields.
    """
    response = _ask(browser, "GET", url) if sent is None else _ask(browser, "POST", url, data=sent)
    for _ in range(10):
        if 300 <= response.status_code < 400:
            target = urljoin(response.url, response.headers["Location"])
            if target.startswith(until):
                return dict(parse_qsl(urlsplit(target).query))
            response = _ask(browser, "GET", target)
            continue
        assert response.status_code == 200, response.text
        form = html5lib.parse(response.text, namespaceHTMLElements=False).find(".//form")
        assert form is not None, response.text
        hidden = {
            field.get("name", ""): field.get("value", "")
            for field in form.iterfind(".//input[@type='hidden']")
        }
        action = urljoin(response.url, form.get("action", ""))
        response = _ask(browser, "POST", action, data={**hidden, **typed})
    raise AssertionError(f"{url} does not lead to {until}")


def _ask(browser: requests.Session, method: str, url: str, **more: Any) -> requests.Response:
    """What comes of a request; a cookie for HTTPS goes to this machine too, as in a browser."""
    response = browser.request(method, url, allow_redirects=False, timeout=10, **more)
    for cookie in browser.cookies:
        cookie.secure = False
    return response
