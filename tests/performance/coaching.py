"""The overview of a coach who follows as many municipalities as there can be."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient

from tests.coached import three_hundred
from tests.hosting import PUBLIC, a_town
from tests.performance.measuring import Settings, in_turns
from tests.performance.table import Row

OVERVIEW_GOAL = 0.1
"""Seconds of server time."""


def overview(settings: Settings) -> Iterator[Row]:
    """The table and the heat map of three hundred municipalities, each with a finished report."""
    with TemporaryDirectory() as folder:
        town = a_town(Path(folder))
        made = three_hundred(town)
        browser = town.signed_in(made.coach)

        def ask(address: str) -> object:
            # Past the checks that the client of the tests does on every page.
            answer = FlaskClient.open(browser, address, base_url=PUBLIC)
            if answer.status_code != 200:
                raise RuntimeError(f"GET {address}: {answer.status_code}")
            return answer

        works = [lambda: ask("/coaching"), lambda: ask("/coaching?view=map")]
        table, picture = in_turns(works, settings.number(15, 3), settings)
        town.held.store.close()
    for what, sample in (("as a table", table), ("as a heat map", picture)):
        yield Row(
            what=f"coach overview of {len(made.codes)} municipalities {what}, server time",
            measured=sample.text(),
            goal=f"{1000 * OVERVIEW_GOAL:g} ms",
            met=sample.median <= OVERVIEW_GOAL,
        )
