"""The colours of charts and documents."""

from reportlab.lib.colors import HexColor

INK = HexColor("#1b2730")
QUIET = HexColor("#4a5a66")
OUTLINE = HexColor("#6b7b87")
PEERS = HexColor("#a9bdc8")
LINE = HexColor("#c9d3da")
WASH = HexColor("#f3f6f8")
PAPER = HexColor("#ffffff")
ACCENT = HexColor("#0b5468")
