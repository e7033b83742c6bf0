"""The time zone that a hosted tool keeps, whichever that of its machine is."""

import os
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo


def is_zone(name: str) -> bool:
    """Whether there is a time zone with this name, on this machine or in the package tzdata."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # Not there, leading elsewhere, or the name of a folder.
        return False
    return True


def keep_time_of(name: str) -> None:
    """Have this process show moments in a zone, given that :func:`is_zone`.

    A machine without files of zones would take a name for UTC, and say nothing: it is given the
    file itself, its own or that of the package tzdata. Windows keeps no other time than its own.
    """
    if not hasattr(time, "tzset"):
        return
    file = next((path for path in _files(name) if path.is_file()), None)
    os.environ["TZ"] = name if file is None else f":{file}"
    time.tzset()


def _files(name: str) -> Iterator[Path]:
    yield from (Path(folder, name) for folder in TZPATH)
    try:
        yield Path(str(files("tzdata.zoneinfo").joinpath(name)))
    except ModuleNotFoundError:
        return
