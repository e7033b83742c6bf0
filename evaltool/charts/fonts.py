"""The one typeface of drawings and documents, from an installed package."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

REGULAR = "FiraSans"
BOLD = "FiraSans-Bold"
ITALIC = "FiraSans-Italic"

_FILES = {
    REGULAR: "FiraSans-Regular.ttf",
    BOLD: "FiraSans-SemiBold.ttf",
    ITALIC: "FiraSans-Italic.ttf",
}


def _folder() -> Path:
    spec = find_spec("fontpkg_fira_sans")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the package fontpkg-fira-sans is not installed")
    return Path(spec.origin).parent / "files"


_READING = Lock()
"""Several first pages at once would each read the fonts, and keep the memory of it."""


def register_fonts() -> None:
    """Make Fira Sans known to reportlab, and its default everywhere.

    Without the defaults reportlab falls back to Helvetica, which it does not embed.

    Raises:
        ModuleNotFoundError: the font package is not installed.
    """
    with _READING:
        _register()


@lru_cache(maxsize=1)
def _register() -> None:
    # Here, so that whoever asks for a name of a font alone does not wait for reportlab.
    from reportlab import rl_config
    from reportlab.graphics import shapes
    from reportlab.pdfbase import pdfmetrics

    from evaltool.charts.measured_font import MeasuredFont

    folder = _folder()
    for name, file in _FILES.items():
        pdfmetrics.registerFont(MeasuredFont(name, folder / file))
    pdfmetrics.registerFontFamily(
        REGULAR, normal=REGULAR, bold=BOLD, italic=ITALIC, boldItalic=BOLD
    )
    rl_config.canvas_basefontname = REGULAR
    # Streams as bytes: as text (ASCII 85) they are a quarter larger.
    rl_config.useA85 = 0
    shapes.STATE_DEFAULTS["fontName"] = REGULAR
