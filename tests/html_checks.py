"""What holds for every page of HTML that the application sends, whatever it shows."""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element

import html5lib

Problems = list[str]

_LANGUAGES = ("nl-BE", "nl", "en")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BUTTONS = ("hidden", "submit", "button", "image", "reset")
_REFERENCES = (
    "for",
    "headers",
    "list",
    "form",
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "aria-errormessage",
    "aria-owns",
)
_DATA_SCRIPTS = ("application/json", "application/ld+json")


def assert_sound(html: str, where: str) -> None:
    """Fail with everything that is wrong with a page, named by ``where``."""
    found = problems(html)
    assert not found, f"{where}: " + "; ".join(found)


@lru_cache(maxsize=8)
def tree_of(html: str) -> tuple[Element, tuple[str, ...]]:
    """A page as a tree, which nobody may change, and what a browser would have to guess at.

    A test often asks for a page, looks at it and fills in its forms: it is read once.
    """
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(html)
    assert isinstance(root, Element)
    # The strict parser stops at the first error; this one lists them all.
    return root, tuple(f"line {line}: {code} {values}" for (line, _), code, values in parser.errors)


def problems(html: str) -> Problems:
    """Everything that is wrong with a page, each in a few words; empty for a sound page."""
    root, errors = tree_of(html)
    found = list(errors)
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    for check in (_outline, _identifiers, _fields, _groups, _images, _tables, _policy):
        found.extend(check(root, elements))
    return found


def _outline(root: Element, elements: list[Element]) -> Iterator[str]:
    if root.get("lang") not in _LANGUAGES:
        yield f"html has lang={root.get('lang')!r}"
    title = root.find("./head/title")
    if title is None or not _text(title):
        yield "no title"
    if sum(element.tag == "main" for element in elements) != 1:
        yield "not exactly one main"
    headings = [element for element in elements if element.tag in _HEADINGS]
    if [heading.tag for heading in headings].count("h1") != 1:
        yield "not exactly one h1"
    # A summary of errors, with an h2, stands above the h1: who reads aloud hears it first.
    level = 1
    for heading in headings:
        if not _text(heading):
            yield f"an empty {heading.tag}"
        if int(heading.tag[1]) > level + 1:
            yield f"{heading.tag} {_text(heading)!r} skips a level"
        level = int(heading.tag[1])


def _identifiers(_root: Element, elements: list[Element]) -> Iterator[str]:
    ids = Counter(element.get("id", "") for element in elements if "id" in element.attrib)
    for id_, times in ids.items():
        if times > 1:
            yield f"id {id_!r} stands {times} times"
        if not id_ or any(character.isspace() for character in id_):
            yield f"id {id_!r} is empty or holds a space"
    for element in elements:
        for attribute in _REFERENCES:
            for id_ in element.get(attribute, "").split():
                if id_ not in ids:
                    yield f"{element.tag} has {attribute}={id_!r}, which is nowhere"
        href = element.get("href", "")
        if element.tag == "a" and href.startswith("#") and href[1:] not in ids:
            yield f"link to {href}, which is nowhere"


def _fields(_root: Element, elements: list[Element]) -> Iterator[str]:
    labels = [element for element in elements if element.tag == "label" and _text(element)]
    labelled = {label.get("for") for label in labels}
    inside = {id(child) for label in labels for child in label.iter()}
    for element in elements:
        kind = element.get("type", "text")
        if element.tag not in ("input", "select", "textarea") or kind in _BUTTONS:
            continue
        named = element.get("aria-label") or element.get("aria-labelledby")
        if not named and element.get("id") not in labelled and id(element) not in inside:
            yield f"{element.tag} {element.get('name')!r} has no label"
    for element in elements:
        named = element.get("aria-label") or element.get("aria-labelledby")
        if element.tag in ("button", "a", "legend", "summary", "caption") and not named:
            pictures = (child.get("alt") for child in element.iter("img"))
            if not _text(element) and not any(pictures):
                yield f"an empty {element.tag}"


def _groups(_root: Element, elements: list[Element]) -> Iterator[str]:
    grouped = {id(child) for group in elements if _is_named_group(group) for child in group.iter()}
    names = Counter(
        element.get("name")
        for element in elements
        if element.tag == "input" and element.get("type") in ("radio", "checkbox")
    )
    for element in elements:
        if element.tag != "input" or element.get("type") not in ("radio", "checkbox"):
            continue
        if names[element.get("name")] > 1 and id(element) not in grouped:
            yield f"{element.get('type')} {element.get('name')!r} has no fieldset with a legend"


def _is_named_group(element: Element) -> bool:
    if element.get("role") in ("group", "radiogroup"):
        return bool(element.get("aria-labelledby") or element.get("aria-label"))
    if element.tag != "fieldset":
        return False
    legend = element.find("./legend")
    return legend is not None and bool(_text(legend))


def _images(_root: Element, elements: list[Element]) -> Iterator[str]:
    for element in elements:
        if element.tag == "img" and "alt" not in element.attrib:
            yield f"img {element.get('src')!r} has no alt"


def _tables(_root: Element, elements: list[Element]) -> Iterator[str]:
    for table in elements:
        if table.tag == "table":
            heads = list(table.iter("th"))
            if not heads:
                yield "a table has no headers"
            if any(head.get("scope") is None for head in heads):
                yield "a table has headers without scope"


def _policy(_root: Element, elements: list[Element]) -> Iterator[str]:
    # The Content-Security-Policy would drop these without a word.
    for element in elements:
        if "style" in element.attrib or element.tag == "style":
            yield f"inline style at {element.tag}"
        if any(attribute.startswith("on") for attribute in element.attrib):
            yield f"inline script at {element.tag}"
        inline = element.tag == "script" and not element.get("src")
        if inline and element.get("type") not in _DATA_SCRIPTS:
            yield "inline script"
        for attribute in ("src", "href"):
            foreign = element.get(attribute, "").startswith(("http:", "https:", "//", "data:"))
            if foreign and element.tag in ("script", "link", "img", "iframe"):
                yield f"{element.tag} from elsewhere: {element.get(attribute)!r}"


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
