"""The structure tree of a tagged PDF: what a reader that speaks a document aloud goes by."""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFObject, PDFString

Attributes = dict[str, Any]


class IndirectDictionary(PDFDictionary):
    """A dictionary that stands on its own in the file and is referred to."""

    __RefOnly__ = 1


class Written(PDFObject):
    """An object of the file that is written here, as bytes, once all it refers to has a number.

    A report has more than a thousand of them: as dictionaries of reportlab, name by name, they
    took a tenth of the time of a report.
    """

    __RefOnly__ = 1
    content = b"null"

    def format(self, document: Any) -> bytes:
        """See reportlab."""
        return self.content


@dataclass(eq=False)
class Element:
    """A node of the tree: a role, its children, and what a reader must know besides.

    Children are elements, or (page, marked-content id) pairs that point into a page. The element
    becomes a child of its ``parent``, which it does not hold in return.
    """

    role: str
    parent: InitVar["Element | None"] = None
    alternative: str = ""
    scope: str = ""
    box: tuple[float, float, float, float] | None = None
    numbering: str = ""
    children: list["Element | tuple[int, int]"] = field(default_factory=list)

    def __post_init__(self, parent: "Element | None") -> None:
        if parent is not None:
            parent.children.append(self)

    def written(self, parent: bytes, children: Sequence[bytes], document: Any) -> bytes:
        """The PDF object of this element; ``parent`` and ``children`` are as they are referred to.

        ``document`` is that of reportlab.
        """
        parts = [b"<< /Type /StructElem /S /%s /P %s" % (self.role.encode(), parent)]
        if self.alternative:
            parts.append(b"/Alt %s" % PDFString(self.alternative).format(document))
        attributes: list[bytes] = []
        if self.scope:
            attributes.append(b"<< /O /Table /Scope /%s >>" % self.scope.encode())
        if self.numbering:
            attributes.append(b"<< /O /List /ListNumbering /%s >>" % self.numbering.encode())
        if self.box is not None:
            box = " ".join(f"{value:g}" for value in self.box).encode()
            attributes.append(b"<< /O /Layout /Placement /Block /BBox [ %s ] >>" % box)
        if len(attributes) == 1:
            parts.append(b"/A %s" % attributes[0])
        elif attributes:
            parts.append(b"/A [ %s ]" % b" ".join(attributes))
        parts.append(b"/K [ %s ] >>" % b" ".join(children))
        return b" ".join(parts)
