"""Takes the pictures of the README: ``make screenshots``.

The tool runs with a database of its own, gets an example with invented answers, and is looked at
with the Chromium of this machine.
"""

import io
import json
import shutil
import sys
import tempfile
import threading
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from waitress.server import TcpWSGIServer, create_server

from evaltool.web import create_app

IMAGES = Path(__file__).resolve().parent / "images"
WIDTH, HEIGHT = 1200, 900
COLOURS = 128
"""Enough for flat colours and text, at a third of the size."""

EXAMPLE = {
    "municipality": "24062",
    "cluster": 5,
    "date": "2026-11-23",
    "answers": {
        "respondent_function": "prevention",
        "others_who_helped": ["police_chief"],
        "radicalisation_signals": "stable",
        "polarisation_signals": "yes_no_unrest",
        "specific_policy": "yes",
        "livcr_presence": "yes_municipal",
        "livcr_tables": "one",
        "meeting_frequency": "quarterly",
        "last_meeting": "within_3_months",
        "chair": "mayor",
        "ltf_link": "yes_sometimes",
        "own_evaluation": "once",
        "statutory_members": ["mayor", "police_chief"],
        "livcr_members": ["mayor", "local_police", "social_service", "municipality"],
        "deputies": "some",
        "missing_partners": ["schools", "youth_work"],
        "partners_outside": ["youth_work", "schools"],
        "partner_agreements": "no",
        "information_agreement": "informal",
        "agreement_topics": ["sharing", "bringing_in_a_case"],
        "agreement_review": "last_3_years",
        "feedback_to_reporter": "sometimes",
        "livcr_difficulties": ["few_cases"],
        "policy_difficulties": ["limited_view_impact"],
        "challenges": ["hate_speech"],
        "support_needs": ["good_practice_database", "livcr_evaluation"],
        "most_pressing": ["livcr_difficulties:few_cases"],
    },
}


def take(page: Page, name: str) -> None:
    """Keep what the window shows as a picture of few bytes."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS).save(IMAGES / name, optimize=True)


def walk(page: Page, url: str, folder: Path) -> None:
    """Bring the example in, look at a page of questions, finish, and look at the results."""
    file = folder / "example.json"
    file.write_text(json.dumps(EXAMPLE), encoding="utf-8")
    page.goto(url)
    page.locator("summary").click()
    page.set_input_files("#file", file)
    page.locator("form:has(#file) button").click()
    evaluation = page.url
    page.goto(f"{evaluation}/sections/structure/1")
    take(page, "question.png")
    page.goto(f"{evaluation}/check")
    page.locator("form[action$='/finish'] button").click()
    page.goto(f"{evaluation}/results")
    # The comparison, below what stands out.
    page.locator("#structure > h3").last.evaluate("heading => heading.scrollIntoView()")
    take(page, "results.png")


def main() -> int:
    """Take the pictures; 1 where this machine has no Chromium."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("no Chromium on this machine", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        server = create_server(create_app({"INSTANCE": folder}), host="127.0.0.1", port=0)
        assert isinstance(server, TcpWSGIServer)
        assert server.socket is not None
        url = f"http://127.0.0.1:{server.socket.getsockname()[1]}/"
        threading.Thread(target=server.run, daemon=True).start()
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, locale="nl-BE", reduced_motion="reduce"
        )
        walk(page, url, folder)
        chromium.close()
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
