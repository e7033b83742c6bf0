"""A QR code as an inline SVG picture, for a code app to scan."""

from xml.sax.saxutils import escape

from reportlab.graphics.barcode.qr import QrCodeWidget

_QUIET = 4
"""Modules of white around it, as the standard asks."""


def qr_svg(text: str, label: str) -> str:
    """The picture of a text; ``label`` says to who cannot see it what it is."""
    code = QrCodeWidget(text, barLevel="M").qr
    code.make()
    side = code.getModuleCount()
    squares = "".join(
        f"M{column + _QUIET} {row + _QUIET}h1v1h-1z"
        for row in range(side)
        for column in range(side)
        if code.isDark(row, column)
    )
    size = side + 2 * _QUIET
    return (
        f'<svg class="qr" role="img" viewBox="0 0 {size} {size}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(label)}</title>"
        f'<rect width="{size}" height="{size}" fill="#ffffff"/>'
        f'<path d="{squares}" fill="#000000"/></svg>'
    )
