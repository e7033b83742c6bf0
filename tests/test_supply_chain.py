"""The libraries that the tool runs with: known, listed, and licensed as goes with ours."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import evaltool
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def libraries() -> ModuleType:
    """The module of ``make licences`` and ``make sbom``, which is in no package."""
    spec = importlib.util.spec_from_file_location("libraries", ROOT / "docs" / "libraries.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_library_of_the_lock_is_declared_and_no_other(libraries: ModuleType) -> None:
    assert set(libraries.LICENCES) == set(libraries.locked())
    assert len(libraries.locked()) > 30


def test_every_licence_goes_with_ours_and_is_that_of_the_metadata(
    libraries: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(libraries.problems()) == []
    assert libraries.licences() == 0
    told = capsys.readouterr().out
    assert all(name in told for name in libraries.LICENCES)


def test_what_the_tests_alone_need_is_not_looked_at_and_that_is_said(
    libraries: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    libraries.licences()
    more = set(libraries.locked(libraries.TEST_LOCK)) - set(libraries.locked())
    assert "pytest" in more
    said = capsys.readouterr().out.splitlines()[-1]
    assert f"Not looked at: {len(more)} more of requirements-test.lock" in said


def test_no_licence_is_allowed_that_nothing_has(libraries: ModuleType) -> None:
    used = " ".join(libraries.LICENCES.values()).split()
    assert set(libraries.ALLOWED) <= set(used)


def test_most_metadata_are_understood(libraries: ModuleType) -> None:
    silent = {name for name in libraries.locked() if libraries.said_by(name) == frozenset()}
    assert silent == set()


@pytest.mark.parametrize(
    ("name", "declared", "said"),
    [
        ("flask", "GPL-3.0-only", "GPL-3.0-only is not known"),
        ("flask", "MIT", "its metadata say BSD-3-Clause"),
        ("numpy", "MIT AND AGPL-3.0-only", "AGPL-3.0-only is not known"),
        ("flask", None, "not declared"),
    ],
)
def test_a_licence_that_does_not_go_with_ours_is_found(
    name: str,
    declared: str | None,
    said: str,
    libraries: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    changed = {key: text for key, text in libraries.LICENCES.items() if key != name}
    if declared is not None:
        changed[name] = declared
    monkeypatch.setattr(libraries, "LICENCES", changed)
    assert any(problem.startswith(name) and said in problem for problem in libraries.problems())
    assert libraries.licences() == 1
    assert said in capsys.readouterr().err


def test_the_list_of_libraries_is_cyclonedx_with_versions_hashes_and_licences(
    tmp_path: Path, libraries: ModuleType
) -> None:
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "--output-reproducible"]
    command += ["--no-validate", str(ROOT / "requirements.lock")]
    listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert libraries.sbom(listed, tmp_path / "evaltool.cdx.json") == 0
    held = json.loads((tmp_path / "evaltool.cdx.json").read_text(encoding="utf-8"))
    assert held["bomFormat"] == "CycloneDX"
    assert held["metadata"]["component"]["version"] == evaltool.__version__
    assert {one["name"] for one in held["components"]} == set(libraries.LICENCES)
    for one in held["components"]:
        assert one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}"
        assert one["licenses"] == [{"expression": libraries.LICENCES[one["name"]]}]
        assert one["externalReferences"][0]["hashes"]


def test_a_list_that_is_no_cyclonedx_is_not_written(tmp_path: Path, libraries: ModuleType) -> None:
    wrong = json.dumps({"specVersion": "1.6", "components": [], "metadata": {}, "colour": "red"})
    with pytest.raises(ValueError, match="colour"):
        libraries.sbom(wrong, tmp_path / "out")
    assert not (tmp_path / "out").exists()
