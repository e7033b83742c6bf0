"""The same on the internet: with accounts, sessions and permissions, which one person has not."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient

from evaltool.domain.access import Role
from tests.hosting import PUBLIC, a_town
from tests.operation import a_running_tool
from tests.performance.measuring import Pair, Settings, in_turns
from tests.performance.pages import longest
from tests.performance.processes import AS_THE_UNIT, Server
from tests.performance.sites import answered, opened, section_address
from tests.performance.table import Row, times


def hosted(settings: Settings) -> Iterator[Row]:
    """A page of questions by somebody who is signed in, and the memory a process starts with."""
    with opened() as site, TemporaryDirectory() as folder:
        town = a_town(Path(folder))
        browser = town.signed_in(town.person(Role.OFFICER))
        evaluation = town.evaluation(answers=answered(site.catalogue))
        place = longest(site)
        address = section_address(evaluation.id, site.stops[place])

        def ask() -> object:
            # Past the checks that the client of the tests does on every page.
            answer = FlaskClient.open(browser, address, base_url=PUBLIC)
            if answer.status_code != 200:
                raise RuntimeError(f"GET {address}: {answer.status_code}")
            return answer

        def bare() -> object:
            return FlaskClient.open(alone, site.address(place), base_url="http://127.0.0.1:5000")

        alone = site.app.test_client()
        pair = Pair(*in_turns([ask, bare], settings.number(60, 10), settings))
        town.held.store.close()
    yield Row(
        what="GET of the longest section, hosted and signed in",
        measured=pair.ours.text(digits=2),
        ceiling=f"for one person, asked alike: {pair.ceiling.text(digits=2)}",
        ratio=times(pair.ratio),
    )
    yield Row(
        what=f"resident memory of a hosted process at its first page, {_unit()}",
        measured=f"{_memory():.1f} MiB",
    )


def _unit() -> str:
    return "with " + ", ".join("=".join(pair) for pair in AS_THE_UNIT.items())


def _memory() -> float:
    kept = {name: os.environ.get(name) for name in AS_THE_UNIT}
    os.environ.update(AS_THE_UNIT)
    try:
        with TemporaryDirectory() as folder, a_running_tool(Path(folder)) as running:
            answer = running.ask_as_proxy("/sign-in")
            if answer.status != 200:
                raise RuntimeError(f"GET /sign-in: {answer.status}")
            return Server("", 0, running.process).memory()
    finally:
        for name, value in kept.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
