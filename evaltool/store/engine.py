"""sqlite_utils without pandas and numpy.

It loads both wherever they are installed, to know their types. The web process has no use for
them, and they would double its memory and slow its start.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def _absent(*names: str) -> Iterator[None]:
    """Make modules seem not installed; those that are loaded already stay loaded."""
    modules: Any = sys.modules
    loaded = {name: modules[name] for name in names if name in modules}
    modules.update(dict.fromkeys(names))
    try:
        yield
    finally:
        for name in names:
            del modules[name]
        modules.update(loaded)


with _absent("numpy", "pandas"):
    import sqlite_utils
    from sqlite_utils import Migrations

__all__ = ["Migrations", "sqlite_utils"]
