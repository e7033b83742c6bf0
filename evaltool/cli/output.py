"""What commands print and write."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from evaltool.domain.language import Texts

SOUND = 0
REFUSED = 1
WRONG_USAGE = 2


def refuse(*lines: str, status: int = REFUSED) -> int:
    """Print every problem on standard error; the exit status."""
    for line in lines:
        print(line, file=sys.stderr)
    return status


def write_all(outputs: Mapping[Path, bytes], t: Texts) -> int:
    """Write all files or none: each beside its place first, then moved there.

    What can be seen to fail is told first, under the name that was given.
    """
    for path in outputs:
        if not path.parent.is_dir():
            return refuse(t("cli.no_folder", path=path, folder=path.parent))
        if path.is_dir():
            return refuse(t("cli.is_folder", path=path))
    beside = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in outputs}
    try:
        for path, content in outputs.items():
            beside[path].write_bytes(content)
        for path in outputs:
            beside[path].replace(path)
    except OSError as error:
        for part in beside.values():
            part.unlink(missing_ok=True)
        failed = next((path for path, part in beside.items() if str(part) == error.filename), None)
        return refuse(t("cli.no_output", path=failed or error.filename, reason=error.strerror))
    for path in outputs:
        print(t("cli.written", path=path))
    return SOUND
