"""A browser without a window, that follows the forms of a provider."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urljoin, urlsplit

import html5lib
import requests


def walk(
    browser: requests.Session, url: str, until: str, typed: Mapping[str, str]
) -> Mapping[str, str]:
    """The query with which a browser arrives at ``until``, typing the same in every form."""
    response = browser.get(url, allow_redirects=False, timeout=10)
    for _ in range(10):
        if 300 <= response.status_code < 400:
            target = urljoin(response.url, response.headers["Location"])
            if target.startswith(until):
                return dict(parse_qsl(urlsplit(target).query))
            response = browser.get(target, allow_redirects=False, timeout=10)
            continue
        assert response.status_code == 200, response.text
        form = html5lib.parse(response.text, namespaceHTMLElements=False).find(".//form")
        assert form is not None, response.text
        hidden = {
            field.get("name", ""): field.get("value", "")
            for field in form.iterfind(".//input[@type='hidden']")
        }
        action = urljoin(response.url, form.get("action", ""))
        response = browser.post(action, data={**hidden, **typed}, allow_redirects=False, timeout=10)
    raise AssertionError(f"{url} does not lead to {until}")
