"""A process that serves: it starts quickly."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Load without looking for garbage, until :func:`settle`.

    What is loaded is there to stay: looking for garbage in it takes a tenth of the start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def settle() -> None:
    """Say that all is loaded: from here on garbage is looked for, but not among that."""
    gc.freeze()
    gc.enable()
