"""Charts as they were drawn last: a page that is looked at again does not draw them again."""

from functools import lru_cache

from evaltool.charts import inline_svg
from evaltool.domain.pictures import Chart

KEPT = 128
"""Most charts that are kept: those of some six evaluations, in about 2 MiB."""


@lru_cache(maxsize=KEPT)
def drawn(chart: Chart) -> str:
    """The chart as an ``<svg>`` element.

    It is kept under the chart itself. That holds every figure and every word of the picture, in
    its language, so that what is drawn otherwise is another chart: what is kept cannot be stale.
    The one that was asked for longest ago makes room for a new one.
    """
    return inline_svg(chart)
