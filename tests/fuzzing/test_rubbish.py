"""The short run of each target; the long one is ``python -m tests.fuzzing``.

Every run tries other cases, and prints the seed with which ``EVALTOOL_FUZZING_SEED`` tries the
same again.
"""

import os
import random
from pathlib import Path

import pikepdf
import pytest

from evaltool.catalogue import Catalogue
from evaltool.catalogue.conditions import ConditionReader
from evaltool.catalogue.files import Entry, Faults
from tests.fuzzing import documents
from tests.fuzzing.__main__ import LONG, a_seed, run
from tests.fuzzing.targets import TARGETS

SHORT = {
    "json": 300,
    "toml": 150,
    "csv": 150,
    "catalogue": 12,
    "conditions": 400,
    "forms": 200,
    "pdf": 10,
}
SEED = a_seed(os.environ.get("EVALTOOL_FUZZING_SEED"))
"""Of the first case of each target."""


@pytest.mark.parametrize(("name", "cases"), SHORT.items())
def test_nothing_but_a_refusal_comes_of_rubbish(
    name: str,
    cases: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # A minute each: those are for the long run.
    monkeypatch.setattr(documents, "LONG_NOTE", 0)
    with capsys.disabled():
        # Before anything is tried: a test that breaks off can be run again as it was.
        print(f"\n{name}: EVALTOOL_FUZZING_SEED={SEED}")
    assert run(name, cases, SEED, tmp_path) == []


@pytest.mark.parametrize(
    ("table", "code"),
    [
        # Each was found by the long run.
        ({"not_chosen": []}, "no_condition"),
        ({"none_of": [{"chosen": []}]}, "no_condition"),
        ({"level": "structure", "at_least": True}, "impossible_condition"),
    ],
)
def test_a_condition_that_says_nothing_is_a_fault(
    table: dict[str, object], code: str, tmp_path: Path, catalogue: Catalogue
) -> None:
    faults: Faults = []
    entry = Entry(tmp_path / "rule.toml", "rule", {"when": table}, faults, line=1)
    ConditionReader(catalogue.questionnaire).read(entry, table)
    assert [fault.code for fault in faults] == [code]


def test_the_long_run_has_a_million_cases_and_five_thousand_documents() -> None:
    assert set(LONG) == set(TARGETS)
    assert sum(LONG.values()) - LONG["pdf"] == 1_000_000
    assert LONG["pdf"] == 5_000


def test_a_seed_that_was_given_is_taken_and_another_is_fresh() -> None:
    assert a_seed("12") == 12
    assert a_seed("") != a_seed(None)


@pytest.mark.parametrize("kind", documents.DOCUMENTS)
def test_every_kind_of_document_can_be_read_back(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = {kind: documents.DOCUMENTS[kind]}
    monkeypatch.setattr(documents, "DOCUMENTS", one)
    documents.pdf(random.Random(SEED), tmp_path)


def test_a_document_that_cannot_be_read_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "DOCUMENTS", {"half": lambda *_: b"%PDF-1.7\nhalf of it"})
    with pytest.raises(pikepdf.PdfError):
        documents.pdf(random.Random(SEED), tmp_path)
