"""Where templates, static files and survey data are, in a checkout and in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent

# A wheel carries the three folders inside the package, a checkout has them beside it.
ASSETS = PACKAGE if (PACKAGE / "templates").is_dir() else PACKAGE.parent

CONTENT = PACKAGE / "content"
TEMPLATES = ASSETS / "templates"
STATIC = ASSETS / "static"
BENCHMARKS = ASSETS / "benchmarks"
