"""The short form of the load and of the kills; the long form is ``make soak``."""

from pathlib import Path

import pytest

from tests.faults.__main__ import soundness
from tests.faults.load import load
from tests.faults.serving import installed


@pytest.mark.slow
def test_under_load_nothing_fails_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    with installed(tmp_path) as installation:
        outcome = load(installation, users=8, seconds=3, pause=0.1)
        assert set(outcome.counts) == {"read", "saved"}
        assert outcome.counts["saved"] > 5
        assert outcome.lost == []
        assert soundness(installation) == []


@pytest.mark.slow
def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    with installed(tmp_path) as installation:
        outcome = load(installation, users=4, seconds=3, kills=2, pause=0.02)
        assert outcome.kills == 2
        assert outcome.counts["saved"] > 5
        assert outcome.lost == []
        assert soundness(installation) == []
