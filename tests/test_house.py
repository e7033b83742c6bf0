"""The order of the house: layers, packages, dependencies, documentation."""

import ast
import configparser
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import evaltool
from evaltool.catalogue import Catalogue
from evaltool.domain.advice import LEGAL_SOURCE
from tests.conftest import ROOT

LONGEST_MODULE = 300
"""Lines; a longer module is two modules."""

TOP_LEVEL = {
    *("evaltool", "templates", "static", "benchmarks", "tests", "docs", ".ci"),
    *("setup.cfg", "pyproject.toml", "ruff.toml", "requirements.lock", "requirements-test.lock"),
    *("Makefile", "README.md", "CHANGELOG.md", "LICENSE", "NOTICE"),
    *(".gitignore", ".gitattributes", ".editorconfig"),
}
LOCKS = ("requirements.lock", "requirements-test.lock")
MODULES = sorted((ROOT / "evaltool").rglob("*.py"))
MOVED = {"evaltool.benchmarks", "evaltool.static", "evaltool.templates"}
"""Packages whose folder stands beside ``evaltool/`` in a checkout."""

# What reads or writes, or asks the machine for anything: none of it belongs in the domain.
INPUT_AND_OUTPUT = {
    *("asyncio", "glob", "http", "importlib", "io", "logging", "os", "pathlib", "pickle", "shutil"),
    *("socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "tomllib", "urllib"),
}


@lru_cache(maxsize=1)
def setup() -> configparser.ConfigParser:
    """setup.cfg, read."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


@lru_cache(maxsize=1)
def tracked() -> tuple[Path, ...]:
    """The files that are, or are about to be, in version control."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def lines(section: str, option: str) -> list[str]:
    """The lines of a setting of setup.cfg, comments left out."""
    found = (line.strip() for line in setup()[section][option].splitlines())
    return [line for line in found if line and not line.startswith("#")]


def imported(path: Path) -> Iterator[str]:
    """The top-level names that a module imports anywhere in its text."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def pinned(lock: str) -> dict[str, set[str]]:
    """The versions a lock has of each package; more than one where Python versions differ."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([\w.-]+)==([^\s;\\]+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE
    ):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


@lru_cache(maxsize=1)
def named() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """How code and templates name a text: whole, by a pattern, and by an ending of a name.

    ``t(f"plan.field.{name}")`` and ``t("plan.state." ~ state)`` are patterns; ``t(f"{key}.what")``
    gives an ending, for a key that is named elsewhere.
    """
    whole: set[str] = set()
    patterns: set[str] = set()
    endings: set[str] = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [v.value if isinstance(v, ast.Constant) else None for v in node.values]
                if isinstance(parts[0], str) and "." in parts[0]:
                    patterns.add(
                        "".join("[^.]+" if p is None else re.escape(str(p)) for p in parts)
                    )
                elif len(parts) == 2 and str(parts[1]).startswith("."):
                    endings.add(str(parts[1]))
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        whole |= set(re.findall(r"""["']([\w.]+)["']""", text))
        patterns |= {
            f"{re.escape(start)}[^.]+" for start in re.findall(r"""["'](\w+\.[\w.]*)["'] ~""", text)
        }
    # What stands here is an option, "question.option".
    patterns = {re.sub(r"^(report.{2}phrase.{2}).*", r"\1[^.]+[.][^.]+", p) for p in patterns}
    return frozenset(whole), frozenset(patterns), frozenset(endings)


def is_named(key: str) -> bool:
    """Whether code or templates ask for the text of a key."""
    whole, patterns, endings = named()
    stems = [key, *(key.removesuffix(ending) for ending in endings if key.endswith(ending))]
    return any(
        stem in whole or any(re.fullmatch(pattern, stem) for pattern in patterns)
        for stem in stems
        if "." in stem
    )


def test_every_text_is_asked_for(catalogue: Catalogue) -> None:
    assert [key for key in catalogue.texts if not is_named(key)] == []


def test_a_text_that_nobody_asks_for_is_found() -> None:
    dead = ("plan.no_such_text", "no.such.text", "plan.state.open.more", "error.import.no_such")
    assert [key for key in dead if is_named(key)] == []


def test_every_source_is_cited(catalogue: Catalogue) -> None:
    rulebook = catalogue.rulebook
    cited = {source for rule in rulebook.rules for source in rule.sources}
    cited |= {s for rule in rulebook.rules for item in rule.items for s in item.sources}
    cited |= {source for term in catalogue.glossary.terms for source in term.sources}
    assert set(rulebook.sources) - cited - {LEGAL_SOURCE} == set()


