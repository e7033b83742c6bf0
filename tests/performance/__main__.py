"""Prints the table: ``python -m tests.performance [--quick] [--turns N] [--clock cpu] [ROW ...]``.

Goals that are amounts of time hold on an idle machine; ratios hold on any.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.performance import (
    coaching,
    documents,
    growth,
    hosted,
    load,
    municipalities,
    pages,
    starting,
)
from tests.performance.measuring import CLOCKS, Settings
from tests.performance.table import Row, circumstances, table

ROWS: Mapping[str, Callable[[Settings], Iterator[Row]]] = {
    "section": pages.section,
    "save": pages.save,
    "results": pages.results,
    "report": documents.report,
    "first": starting.first_report,
    "start": starting.start,
    "rate": load.rate,
    "memory": load.memory,
    "municipalities": municipalities.every,
    "growth": growth.growth,
    "coaching": coaching.overview,
    "hosted": hosted.hosted,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the rows that are asked for: 0 if all goals are met, 1 if one is not."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.performance",
        description="Measure how fast the tool is and how much memory it takes.",
    )
    parser.add_argument("rows", metavar="ROW", nargs="*", help=f"by default all: {', '.join(ROWS)}")
    parser.add_argument("--quick", action="store_true", help="the short form, with rough figures")
    parser.add_argument("--turns", type=int, help="turns of each side, at least 5 (default: 7)")
    parser.add_argument(
        "--clock",
        choices=sorted(CLOCKS),
        default="wall",
        help="time that passes, or that of the processor alone (default: wall)",
    )
    options = parser.parse_args(arguments)
    unknown = [name for name in options.rows if name not in ROWS]
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    turns = options.turns or (5 if options.quick else 7)
    if turns < 5:
        parser.error("fewer than 5 turns say nothing of the spread")
    settings = Settings(turns=turns, quick=options.quick, clock=options.clock)
    rows: list[Row] = []

    def measured() -> Iterator[Row]:
        for name in options.rows or ROWS:
            for row in ROWS[name](settings):
                rows.append(row)
                yield row

    print(f"{circumstances(settings)}\n", flush=True)
    for line in table(measured()):
        print(line, flush=True)
    return int(any(row.met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
