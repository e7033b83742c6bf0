"""Several people who use one hosted tool, each in a browser of their own."""

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page

from tests.browser.walking import follow
from tests.conftest import listen
from tests.hosting import PASSWORD


@dataclass
class Crowd:
    """``look`` is called on every page that somebody comes to.

    ``complaints`` gathers what the browsers' consoles say: a script that broke off, or something
    that the Content-Security-Policy refused.
    """

    chromium: Browser
    url: str
    look: Callable[[Page], None] = lambda _: None
    width: int = 1200
    scripts: bool = True
    complaints: list[str] = field(default_factory=list)

    def newcomer(self) -> Page:
        """A page in a browser that knows nothing yet; a narrow one is touched."""
        touched = self.width < 500
        context = self.chromium.new_context(
            java_script_enabled=self.scripts,
            locale="nl-BE",
            viewport={"width": self.width, "height": 844},
            has_touch=touched,
            is_mobile=touched,
        )
        context.set_default_timeout(10_000)
        context.on("page", lambda page: listen(page, self.complaints))
        return context.new_page()

    def go(self, page: Page, path: str) -> None:
        """Open a path of the tool."""
        page.goto(path if path.startswith("http") else f"{self.url}{path}")
        self.look(page)

    def follow_link(self, page: Page, link: str) -> None:
        """Open a link that somebody was given; without scripts its code is copied from it."""
        # The script goes on before the page is there.
        page.goto(link, wait_until="commit")
        if self.scripts:
            page.wait_for_url(lambda url: "#" not in url and not url.endswith("/link"))
            self.look(page)
            return
        self.look(page)
        self.send(page, "Verder", link_code=link.partition("#")[2])

    def press(self, page: Page, name: str) -> None:
        """Press the button, or follow the link, of this name in the main part of a page."""
        main = page.get_by_role("main")
        follow(
            main.get_by_role("button", name=name, exact=True)
            .or_(main.get_by_role("link", name=name, exact=True))
            .first
        )
        self.look(page)

    def send(self, page: Page, button: str, **fields: str) -> None:
        """Fill in fields by their ids, and press the button of that form."""
        for name, value in fields.items():
            page.locator(f"#{name}").fill(value)
        self.press(page, button)

    def sign_in(self, page: Page, address: str, password: str = PASSWORD) -> None:
        """Sign in with a password, from the page where that can be done."""
        self.go(page, "/sign-in")
        self.send(page, "Aanmelden", address=address, password=password)
