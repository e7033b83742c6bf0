"""Makers of rubbish, by a seeded generator: a case can be made again by its number."""

import random
import unicodedata
from collections.abc import Sequence
from typing import Any

# Controls, combining and bidirectional marks, joined emoji, halves of nothing, the last plane.
_ODD = (
    *"\x00\x01\t\r\n\x1b\x7f\x85\xa0\xad",
    *(chr(c) for c in (0x200B, 0x200D, 0x200E, 0x200F, 0x202A, 0x202E, 0x2028, 0x2029, 0x2066)),
    *(chr(c) for c in (0x0301, 0x0489, 0x20DD, 0xFE0F, 0xFEFF, 0xFFFD, 0xFFFF, 0x10FFFF)),
    "\N{FAMILY}\u200d\N{GIRL}",
    "\N{REGIONAL INDICATOR SYMBOL LETTER B}\N{REGIONAL INDICATOR SYMBOL LETTER E}",
    "שלום",
    "السلام",
    "Ǆ",
    "ﬃ",
    "&amp;",
    "<b>",
    "</para>",
    "{{",
    "}}",
    "%s",
)
LONG = 2**20
"""Bytes of a long text: more than anybody types, and less than a request may hold."""

_PIECES = (
    *b'{}[]",:=\n\t#.-+eE0\\',
    *(b"true", b"false", b"null", b"NaN", b"1e999", b"\xff\xfe", b"\xc3\x28", b"'''", b'"""'),
    *(b"9" * 30, b"\\ud800", b"dont_know", b"[[", b"]]", b"1979-05-27T07:32:00Z"),
)


def damaged(chance: random.Random, raw: bytes, most: int = 200_000) -> bytes:
    """A sound file with a few places changed, cut, doubled or filled with what does not belong.

    ``most`` is how many bytes it can have.
    """
    held = bytearray(raw)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        at = chance.randrange(len(held) + 1)
        end = min(len(held), at + chance.choice((0, 1, 1, 4, 40, 400)))
        match chance.randrange(5):
            case 0:
                held[at:end] = b""
            case 1:
                piece = chance.choice(_PIECES)
                held[at:end] = bytes([piece]) if isinstance(piece, int) else piece
            case 2:
                held[at:at] = held[at:end] * chance.choice((1, 2, 50))
            case 3:
                held[at:at] = chance.randbytes(chance.choice((1, 2, 4)))
            case _:
                del held[at:]
        held = held[:most]
    return bytes(held)


def text(chance: random.Random, most: int) -> str:
    """A text of anything that Unicode has, surrogates aside."""
    parts: list[str] = []
    for _ in range(chance.randrange(most + 1)):
        if chance.random() < 0.4:
            parts.append(chance.choice(_ODD))
        else:
            code = chance.choice((chance.randrange(0x110000), chance.randrange(0x250)))
            if unicodedata.category(chr(code)) != "Cs":
                parts.append(chr(code))
    return "".join(parts)


def long_text(chance: random.Random) -> str:
    """A text of nearly 1 MiB in UTF-8: the same rubbish again and again."""
    piece = text(chance, 300).encode() + b"x"
    return (piece * (LONG // len(piece) + 1))[:LONG].decode(errors="ignore")


def value(chance: random.Random, names: Sequence[str], depth: int = 3) -> Any:
    """A value as TOML or JSON can hold: names that are known among ones that are not."""
    kind = chance.randrange(9 if depth else 6)
    if kind < 3:
        return chance.choice(names)
    if kind == 3:
        return chance.choice((-1, 0, 1, 2, 5, 10**20, True, False, 0.5, float("nan")))
    if kind == 4:
        return text(chance, 5)
    if kind == 5:
        return f"{chance.choice(names)}:{chance.choice(names)}"
    if kind < 8:
        return [value(chance, names, depth - 1) for _ in range(chance.randrange(4))]
    return {
        chance.choice(names): value(chance, names, depth - 1) for _ in range(chance.randrange(4))
    }
