"""What commands print and write."""

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from evaltool.domain.language import Texts

SOUND = 0
REFUSED = 1
WRONG_USAGE = 2

_REASONS = {
    errno.ENOENT: "missing",
    errno.ENOTDIR: "missing",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
    errno.EROFS: "forbidden",
    errno.EISDIR: "folder",
    errno.ENOSPC: "full",
    errno.ENAMETOOLONG: "long_name",
    errno.EADDRINUSE: "taken",
    errno.EFBIG: "too_large",
}
"""What the system's refusals are called in the texts."""


def refuse(*lines: str, status: int = REFUSED) -> int:
    """Print every problem on standard error; the exit status."""
    for line in lines:
        print(line, file=sys.stderr)
    return status


def reason(error: OSError, t: Texts) -> str:
    """Why the system refused, in the user's language where we know its kind."""
    name = _REASONS.get(error.errno or 0)
    return (error.strerror or str(error)) if name is None else t(f"reason.{name}")


def write_all(outputs: Mapping[Path, bytes], t: Texts) -> int:
    """Write all files or none: each beside its place first, then moved there.

    What can be seen to fail is told first, under the name that was given. A link stays a link: it
    is the file it points to that is written.
    """
    written: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for path in outputs:
            place = path.resolve()
            if not place.parent.is_dir():
                return refuse(t("cli.no_folder", path=path, folder=path.parent))
            if place.is_dir():
                return refuse(t("cli.is_folder", path=path))
            if place.exists() and not place.is_file():
                # A device or a pipe: a file moved there would take its place.
                return refuse(t("cli.no_file", path=path))
        for number, (path, content) in enumerate(outputs.items()):
            place = path.resolve()
            part = place.with_name(f".evaltool-{os.getpid()}-{number}.part")
            written.append((part, place))
            part.write_bytes(content)
            if place.exists():
                part.chmod(stat.S_IMODE(place.stat().st_mode))
        for part, place in written:
            part.replace(place)
    except OSError as error:
        for part, _ in written:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        return refuse(t("cli.no_output", path=path, reason=reason(error, t)))
    for path in outputs:
        print(t("cli.written", path=path))
    return SOUND
