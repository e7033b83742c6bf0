"""All libraries that the tool runs with: ``make licences`` and ``make sbom``.

The first prints the licence of each and checks it; the second writes the list as CycloneDX. Both go
by the lock: what they say is the same on every machine.

The tool is distributed under EUPL-1.2 without its libraries, which are installed beside it from the
lock, unchanged. A licence goes with that where it lets anybody use and pass on the library without
asking the same of the program that imports it.

What the tests need besides (``requirements-test.lock``) is not looked at: it is no part of the
tool, and nobody who runs the tool gets it.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

from evaltool import __version__

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
TEST_LOCK = LOCK.with_name("requirements-test.lock")

ALLOWED: Mapping[str, str] = {
    "0BSD": "permissive",
    "Apache-2.0": "permissive, with a grant of patents",
    "BSD-2-Clause": "permissive",
    "BSD-3-Clause": "permissive",
    "CC0-1.0": "as good as public domain",
    "LicenseRef-Public-Domain": "public domain",
    "MIT": "permissive",
    "MIT-0": "permissive, without notice",
    "MIT-CMU": "permissive",
    "MPL-2.0": "asks for its own files alone; named in the appendix of EUPL-1.2",
    "OFL-1.1": "fonts, which may be embedded in documents and passed on with programs",
    "PSF-2.0": "permissive",
    "ZPL-2.1": "permissive",
    "Zlib": "permissive",
}
"""The licences that go with EUPL-1.2, by their SPDX ids, and why."""

LICENCES: Mapping[str, str] = {
    "argon2-cffi": "MIT",
    "argon2-cffi-bindings": "MIT",
    "authlib": "BSD-3-Clause",
    "blinker": "MIT",
    "certifi": "MPL-2.0",
    "cffi": "MIT-0",
    "charset-normalizer": "MIT",
    "click": "BSD-3-Clause",
    "click-default-group": "LicenseRef-Public-Domain",
    "cryptography": "Apache-2.0 OR BSD-3-Clause",
    "flask": "BSD-3-Clause",
    "flask-wtf": "BSD-3-Clause",
    "fontpkg": "MIT",
    "fontpkg-fira-sans": "OFL-1.1",
    "icalendar": "BSD-2-Clause",
    "idna": "BSD-3-Clause",
    "itsdangerous": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "joserfc": "BSD-3-Clause",
    "markupsafe": "BSD-3-Clause",
    "numpy": "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0",
    "pandas": "BSD-3-Clause",
    "pillow": "MIT-CMU",
    "pip": "MIT",
    "pluggy": "MIT",
    "prometheus-client": "Apache-2.0 AND BSD-2-Clause",
    "pycparser": "BSD-3-Clause",
    "pyotp": "MIT",
    "python-dateutil": "BSD-3-Clause",
    "reportlab": "BSD-3-Clause",
    "requests": "Apache-2.0",
    "setuptools": "MIT",
    "sqlite-fts4": "Apache-2.0",
    "sqlite-utils": "Apache-2.0",
    "tabulate": "MIT",
    "typing-extensions": "PSF-2.0",
    "tomli": "MIT",
    "tzdata": "Apache-2.0",
    "urllib3": "MIT",
    "waitress": "ZPL-2.1",
    "werkzeug": "BSD-3-Clause",
    "wtforms": "BSD-3-Clause",
    "xlsxwriter": "BSD-2-Clause",
    "zxcvbn": "MIT",
}
"""The licence of each library in the lock, as an SPDX expression."""

_OTHERWISE: Mapping[str, frozenset[str]] = {
    "Apache License, Version 2.0": frozenset({"Apache-2.0"}),
    "Apache Software License": frozenset({"Apache-2.0"}),
    "BSD License": frozenset({"BSD-2-Clause", "BSD-3-Clause"}),
    "MIT License": frozenset({"MIT"}),
    "Mozilla Public License 2.0 (MPL 2.0)": frozenset({"MPL-2.0"}),
    "Public Domain": frozenset({"LicenseRef-Public-Domain"}),
    "ZPL 2.1": frozenset({"ZPL-2.1"}),
    "Zope Public License": frozenset({"ZPL-2.1"}),
}
"""What metadata say that hold no SPDX id, and which ids that can be."""


def locked(lock: Path = LOCK) -> tuple[str, ...]:
    """The names in a lock, by default that of the tool, each once."""
    text = lock.read_text(encoding="utf-8")
    return tuple(dict.fromkeys(re.findall(r"^([\w.-]+)==", text, re.MULTILINE)))


def said_by(name: str) -> frozenset[str] | None:
    """The expressions that the metadata of a library leave open; None where it is not here.

    Its licence can stand there as an expression, as an id, in words of old, or as a whole text,
    of which nothing follows.
    """
    try:
        held = metadata(name)
    except PackageNotFoundError:
        # Of another system or version of Python.
        return None
    if "License-Expression" in held:
        return frozenset({held["License-Expression"]})
    told = next(iter(held.get_all("License") or ()), "")
    if told in ALLOWED:
        return frozenset({told})
    classifiers = (one.rpartition(" :: ")[2] for one in held.get_all("Classifier") or ())
    for words in (told, *classifiers):
        if words in _OTHERWISE:
            return _OTHERWISE[words]
    return frozenset()


def problems() -> Iterator[str]:
    """What is not in order: a library without a licence, or with another, or one not allowed."""
    for name in locked():
        declared = LICENCES.get(name)
        if declared is None:
            yield f"{name}: its licence is not declared"
            continue
        for one in re.split(r" (?:AND|OR) ", declared):
            if one not in ALLOWED:
                yield f"{name}: {one} is not known to go with EUPL-1.2"
        said = said_by(name)
        if said is not None and declared not in said:
            yield f"{name}: declared is {declared}, its metadata say {', '.join(sorted(said))}"


def licences() -> int:
    """Print every library with its licence, and what is not in order; 1 where something is not.

    It says as well what it did not look at.
    """
    for name in locked():
        print(f"{name:24} {LICENCES.get(name, '?')}")
    more = set(locked(TEST_LOCK)) - set(locked())
    print(
        f"{len(locked())} libraries of {LOCK.name}. Not looked at: {len(more)} more of"
        f" {TEST_LOCK.name}, which the tests alone need and nobody is given with the tool."
    )
    found = list(problems())
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


def sbom(listed: str, path: Path) -> int:
    """Write what cyclonedx-py made of the lock to a file, with licences and what it is all for.

    Raises:
        ValueError: what came of it is no CycloneDX.
    """
    # Loaded here: it takes seconds, and the licences can do without.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    held: dict[str, Any] = json.loads(listed)
    for component in held["components"]:
        component["licenses"] = [{"expression": LICENCES[component["name"]]}]
        # The line of the lock, which the hashes say already.
        component.pop("description", None)
    held["metadata"]["component"] = {
        "type": "application",
        "bom-ref": "evaltool",
        "name": "evaltool",
        "version": __version__,
        "licenses": [{"expression": "EUPL-1.2"}],
    }
    text = json.dumps(held, indent=2)
    version = SchemaVersion.from_version(held["specVersion"])
    fault = JsonStrictValidator(version).validate_str(text)
    if fault is not None:
        raise ValueError(str(fault))
    path.write_text(f"{text}\n", encoding="utf-8")
    print(f"{path.name}: {len(held['components'])}")
    return 0


def main(arguments: Sequence[str]) -> int:
    """``licences``; or ``sbom`` and the file to write, with the list on standard input."""
    if list(arguments) == ["licences"]:
        return licences()
    action, path = arguments
    if action != "sbom":
        raise ValueError(action)
    return sbom(sys.stdin.read(), Path(path))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
