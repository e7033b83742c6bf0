"""The structure tree of a tagged PDF: what a reader that speaks a document aloud goes by."""

from dataclasses import dataclass, field
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString

Attributes = dict[str, Any]


class IndirectDictionary(PDFDictionary):
    """A dictionary that stands on its own in the file and is referred to."""

    __RefOnly__ = 1


@dataclass(eq=False)
class Element:
    """A node of the tree: a role, its children, and what a reader must know besides.

    Children are elements, or (page, marked-content id) pairs that point into a page.
    """

    role: str
    parent: "Element | None" = None
    alternative: str = ""
    scope: str = ""
    box: tuple[float, float, float, float] | None = None
    numbering: str = ""
    children: list["Element | tuple[int, int]"] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.parent is not None:
            self.parent.children.append(self)

    def dictionary(self, parent: object) -> IndirectDictionary:
        """The PDF object of this element, children aside."""
        found = IndirectDictionary(
            {"Type": PDFName("StructElem"), "S": PDFName(self.role), "P": parent}
        )
        if self.alternative:
            found.dict["Alt"] = PDFString(self.alternative)
        attributes: list[PDFDictionary] = []
        if self.scope:
            attributes.append(PDFDictionary({"O": PDFName("Table"), "Scope": PDFName(self.scope)}))
        if self.numbering:
            numbering = PDFName(self.numbering)
            attributes.append(PDFDictionary({"O": PDFName("List"), "ListNumbering": numbering}))
        if self.box is not None:
            attributes.append(
                PDFDictionary(
                    {
                        "O": PDFName("Layout"),
                        "Placement": PDFName("Block"),
                        "BBox": PDFArray(list(self.box)),
                    }
                )
            )
        if attributes:
            found.dict["A"] = attributes[0] if len(attributes) == 1 else PDFArray(attributes)
        return found
