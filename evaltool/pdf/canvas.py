"""A canvas that writes tagged, archivable PDF: every mark on the page belongs to an element.

It leans on internals of reportlab 5.1, which has no tagging of its own; the version is pinned,
and tests read the files back with another library.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfdoc import (
    XMP,
    PDFArray,
    PDFDictionary,
    PDFName,
    PDFPage,
)
from reportlab.pdfgen.canvas import Canvas

from evaltool.pdf.file import packed
from evaltool.pdf.metadata import output_intents, xmp
from evaltool.pdf.structure import Element, IndirectDictionary, Written

_FOOT_HERE = "%foot"
"""A comment in the content of a page, in whose place the foot is written at the end."""


class _Foot(NamedTuple):
    """Where the foot of a page ends, and how it looks."""

    right: float
    y: float
    font: str
    size: float
    colour: Color


class TaggedCanvas(Canvas):
    """A reportlab canvas with a structure tree.

    ``language`` is a language tag. ``foot`` gives the words at the foot of a page from its
    number and the number of pages.
    """

    def __init__(
        self, *args: Any, language: str, foot: Callable[[int, int], str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **{**kwargs, "pdfVersion": (1, 7), "lang": language})
        self._doc.format = partial(packed, self._doc)
        self.language = language
        self.root = Element("Document")
        self.current = self.root
        # Halves of a paragraph or table that was split share the element of the whole.
        self._known: dict[int, tuple[object, Element]] = {}
        self._page_marks: list[list[Element]] = []
        self._marked: list[Element] = []
        self._open = 0
        self._tagged_pages: list[Any] = []
        self._foot = foot
        self._feet: dict[int, _Foot] = {}
        self._headings = 0

    @property
    def inside(self) -> bool:
        """Whether what is drawn now is marked already."""
        return self._open > 0

    @contextmanager
    def tagged(self, element: Element) -> Iterator[None]:
        """Everything drawn inside belongs to this element."""
        if self._open:
            raise RuntimeError("marked content cannot be nested")
        number = len(self._marked)
        self._marked.append(element)
        element.children.append((len(self._page_marks), number))
        self._code.append(f"/{element.role} <</MCID {number}>> BDC")
        self._open += 1
        yield
        self._open -= 1
        self._code.append("EMC")

    @contextmanager
    def artifact(self, kind: str = "Layout") -> Iterator[None]:
        """Everything drawn inside is decoration, or repeats what stands elsewhere."""
        if self._open:
            yield
            return
        self._code.append(f"/Artifact <</Type /{kind}>> BDC")
        self._open += 1
        yield
        self._open -= 1
        self._code.append("EMC")

    @contextmanager
    def within(self, element: Element) -> Iterator[None]:
        """New elements become children of this one."""
        before, self.current = self.current, element
        yield
        self.current = before

    def element_of(self, key: object, role: str, **attributes: Any) -> Element:
        """The element of something that may be drawn in parts."""
        if id(key) not in self._known:
            self.remember(key, Element(role, self.current, **attributes))
        return self._known[id(key)][1]

    def remember(self, key: object, element: Element) -> None:
        """Make an element that of something drawn later (the key is kept, so that its id is)."""
        self._known[id(key)] = (key, element)

    def next_heading(self) -> int:
        """A number of its own for each heading."""
        self._headings += 1
        return self._headings

    def draw_foot(self, right: float, y: float, font: str, size: float, colour: Color) -> None:
        """Draw the foot of this page, ending at ``right``, once the number of pages is known."""
        self._feet[self.getPageNumber()] = _Foot(right, y, font, size, colour)
        self._code.append(_FOOT_HERE)

    def _startPage(self) -> None:  # noqa: N802
        self._page_marks.append(self._marked)
        self._marked = []
        super()._startPage()

    def save(self) -> None:
        """Write the last page, the structure tree and the metadata."""
        if self._code:
            self.showPage()
        self._write_feet()
        self._write_structure()
        self._write_metadata()
        super().save()

    def let_go(self) -> None:
        """Let go of all that was written: the canvas can do nothing more.

        Its parts hold each other. Left to the collector of cycles, which comes by now and then,
        the megabytes of one document would stay until after some others.
        """
        self._doc.__dict__.clear()
        self.__dict__.clear()

    def _write_feet(self) -> None:
        total = len(self._tagged_pages)
        for number, foot in self._feet.items():
            self.saveState()
            self.setFont(foot.font, foot.size)
            self.setFillColor(foot.colour)
            self.drawRightString(foot.right, foot.y, self._foot(number, total))
            self.restoreState()
            page = self._tagged_pages[number - 1]
            # As a line of its own: the same words in a text stand between brackets.
            page.stream = page.stream.replace(
                f"\n{_FOOT_HERE}\n", "\n" + "\n".join(self._code) + "\n", 1
            )
            self._code.clear()

    def _setAnnotations(self, page: PDFPage) -> None:  # noqa: N802
        super()._setAnnotations(page)
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents = len(self._tagged_pages)
        page.Tabs = PDFName("S")
        # An empty transition is set on every page, which means nothing on paper.
        page.Trans = None
        self._tagged_pages.append(page)

    def _write_structure(self) -> None:
        document = self._doc
        pages = [document.Reference(page).format(document) for page in self._tagged_pages]
        tree = IndirectDictionary({"Type": PDFName("StructTreeRoot")})
        top = document.Reference(tree).format(document)
        numbers: dict[int, bytes] = {}

        def write(element: Element, parent: bytes) -> bytes:
            found = Written()
            own: bytes = document.Reference(found).format(document)
            numbers[id(element)] = own
            children = [
                write(child, own)
                if isinstance(child, Element)
                else b"<< /Type /MCR /Pg %s /MCID %d >>" % (pages[child[0]], child[1])
                for child in element.children
            ]
            found.content = element.written(parent, children, document)
            return own

        tree.dict["K"] = PDFArray([write(self.root, top)])
        marks = (
            b"%d [ %s ]" % (page, b" ".join(numbers[id(element)] for element in elements))
            for page, elements in enumerate(self._page_marks[: len(pages)])
        )
        parents = Written()
        parents.content = b"<< /Nums [ %s ] >>" % b" ".join(marks)
        tree.dict["ParentTree"] = document.Reference(parents)
        tree.dict["ParentTreeNextKey"] = len(pages)
        catalogue = document.Catalog
        catalogue.StructTreeRoot = tree
        catalogue.__Refs__ = [key for key in catalogue.__Refs__ if key != "MarkInfo"]
        catalogue.MarkInfo = PDFDictionary({"Marked": "true"})

    def _write_metadata(self) -> None:
        catalogue = self._doc.Catalog
        catalogue.__NoDefault__ = [*catalogue.__NoDefault__, "OutputIntents"]
        catalogue.OutputIntents = output_intents(self._doc.Reference)
        catalogue.Metadata = XMP(creator=self._xmp)

    def _xmp(self, document: Any) -> bytes:
        info = document.info
        stamp = document._timeStamp
        offset = f"{'+' if stamp.dhh >= 0 else '-'}{abs(stamp.dhh):02d}:{stamp.dmm:02d}"
        year, month, day, hour, minute, second = stamp.YMDhms
        moment = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}{offset}"
        return xmp(
            title=info.title,
            author=info.author,
            subject=info.subject,
            creator=info.creator,
            producer=info.producer,
            keywords=info.keywords or "",
            language=self.language,
            moment=moment,
        )
