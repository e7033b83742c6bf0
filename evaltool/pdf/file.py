"""The bytes of a PDF, packed: what is no stream stands compressed in object streams.

reportlab writes every object plainly. The many small elements of a structure tree made up most of
a report's file; packed, as PDF knows it since version 1.5, they take little.
"""

import zlib

from reportlab.pdfbase.pdfdoc import PDFDocument, format as formatted

_TOGETHER = 200
"""Objects in one stream: a reader unpacks the whole of it to get at one of them."""

_END = b"endstream\n"


def packed(document: PDFDocument) -> bytes:
    """The file of a document; it takes the place of ``PDFDocument.format``.

    The information dictionary stays outside the object streams, so that the only parts that
    differ from one writing to the next, dates and identifiers, can be seen in the file.
    """
    references = {"Root": document.Reference(document.Catalog)}
    references["Info"] = document.Reference(document.info)
    plain: dict[int, bytes] = {}
    inside: dict[int, bytes] = {}
    number = 0
    # Formatting an object may add others at the end.
    while (number := number + 1) in document.numberToId:
        held = document.idToObject[document.numberToId[number]]
        content: bytes = formatted(held, document, toplevel=1)
        if content.endswith(_END):
            plain[number] = _ended(content)
        elif held is document.info:
            plain[number] = content
        else:
            inside[number] = content
    file = _File(b"%%PDF-%d.%d\n%%\xe2\xe3\xcf\xd3\n" % document._pdfVersion)
    for number, content in plain.items():
        file.add(number, content)
    waiting = list(inside.items())
    free = len(plain) + len(inside) + 1
    for start in range(0, len(waiting), _TOGETHER):
        file.add_together(free, waiting[start : start + _TOGETHER])
        free += 1
    trailer = b" ".join(
        b"/%s %s" % (key.encode(), formatted(value, document)) for key, value in references.items()
    )
    # reportlab writes a comment behind the identifier.
    identifier, _, _ = document.ID().strip().partition(b"\n")
    return file.finished(free, b"%s /ID %s" % (trailer, identifier))


def _ended(content: bytes) -> bytes:
    """PDF/A (6.1.7.1) asks for a line end before "endstream", which reportlab leaves out."""
    return content[: -len(_END)] + b"\n" + _END


class _File:
    """Collects objects and notes where each of them is: (kind, place, place within)."""

    def __init__(self, head: bytes) -> None:
        self._data = bytearray(head)
        self._places: dict[int, tuple[int, int, int]] = {0: (0, 0, 65_535)}

    def add(self, number: int, content: bytes) -> None:
        self._places[number] = (1, len(self._data), 0)
        self._data += b"%d 0 obj\n%s\nendobj\n" % (number, content.rstrip(b"\n"))

    def add_together(self, number: int, objects: list[tuple[int, bytes]]) -> None:
        index: list[bytes] = []
        at = 0
        for place, (held, content) in enumerate(objects):
            self._places[held] = (2, number, place)
            index.append(b"%d %d" % (held, at))
            at += len(content) + 1
        head = b" ".join(index) + b"\n"
        body = head + b"\n".join(content for _, content in objects)
        kind = b"/Type /ObjStm /N %d /First %d" % (len(objects), len(head))
        self.add(number, _stream(kind, body))

    def finished(self, number: int, trailer: bytes) -> bytes:
        """The whole, with a table of all places as its last object."""
        start = len(self._data)
        self._places[number] = (1, start, 0)
        widths = (1, (start.bit_length() + 7) // 8, 2)
        rows = b"".join(
            b"".join(v.to_bytes(w, "big") for v, w in zip(self._places[n], widths, strict=True))
            for n in range(number + 1)
        )
        kind = b"/Type /XRef /Size %d /W [%d %d %d] " % (number + 1, *widths)
        self.add(number, _stream(kind + trailer, rows))
        return bytes(self._data) + b"startxref\n%d\n%%%%EOF\n" % start


def _stream(dictionary: bytes, content: bytes) -> bytes:
    data = zlib.compress(content, 9)
    kind = b"<< %s /Filter /FlateDecode /Length %d >>" % (dictionary, len(data))
    return b"%s\nstream\n%s\nendstream\n" % (kind, data)
