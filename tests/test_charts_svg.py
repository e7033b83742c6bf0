"""Charts in a page: the drawing as SVG, sound in HTML and legible in any typeface."""

import re
from itertools import combinations
from xml.etree import ElementTree

import html5lib
import pytest
from playwright.sync_api import Browser
from reportlab.graphics.shapes import String

from evaltool.catalogue import Catalogue
from evaltool.charts import chart_drawing, inline_svg
from tests.factories import a_chart, a_row
from tests.test_charts import LEGEND, PAPER_WIDTH, longest, overlap

SVG = "{http://www.w3.org/2000/svg}"


def test_the_svg_is_named_described_and_escaped() -> None:
    row = a_row("<b>A & B</b> “\"'”", share=0.5)
    svg = inline_svg(a_chart(row, title="Tom & Jerry <3", alt="A < B & C", id_="x-1"))
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert (root.get("role"), root.get("class")) == ("img", "chart")
    assert "width" not in root.attrib
    assert "height" not in root.attrib
    assert re.fullmatch(r"0 0 340 \d+(\.\d+)?", root.get("viewBox", ""))
    title, desc = root[0], root[1]
    assert (title.tag, title.text) == (f"{SVG}title", "Tom & Jerry <3")
    assert (desc.tag, desc.text) == (f"{SVG}desc", "A < B & C")
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == desc.get("id")
    assert "<b>A & B</b> “\"'”" in [element.text for element in root.iter(f"{SVG}text")]


def test_charts_together_are_strict_html_without_style_script_or_clash(
    catalogue: Catalogue,
) -> None:
    dots = a_chart(a_row("Ja", count=2, n=3, chosen=True), id_="dots", legend=(("dots", "een"),))
    svgs = [inline_svg(longest(catalogue, 18)), inline_svg(dots)]
    page = f"<!DOCTYPE html><title>x</title><body>{''.join(svgs)}"
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    elements = [e for e in parser.parse(page).iter() if isinstance(e.tag, str)]
    tags = [e.tag.rpartition("}")[2] for e in elements]
    assert tags.count("svg") == 2
    assert set(tags) <= {
        *("html", "head", "title", "body"),
        *("svg", "desc", "text", "rect", "path", "circle", "polygon"),
    }
    attributes = {name for e in elements for name in e.attrib}
    assert not {name for name in attributes if name == "style" or name.startswith("on")}
    ids = [e.get("id") for e in elements if "id" in e.attrib]
    assert len(ids) == len(set(ids)) == 4


def test_page_and_paper_show_the_same_rows() -> None:
    rows = (a_row("Nee", share=0.4, count=2, n=5), a_row("Ja", share=0.6, count=3, n=5))
    chart = a_chart(*rows)
    svg = ElementTree.fromstring(inline_svg(chart))
    shown = {element.text for element in svg.iter(f"{SVG}text")}
    drawn = {s.text for s in chart_drawing(chart, PAPER_WIDTH).contents if isinstance(s, String)}
    assert shown == drawn
    assert {row.figure for row in rows} <= shown


_MEASURE = """svg => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].map(t => {
    const b = t.getBoundingClientRect();
    const [left, right] = [b.left - frame.left, b.right - frame.left];
    return [left, frame.bottom - b.bottom, right, frame.bottom - b.top];
  });
}"""


@pytest.mark.parametrize("screen", [360, 900])
def test_in_a_browser_with_a_wider_typeface_words_stay_apart(
    catalogue: Catalogue, chromium: Browser, screen: int
) -> None:
    unpublished = (a_row("Burgemeester", share=0.39, chosen=True), a_row("Ander", share=0.12))
    charts = [longest(catalogue, 24), a_chart(*unpublished, you="you", legend=LEGEND, id_="b")]
    page = chromium.new_context(viewport={"width": screen, "height": 800}).new_page()
    page.set_content(
        "<style>body { margin: 16px; font-family: 'DejaVu Sans', Verdana, sans-serif }"
        "svg { display: block; width: 100%; max-width: 40rem }</style>"
        + "".join(inline_svg(chart) for chart in charts)
    )
    for number in range(len(charts)):
        svg = page.locator("svg").nth(number)
        frame = svg.bounding_box()
        assert frame is not None
        boxes = [_inner(*edges) for edges in svg.evaluate(_MEASURE)]
        assert len(boxes) > 6
        assert all(left >= -0.5 and right <= frame["width"] + 0.5 for left, _, right, _ in boxes)
        assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]


def _inner(
    left: float, bottom: float, right: float, top: float
) -> tuple[float, float, float, float]:
    """The box without the leading that a browser counts to a line of text."""
    spare = 0.2 * (top - bottom)
    return left, bottom + spare, right, top - spare