def test_imports_go_one_way() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    done = subprocess.run(
        [*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr


@pytest.mark.parametrize(
    "path", sorted((ROOT / "evaltool/domain").glob("*.py")), ids=lambda p: p.stem
)
def test_the_domain_needs_the_standard_library_alone_and_no_input_or_output(path: Path) -> None:
    names = set(imported(path)) - {"evaltool"}
    assert names <= sys.stdlib_module_names
    assert not names & INPUT_AND_OUTPUT
    calls = (
        node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
    )
    called = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
    assert not called & {"open", "print", "input"}


def test_the_web_layer_and_the_commands_start_without_pandas() -> None:
    code = (
        "import sys, evaltool.cli, evaltool.web;"
        "sys.exit(', '.join({'pandas', 'numpy'} & set(sys.modules)) or None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_package_is_listed() -> None:
    folders = {path.parent for path in (ROOT / "evaltool").rglob("*") if path.is_file()}
    on_disk = {
        ".".join(folder.relative_to(ROOT).parts)
        for folder in folders
        if "__pycache__" not in folder.parts
    }
    assert set(lines("options", "packages")) == on_disk | MOVED
    assert {
        f"evaltool.{Path(line.split('=')[1].strip())}" for line in lines("options", "package_dir")
    } == MOVED


def test_every_import_is_a_declared_dependency() -> None:
    declared = {
        canonicalize_name(Requirement(line).name) for line in lines("options", "install_requires")
    }
    distributions = packages_distributions()
    names = {name for path in MODULES for name in imported(path)}
    foreign = names - sys.stdlib_module_names - {"evaltool"}
    for name in sorted(foreign):
        needed = {canonicalize_name(found) for found in distributions.get(name, [name])}
        assert needed & declared, f"{name} is imported; its package is not in install_requires"
    # A font and the zones of time come without an import: their files are looked up.
    used = {
        canonicalize_name(found) for name in foreign for found in distributions.get(name, [name])
    }
    assert declared - used == {"fontpkg-fira-sans", "tzdata"}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_is_asked_for(lock: str) -> None:
    asked = [Requirement(line) for line in lines("options", "install_requires")]
    extra = "test" if "test" in lock else "build"
    asked += [Requirement(line) for line in lines("options.extras_require", extra)]
    held = pinned(lock)
    for requirement in asked:
        versions = held.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is not in {lock}: make lock"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_both_locks_hold_the_same_versions() -> None:
    tests = pinned("requirements-test.lock")
    for name, versions in pinned("requirements.lock").items():
        assert tests[name] == versions


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_to_fetch_from(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


def test_the_build_tool_is_the_one_of_the_lock() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    assert set(project) == {"build-system"}
    wanted = [Requirement(line) for line in project["build-system"]["requires"]]
    assert wanted == [Requirement(line) for line in lines("options.extras_require", "build")]


def test_the_top_level_is_as_agreed() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP_LEVEL


def test_no_file_holds_a_path_of_a_machine() -> None:
    machine = re.compile(r"(?<![\w.])/(?:home|Users|root|work|opt)/|[A-Z]:\\+Users\\+\w")
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found = machine.search(text)
        assert not found, f"{path.relative_to(ROOT)}: {text[found.start() :][:60]!r}"


def test_no_module_is_too_long() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in MODULES
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_the_change_log_knows_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[?(\d+\.\d+\.\d+)\]?", text, re.MULTILINE)
    assert versions[0] == evaltool.__version__


def test_the_licence_is_named_by_its_spdx_id() -> None:
    assert setup()["metadata"]["license"] == "EUPL-1.2"
    for name in ("README.md", "LICENSE", "NOTICE"):
        assert "EUPL-1.2" in (ROOT / name).read_text(encoding="utf-8")


def test_decisions_have_one_form() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert pages
    for page in pages:
        headings = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequence"], page.name


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md"])
def test_links_within_the_repository_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+?)\)", text):
        assert "://" in target or (ROOT / target).exists(), target


def test_the_readme_names_every_command_and_no_other() -> None:
    command = [sys.executable, "-c", "import sys; from evaltool.cli import main; sys.exit(main())"]
    shown = subprocess.run(
        [*command, "--help"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    commands = set(re.findall(r"^    ([a-z]+)", shown.partition("COMMAND\n")[2], re.MULTILINE))
    assert "serve" in commands, shown
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `evaltool ([a-z]+)", text, re.MULTILINE)) == commands


def test_the_readme_names_every_target_of_make() -> None:
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", rules, re.MULTILINE))
    listed = re.search(r"^\.PHONY: (.+)$", rules, re.MULTILINE)
    assert listed is not None
    assert targets == set(listed[1].split())
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert targets - {"help", "coverage", "clean"} <= set(re.findall(r"make ([a-z]+)", text))
