"""A file of leaked passwords that the operator gives: looked up in it, never read as a whole.

It has the form in which Have I Been Pwned gives its list out as one file: on each line the
SHA-1 of a password as 40 capital hexadecimal digits, then a colon and how often it was seen,
sorted by the digest. It is tens of gigabytes; finding a line takes some 40 readings of 128 bytes.
"""

import hashlib
import re
from pathlib import Path
from typing import BinaryIO

_LINE = re.compile(rb"([0-9A-F]{40})(?::[0-9]{1,12})?\r?")
_LONGEST = 64
"""Bytes; no line that is sound has as many, with what ends it."""
_PROBES = 32
"""Places between the first line and the last that are looked at beforehand."""


class NotSuchAList(ValueError):
    """A file has not the form of a list of leaked passwords, or is not sorted."""


def is_leaked(password: str, path: Path) -> bool:
    """Whether a password stands in a list.

    Raises:
        OSError: the list cannot be read.
        NotSuchAList: a line on the way has not its form.
    """
    # The digest of the list, which is there to find a password by and protects nothing here.
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    wanted = digest.encode("ascii")
    with path.open("rb", buffering=0) as file:
        low, high = 0, file.seek(0, 2)
        while low < high:
            start, end, found = _line_around(file, (low + high) // 2)
            if found == wanted:
                return True
            low, high = (end, high) if found < wanted else (low, start)
    return False


def check_list(path: Path) -> None:
    """Look at the first line, the last and some between, and whether each comes after the other.

    Raises:
        OSError: the list cannot be read.
        NotSuchAList: it is empty, a line has not its form, or they are not sorted.
    """
    with path.open("rb", buffering=0) as file:
        last = file.seek(0, 2) - 1
        if last < 0:
            raise NotSuchAList
        before, begun = b"", -1
        for place in range(_PROBES + 1):
            start, _, digest = _line_around(file, last * place // _PROBES)
            # In a short list several places are on one line.
            if start > begun and digest <= before:
                raise NotSuchAList
            before, begun = digest, start


def _line_around(file: BinaryIO, place: int) -> tuple[int, int, bytes]:
    """Where the line begins that a byte is part of, where the next one does, and its digest."""
    begin = max(0, place - _LONGEST)
    file.seek(begin)
    read = file.read(2 * _LONGEST)
    within = place - begin
    start = read.rfind(b"\n", 0, within) + 1
    end = read.find(b"\n", within)
    if end < 0:
        # The last line needs no end.
        end = len(read)
    found = _LINE.fullmatch(read[start:end])
    if found is None:
        raise NotSuchAList
    return begin + start, begin + end + 1, found[1]
