"""Random requests on every route in every role: no fault, and nothing of anybody else.

``EVALTOOL_ATTACKS=100000`` has so many sent in place of the 1,500 of every run, and
``EVALTOOL_ATTACKS_SECONDS=60`` ends that for each role after a minute. Every run sends others; each
role prints the seed of its requests, with which ``EVALTOOL_ATTACKS_SEED`` sends the same again.
"""

import os
import secrets
import time

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st

from evaltool.domain.audit import verify
from tests.attacks.attempts import Attempt, Attempts
from tests.attacks.kept import Rows, foreign, text_in, untouchable
from tests.attacks.world import ACTORS, World, forbidden

REQUESTS = int(os.environ.get("EVALTOOL_ATTACKS", "1500"))
"""In all roles together."""
SECONDS = float(os.environ.get("EVALTOOL_ATTACKS_SECONDS", "inf"))
"""For each role."""
SEED = int(os.environ.get("EVALTOOL_ATTACKS_SEED") or secrets.randbits(32))
"""From which the requests are made up."""
AT_ONCE = 10
"""Requests that are sent after each other before everything is as it was made again."""

BY_SINGLE_SIGN_ON = 503
"""The provider does not answer."""


@pytest.mark.parametrize("actor", ACTORS)
def test_random_requests_find_nothing(
    world: World, actor: str, capsys: pytest.CaptureFixture[str]
) -> None:
    attempts = Attempts(world)
    world.reset()
    theirs = untouchable(world, actor)
    tried: list[int] = []
    start = time.monotonic()

    with capsys.disabled():
        # Before anything is sent: a test that fails is then sent again as it was.
        print(f"\n{actor}: EVALTOOL_ATTACKS_SEED={SEED}")

    # Shrinking makes the few requests that matter of those that failed.
    @seed(SEED)
    @settings(
        max_examples=max(1, REQUESTS // len(ACTORS) // AT_ONCE),
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(st.lists(attempts.any(), min_size=AT_ONCE, max_size=AT_ONCE))
    def send(several: list[Attempt]) -> None:
        if time.monotonic() - start > SECONDS:
            return
        world.reset()
        for attempt in several:
            tried.append(one(attempts, actor, attempt))
        assert_kept(world, actor, theirs)

    send()
    with capsys.disabled():
        seconds = time.monotonic() - start
        told = {kind: sum(status // 100 == kind for status in tried) for kind in (2, 3, 4)}
        print(f"\n{actor}: {len(tried)} random requests in {seconds:.0f} s, {told} hundred")
    assert len(tried) >= 0.9 * REQUESTS / len(ACTORS) or seconds > SECONDS


def one(attempts: Attempts, actor: str, attempt: Attempt) -> int:
    """Send one request; its status, when nothing is wrong with the answer."""
    where, answer = attempts.send(actor, attempt)
    status = answer.status_code
    assert status < 500 or ("/single-sign-on/" in where and status == BY_SINGLE_SIGN_ON), where
    body = text_in(answer.get_data()).decode("utf-8", "replace")
    shown = f"{answer.headers}{body}"
    assert [found for found in forbidden(actor) if found in shown] == [], where
    assert "Content-Security-Policy" in answer.headers, where
    if status < 300 and answer.mimetype == "application/pdf":
        # What it holds is packed; it must not be about somebody else.
        for side in attempts.world.sides:
            if side.nis_code in foreign(actor):
                ids = (side.finished.id, side.open.id, side.view.id)
                assert not [id_ for id_ in ids if id_ in where], where
    answer.close()
    return status


def assert_kept(world: World, actor: str, theirs: dict[str, Rows]) -> None:
    """Fail where anything changed that belongs to somebody else."""
    now = untouchable(world, actor)
    for code, rows in theirs.items():
        for table in rows:
            assert now[code][table] == rows[table], (code, table)
    assert verify(world.town.held.store.audit.entries()).broken_at is None
