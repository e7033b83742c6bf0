"""What holds for every PDF that the tool writes, whatever it shows.

Structure and text are read with pikepdf and its parser of pages, places of text with
pdfplumber: neither shares code with what writes the files. Places take ten times as long as the
rest, so that they can be left out.
"""

import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import pdfplumber
import pikepdf
from pdfminer.cmapdb import CMapParser, FileUnicodeMap
from pdfminer.layout import LTChar
from pikepdf import Dictionary, Name

Problems = Iterator[str]

MARGIN = 20 / 25.4 * 72
"""Points: 20 mm."""
A4 = (595.28, 841.89)

ROLES = {
    *("Document", "H1", "H2", "H3", "P", "L", "LI", "Lbl", "LBody"),
    *("Table", "TR", "TH", "TD", "Figure"),
}
_PAINTING = {
    *("Tj", "TJ", "'", '"', "Do", "sh", "BI", "INLINE IMAGE"),
    *("S", "s", "f", "F", "f*", "B", "B*", "b", "b*"),
}
_HAIR = 1.0


class Character(NamedTuple):
    """A character and its place, in points from the left and the top of its page."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    marked: bool
    """Whether it belongs to an element."""


@dataclass(eq=False)
class Node:
    """An element of the structure tree; ``marks`` are (page, marked-content id) pairs."""

    role: str
    raw: Any
    parent: "Node | None"
    children: list["Node"] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)

    def attribute(self, name: str) -> Any:
        """An attribute of the element's attribute objects, or None."""
        held = self.raw.get("/A", [])
        for attributes in [held] if isinstance(held, Dictionary) else list(held):
            if name in attributes:
                return attributes[name]
        return None

    def walk(self) -> Iterator["Node"]:
        """This node and everything below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()


class Read:
    """A PDF read back."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.pdf = pikepdf.open(io.BytesIO(data))
        self._numbers = {page.obj.objgen: n for n, page in enumerate(self.pdf.pages)}
        self._letters: dict[tuple[int, int], dict[int, str]] = {}

    @cached_property
    def tree(self) -> Node:
        """The structure tree, from its one root element on.

        Raises:
            KeyError: there is none.
        """
        kids = self.pdf.Root["/StructTreeRoot"]["/K"]
        (root,) = [kids] if isinstance(kids, Dictionary) else list(kids)
        return self._node(root, None)

    def _node(self, raw: Any, parent: Node | None) -> Node:
        node = Node(str(raw["/S"])[1:], raw, parent)
        for kid in raw.get("/K", []):
            if "/S" in kid:
                node.children.append(self._node(kid, node))
            else:
                node.marks.append((self._numbers[kid["/Pg"].objgen], int(kid["/MCID"])))
        return node

    @cached_property
    def nodes(self) -> list[Node]:
        """All elements in reading order."""
        return list(self.tree.walk())

    def characters(self, step: int = 1) -> dict[int, list[Character]]:
        """The characters with their places of one page in so many, per number of a page."""
        found: dict[int, list[Character]] = {}
        with pdfplumber.open(io.BytesIO(self.data)) as read:
            for page in read.pages[::step]:
                # What pdfplumber makes of it would take twice the time.
                layout = (item for item in page.layout if isinstance(item, LTChar))
                held = [_character(item, float(page.height)) for item in layout]
                found[page.page_number - 1] = held
        return found

    @cached_property
    def shown(self) -> list[list[tuple[int | None, str]]]:
        """Per page the pieces of text as they are painted: (marked-content id or None, text)."""
        return [list(self._pieces(page)) for page in self.pdf.pages]

    def _pieces(self, page: pikepdf.Page) -> Iterator[tuple[int | None, str]]:
        fonts = {name: self._unicode(f) for name, f in page.resources.get("/Font", {}).items()}
        letters: dict[int, str] = {}
        mark: int | None = None
        for instruction in pikepdf.parse_content_stream(page):
            operands: list[Any] = list(instruction.operands)
            match str(instruction.operator):
                case "BDC":
                    mark = int(operands[1]["/MCID"]) if "/MCID" in operands[1] else None
                case "EMC":
                    mark = None
                case "Tf":
                    letters = fonts[str(operands[0])]
                case "Tj":
                    yield mark, "".join(letters[code] for code in bytes(operands[0]))

    def _unicode(self, font: Any) -> dict[int, str]:
        """Which character each code of a font stands for."""
        if font.objgen not in self._letters:
            read = FileUnicodeMap()
            CMapParser(read, io.BytesIO(font["/ToUnicode"].read_bytes())).run()
            self._letters[font.objgen] = read.cid2unichr
        return self._letters[font.objgen]

    @cached_property
    def marked_text(self) -> dict[tuple[int, int], str]:
        """The text of each piece of marked content."""
        found: dict[tuple[int, int], str] = {}
        for page, pieces in enumerate(self.shown):
            for mark, text in pieces:
                if mark is not None:
                    found[page, mark] = found.get((page, mark), "") + text
        return found

    @cached_property
    def last(self) -> dict[int, int]:
        """The last marked content of each page."""
        marks = sorted(mark for node in self.nodes for mark in node.marks)
        return dict(marks)

    def text(self, node: Node) -> str:
        """What is read aloud at an element and below it, in one line."""
        marks = [mark for below in node.walk() for mark in below.marks]
        return " ".join("".join(self.marked_text.get(mark, "") for mark in marks).split())

    def texts(self, role: str) -> list[str]:
        """The texts of all elements with a role, in reading order."""
        return [self.text(node) for node in self.nodes if node.role == role]

    def furniture(self, page: int) -> str:
        """The text on a page that is no content: running head and foot, heads repeated."""
        return "".join(text for mark, text in self.shown[page] if mark is None)

    def page_of(self, node: Node) -> int:
        """The page on which an element begins, from 0 on."""
        return min(page for below in node.walk() for page, _ in below.marks)

    def outline(self) -> list[str]:
        """The titles of the bookmarks, in their order."""
        with self.pdf.open_outline() as outline:
            waiting = list(outline.root)
            found: list[str] = []
            while waiting:
                item = waiting.pop(0)
                found.append(" ".join(item.title.split()))
                waiting = [*item.children, *waiting]
        return found


