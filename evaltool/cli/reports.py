"""The report command: from a file of answers to documents and data."""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, time
from functools import partial
from pathlib import Path

from evaltool.catalogue import Catalogue
from evaltool.cli.output import SOUND, WRONG_USAGE, refuse, write_all
from evaltool.cli.terminal import report_text
from evaltool.domain.document import Document
from evaltool.domain.language import Texts
from evaltool.domain.library import Library
from evaltool.domain.output import report_json
from evaltool.domain.plan import PlannedAction
from evaltool.domain.report import Report
from evaltool.domain.reporting import build

Make = Callable[[], bytes]


def report(catalogue: Catalogue, document: Document, options: argparse.Namespace) -> int:
    """Write what is asked for, all of it or nothing; asked for nothing, print a summary.

    Returns the exit status.
    """
    t = catalogue.in_language(options.lang)
    library = catalogue.library(options.lang)
    known = [str(form.minutes) for form in catalogue.meetings]
    if str(options.minutes) not in known:
        message = t("cli.no_meeting", minutes=options.minutes, known=", ".join(known))
        return refuse(message, status=WRONG_USAGE)
    made = build(library, document)
    wanted = [*_wanted(made, library, options), *_calendar(document, t, options)]
    clashes = list(_clashes([path for path, _ in wanted], options.answers, t))
    if clashes:
        return refuse(*clashes)
    if not wanted:
        print(report_text(made, t))
        return SOUND
    return write_all({path: make() for path, make in wanted}, t)


def _clashes(paths: Sequence[Path], answers: str, t: Texts) -> Iterator[str]:
    """What would be written over: the file of answers, or a file by another option."""
    taken = set() if answers == "-" else {Path(answers).resolve()}
    own = frozenset(taken)
    for path in paths:
        resolved = path.resolve()
        if resolved in taken:
            key = "cli.output_is_input" if resolved in own else "cli.same_output"
            yield t(key, path=path)
        taken.add(resolved)


def _calendar(
    document: Document, t: Texts, options: argparse.Namespace
) -> Iterator[tuple[Path, Make]]:
    """The dates of the action plan; a file knows no moments, so its day stands for them."""
    if options.ics is None:
        return
    from evaltool.exports import action_calendar

    municipality = document.municipality
    midnight = datetime.combine(document.day, time.min, UTC)
    plan = [
        PlannedAction(f"{municipality.nis_code}-{number}", 1, action, midnight)
        for number, action in enumerate(document.actions, start=1)
    ]
    yield options.ics, lambda: action_calendar(plan, municipality, t)


def _wanted(
    made: Report, library: Library, options: argparse.Namespace
) -> Iterator[tuple[Path, Make]]:
    """The files asked for, each with what makes it; what none asks for is not imported."""
    t = library.texts
    if options.json is not None:
        text = json.dumps(report_json(made), ensure_ascii=False, indent=2) + "\n"
        yield options.json, lambda: text.encode("utf-8")
    if any(o is not None for o in (options.pdf, options.summary, options.meeting, options.intake)):
        yield from _documents(made, library, options, t)
    if options.xlsx is not None or options.csv is not None:
        yield from _data(made, library, options)


def _documents(
    made: Report, library: Library, options: argparse.Namespace, t: Texts
) -> Iterator[tuple[Path, Make]]:
    from evaltool.domain.intake import intake_sheet
    from evaltool.domain.meeting import meeting_sheet
    from evaltool.pdf import feedback_report, intake_document, meeting_document, summary_document

    if options.pdf is not None:
        yield options.pdf, lambda: feedback_report(made, t)
    if options.summary is not None:
        yield options.summary, lambda: summary_document(made, t)
    if options.meeting is not None:
        form = next(form for form in library.meetings if form.minutes == options.minutes)
        yield options.meeting, lambda: meeting_document(meeting_sheet(made, form, t), made, t)
    if options.intake is not None:
        yield options.intake, lambda: intake_document(intake_sheet(made, t), made, t)


def _data(
    made: Report, library: Library, options: argparse.Namespace
) -> Iterator[tuple[Path, Make]]:
    from evaltool.exports import SHEETS, sheet_csv, workbook

    sheets = {name: make(made, library) for name, make in SHEETS.items()}
    if options.xlsx is not None:
        everything = list(sheets.values())
        yield options.xlsx, lambda: workbook(everything, made.title, made.language)
    if options.csv is not None:
        for name, sheet in sheets.items():
            yield options.csv / f"{name}.csv", partial(sheet_csv, sheet)
