"""The short run of each target; the long one is ``python -m tests.fuzzing``."""

from pathlib import Path

import pytest

from tests.fuzzing.__main__ import run

SHORT = {
    "json": 300,
    "toml": 150,
    "csv": 150,
    "catalogue": 12,
    "conditions": 400,
    "forms": 200,
    "pdf": 6,
}


@pytest.mark.parametrize(("name", "cases"), SHORT.items())
def test_nothing_but_a_refusal_comes_of_rubbish(name: str, cases: int, tmp_path: Path) -> None:
    assert run(name, cases, 0, tmp_path) == []