def _character(item: LTChar, height: float) -> Character:
    marked = getattr(item, "mcid", None) is not None
    return Character(item.get_text(), item.x0, item.x1, height - item.y1, height - item.y0, marked)


def assert_sound(data: bytes, *, language: str, title: str, places: int = 1) -> Read:
    """Fail with everything that is wrong with a PDF; else what was read, to look further.

    The places of its text are looked at on one page in so many as ``places``, on none with 0.
    """
    read = Read(data)
    found = list(problems(read, language=language, title=title, places=places))
    assert not found, f"{len(found)} faults: " + "; ".join(found[:20])
    return read


def problems(read: Read, *, language: str, title: str, places: int = 1) -> Problems:
    """Everything that is wrong with a PDF, each in a few words; empty for a sound one."""
    yield from metadata(read, language, title)
    yield from archivable(read)
    yield from fonts(read)
    if "/StructTreeRoot" not in read.pdf.Root:
        yield "no structure tree"
        return
    yield from content(read)
    yield from parent_tree(read)
    yield from order(read)
    yield from headings(read)
    yield from lists(read)
    yield from tables(read)
    yield from breaks(read)
    yield from figures(read)
    if places:
        yield from geometry(read, places)


def metadata(read: Read, language: str, title: str) -> Problems:
    """Title, language, and what the file says it conforms to."""
    root = read.pdf.Root
    if str(root.get("/Lang", "")) != language:
        yield f"language {root.get('/Lang')!r}"
    if not bool(root.get("/MarkInfo", Dictionary()).get("/Marked", False)):
        yield "not marked as tagged"
    if not bool(root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle", False)):
        yield "the title is not what a window shows"
    if str(read.pdf.docinfo.get("/Title", "")) != title:
        yield f"title {read.pdf.docinfo.get('/Title')!r}"
    if "/Metadata" not in root:
        yield "no metadata"
        return
    with read.pdf.open_metadata() as held:
        wanted = {
            "dc:title": title,
            "dc:language": {language},
            "pdfuaid:part": "1",
            "pdfaid:part": "2",
            "pdfaid:conformance": "A",
            "pdf:Producer": str(read.pdf.docinfo["/Producer"]),
            "xmp:CreatorTool": str(read.pdf.docinfo["/Creator"]),
        }
        for key, value in wanted.items():
            if held.get(key) != value:
                yield f"metadata {key} is {held.get(key)!r}"
        author = str(read.pdf.docinfo.get("/Author", ""))
        if not author or held.get("dc:creator") != [author]:
            yield "metadata and information do not name the same author"


def archivable(read: Read) -> Problems:
    """What PDF/A asks of the file besides its fonts."""
    if not read.data.startswith(b"%PDF-1.7"):
        yield "not PDF 1.7"
    if read.pdf.is_encrypted or "/ID" not in read.pdf.trailer:
        yield "encrypted, or without an identifier"
    intents = list(read.pdf.Root.get("/OutputIntents", []))
    if [str(i["/S"]) for i in intents] != ["/GTS_PDFA1"]:
        yield "no output intent"
    elif b"acsp" not in intents[0]["/DestOutputProfile"].read_bytes()[:48]:
        yield "the output intent holds no colour profile"
    for stream in re.finditer(rb"/Length (\d+)[^>]*>>\s*?stream\r?\n", read.data):
        if not re.match(rb"\r?\nendstream", read.data[stream.end() + int(stream[1]) :][:12]):
            yield "a stream does not end with a line end of its own"
    for number, page in enumerate(read.pdf.pages):
        if str(page.obj.get("/Tabs", "")) != "/S":
            yield f"page {number + 1}: tab order is not that of the structure"
        if "/Group" in page.obj:
            yield f"page {number + 1}: transparency"
        for state in page.resources.get("/ExtGState", {}).values():
            if float(state.get("/ca", 1)) != 1 or float(state.get("/CA", 1)) != 1:
                yield f"page {number + 1}: transparency"


def fonts(read: Read) -> Problems:
    """Every font in the file is embedded and says which character a glyph is."""
    held = [o for o in read.pdf.objects if isinstance(o, Dictionary) and o.get("/Type") == "/Font"]
    if not held:
        yield "no fonts"
    for font in held:
        name = str(font.get("/BaseFont"))
        if font.Subtype == Name.Type1:
            yield f"font {name} is of the kind that is not embedded"
            continue
        descendants = list(font.get("/DescendantFonts", [font]))
        for descendant in descendants:
            if "/FontFile2" not in descendant.get("/FontDescriptor", {}):
                yield f"font {name} is not embedded"
        if "/ToUnicode" not in font and "/CIDSystemInfo" not in font:
            yield f"font {name} does not say its characters"


def content(read: Read) -> Problems:
    """Whatever is painted belongs to one element, or is an artifact; forms are artifacts."""
    marks = Counter(mark for node in read.nodes for mark in node.marks)
    found: Counter[tuple[int, int]] = Counter()
    for number, page in enumerate(read.pdf.pages):
        where = f"page {number + 1}"
        open_: list[str] = []
        for instruction in pikepdf.parse_content_stream(page):
            operands: list[Any] = list(instruction.operands)
            match str(instruction.operator):
                case "BDC" | "BMC":
                    if open_:
                        yield f"{where}: marked content within {open_[-1]}"
                    open_.append(str(operands[0])[1:])
                    properties = operands[1] if len(operands) > 1 else {}
                    if "/MCID" in properties:
                        found[(number, int(properties["/MCID"]))] += 1
                    elif open_[-1] != "Artifact":
                        yield f"{where}: {open_[-1]} without a number"
                case "EMC":
                    if not open_:
                        yield f"{where}: the end of nothing"
                    else:
                        open_.pop()
                case painted if painted in _PAINTING:
                    if not open_:
                        yield f"{where}: {painted} in no element"
                    elif painted == "Do" and open_ != ["Artifact"]:
                        yield f"{where}: a form within {open_[-1]}"
        if open_:
            yield f"{where}: {open_[-1]} does not end"
    for mark in found.keys() | marks.keys():
        if (found[mark], marks[mark]) != (1, 1):
            yield f"mark {mark}: {found[mark]} times on the page, {marks[mark]} times in the tree"


def parent_tree(read: Read) -> Problems:
    """Pages lead back to the elements that their content belongs to."""
    root = read.pdf.Root["/StructTreeRoot"]
    numbers = list(root["/ParentTree"]["/Nums"])
    tree = dict(zip((int(n) for n in numbers[::2]), numbers[1::2], strict=True))
    for node in read.nodes:
        if node.parent is not None and node.raw["/P"].objgen != node.parent.raw.objgen:
            yield f"a {node.role} does not know its parent"
        for page, mark in node.marks:
            entry = tree[int(read.pdf.pages[page].obj["/StructParents"])]
            if mark >= len(entry) or entry[mark].objgen != node.raw.objgen:
                yield f"page {page + 1}: mark {mark} does not lead to its {node.role}"
    if int(root["/ParentTreeNextKey"]) <= max(tree):
        yield "the next key of the parent tree is taken"


def order(read: Read) -> Problems:
    """Reading order is the order in which things stand in the file; no element is empty."""
    if read.tree.role != "Document":
        yield f"the root is {read.tree.role}"
    for node in read.nodes:
        if node.role not in ROLES:
            yield f"role {node.role}"
        if not node.children and not node.marks:
            yield f"an empty {node.role}"
    marks = [mark for node in read.nodes for mark in node.marks]
    for before, after in itertools.pairwise(marks):
        if before >= after:
            yield f"read before: {read.marked_text.get(before, '')[:40]!r}"
    for page in range(len(read.pdf.pages)):
        if not any(mark[0] == page for mark in marks):
            yield f"page {page + 1} is empty"


def headings(read: Read) -> Problems:
    """Headings start at the first level, none is skipped going down, and all are bookmarks."""
    level = 0
    texts: list[str] = []
    for node in read.nodes:
        found = re.fullmatch(r"H(\d)", node.role)
        if found is None:
            continue
        text = read.text(node)
        if not text:
            yield f"an empty {node.role}"
        if int(found[1]) > level + 1:
            yield f"{node.role} after H{level}: {text!r}"
        level = int(found[1])
        texts.append(text)
        page, mark = node.marks[-1]
        if mark == read.last[page]:
            yield f"page {page + 1} ends with the heading {text!r}"
    if not texts:
        yield "no headings"
    outline = read.outline()
    # The name on the cover is a heading, and the document's title: it needs no bookmark.
    if outline not in (texts, texts[1:]):
        yield f"bookmarks are not the headings: {set(outline) ^ set(texts)}"


def lists(read: Read) -> Problems:
    """A list holds items, an item a body and perhaps a label."""
    wanted = {"L": {"LI"}, "LI": {"Lbl", "LBody"}, "Lbl": set(), "LBody": set()}
    for node in read.nodes:
        if node.role in wanted and {child.role for child in node.children} - wanted[node.role]:
            yield f"{node.role} holds {[child.role for child in node.children]}"
        roles = [child.role for child in node.children]
        if node.role == "LI" and roles not in (["LBody"], ["Lbl", "LBody"]):
            yield f"an item holds {roles}"
        if node.role == "L":
            labels = any(c.role == "Lbl" for item in node.children for c in item.children)
            numbering = str(node.attribute("/ListNumbering"))
            if (numbering in ("/Disc", "/Decimal")) != labels:
                yield f"a list {'with' if labels else 'without'} labels is numbered {numbering}"


def tables(read: Read) -> Problems:
    """A table has a row of column heads, rows of equal length, and says what a head is for."""
    for table in (node for node in read.nodes if node.role == "Table"):
        rows = [[cell.role for cell in row.children] for row in table.children]
        if any(row.role != "TR" for row in table.children) or len({len(r) for r in rows}) != 1:
            yield f"a table with rows {rows}"
            continue
        if set(rows[0]) != {"TH"} or {role for row in rows[1:] for role in row} - {"TH", "TD"}:
            yield f"a table with cells {rows}"
        for number, row in enumerate(table.children):
            scope = "/Row" if number else "/Column"
            for cell in row.children:
                if cell.role == "TH" and str(cell.attribute("/Scope")) != scope:
                    yield f"a head with scope {cell.attribute('/Scope')}"
                if cell.role == "TH" and not read.text(cell):
                    yield "an empty head"


def breaks(read: Read) -> Problems:
    """A table that goes on overleaf repeats its heads there, as decoration; rows stay whole."""
    for table in (node for node in read.nodes if node.role == "Table"):
        rows = [{page for cell in row.children for page, _ in cell.marks} for row in table.children]
        if any(len(pages) > 1 for pages in rows):
            yield "a row of a table on two pages"
        if len(rows) < 2 or rows[0] - rows[1]:
            yield f"the head of a table without a row: {read.text(table.children[0])!r}"
        heads = [read.text(head) for head in table.children[0].children]
        for page in set().union(*rows[1:]) - rows[0]:
            repeated = " ".join(read.furniture(page).split())
            if not all(head in repeated for head in heads):
                yield f"page {page + 1}: a table goes on without its heads {heads}"


def figures(read: Read) -> Problems:
    """A figure has a text in its place, and a box on the page."""
    for figure in (node for node in read.nodes if node.role == "Figure"):
        if len(str(figure.raw.get("/Alt", "")).strip()) < 10:
            yield f"a figure with the text {figure.raw.get('/Alt')!r}"
        box = [float(number) for number in figure.attribute("/BBox") or (0, 0, 0, 0)]
        if not (0 <= box[0] < box[2] <= A4[0] and 0 <= box[1] < box[3] <= A4[1]):
            yield f"a figure with the box {box}"


def geometry(read: Read, places: int = 1) -> Problems:
    """Content stays between the margins, and no words lie over others."""
    for number, page in enumerate(read.pdf.pages):
        width, height = (float(v) for v in page.mediabox[2:])
        if abs(width - A4[0]) > 1 or abs(height - A4[1]) > 1:
            yield f"page {number + 1} is not A4"
    for number, characters in read.characters(places).items():
        width, height = A4
        printed = [c for c in characters if c.text.strip()]
        for c in printed:
            inset = MARGIN if c.marked else MARGIN / 3
            sides = (c.left, width - c.right, c.top, height - c.bottom)
            # Running head and foot keep the side margins.
            if min(sides[:2]) < MARGIN - _HAIR or min(sides) < inset - _HAIR:
                yield f"page {number + 1}: {c.text!r} stands in the margin at {sides}"
                break
        yield from _overlaps(number, printed)


def _overlaps(number: int, characters: list[Character]) -> Problems:
    """Characters whose inner parts (a third cut away on each side) lie over each other."""
    boxes = []
    for c in characters:
        width, size = (c.right - c.left) / 3, (c.bottom - c.top) / 3
        boxes.append((c.top + size, c.bottom - size, c.left + width, c.right - width, c.text))
    boxes.sort()
    for place, (_, bottom, left, right, text) in enumerate(boxes):
        for top, _, other_left, other_right, other in boxes[place + 1 :]:
            if top >= bottom:
                break
            if left < other_right and other_left < right:
                yield f"page {number + 1}: {text!r} and {other!r} lie over each other"
                return
