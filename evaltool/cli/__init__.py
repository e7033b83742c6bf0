"""The commands. What a command needs is loaded when it runs, so that ``--help`` is quick."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evaltool import __version__
from evaltool.cli import backups, demo, hosted_commands, retention
from evaltool.cli.output import REFUSED, SOUND, reason, refuse, write_all

if TYPE_CHECKING:
    from evaltool.catalogue import Catalogue
    from evaltool.domain.document import Document
    from evaltool.domain.language import Texts
    from evaltool.domain.validation import Problem


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: 0 on success, 1 on refused input; wrong usage exits with 2."""
    parser = _parser()
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    _use_utf8()
    try:
        return run(options)
    except BrokenPipeError:
        # Whoever read us (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SOUND


def _use_utf8() -> None:
    """Write UTF-8 whatever the terminal's code page; what it cannot show does not stop us."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evaltool",
        description="Self-evaluation of the LIVC-R for Flemish municipalities, beside the "
        "VVSG survey of 2020.",
        epilog="Exit status: 0 success, 1 refused input (every problem on standard error), "
        "2 wrong usage.",
    )
    parser.add_argument("--version", action="version", version=f"evaltool {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], int], summary: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=summary, description=summary)
        added.set_defaults(run=run)
        added.add_argument(
            "--lang",
            choices=("nl", "en"),
            default="nl",
            help="language of report and messages (default: nl)",
        )
        return added

    serve = command("serve", _serve, "Serve the tool to this machine's browser.")
    serve.add_argument("--host", help="loopback address (default: 127.0.0.1)")
    serve.add_argument("--port", type=_port, help="port, 0 for any (default: 5000)")
    serve.add_argument("--instance", type=Path, help="folder of the database and secret key")

    command("check", _check, "Check questionnaire, rules, survey data and register.")

    report = command("report", _report, "Make the report on a file of answers.")
    report.add_argument("answers", metavar="ANSWERS.json", help="answers; - for standard input")
    report.add_argument("--pdf", type=Path, metavar="OUT.pdf", help="write the report as PDF")
    report.add_argument("--json", type=Path, metavar="OUT.json", help="write the figures as JSON")
    report.add_argument("--summary", type=Path, metavar="OUT.pdf", help="two pages for the mayor")
    report.add_argument("--meeting", type=Path, metavar="OUT.pdf", help="the chair's meeting sheet")
    report.add_argument(
        "--minutes", type=int, default=60, metavar="N", help="length of the meeting (default: 60)"
    )
    report.add_argument("--intake", type=Path, metavar="OUT.pdf", help="the coach's intake sheet")
    report.add_argument(
        "--xlsx", type=Path, metavar="OUT.xlsx", help="answers, comparisons and actions as workbook"
    )
    report.add_argument(
        "--csv",
        type=Path,
        metavar="FOLDER",
        help="answers, comparisons and actions as CSV files, in a folder that is there",
    )
    report.add_argument(
        "--ics", type=Path, metavar="OUT.ics", help="the dates of the action plan, for a calendar"
    )

    questionnaire = command("questionnaire", _questionnaire, "Print the questionnaire.")
    questionnaire.add_argument("--json", action="store_true", help="as JSON, in both languages")
    questionnaire.add_argument("--pdf", type=Path, metavar="OUT.pdf", help="write it as PDF")

    benchmarks = command("benchmarks", _benchmarks, "Print a table of the survey.")
    benchmarks.add_argument(
        "--table", required=True, help="its name in the report: 8, 'Tabel 8', 'Figuur 10'"
    )

    import_ = command("import", _import, "Keep files of answers as new self-evaluations.")
    import_.add_argument("answers", metavar="ANSWERS.json", nargs="+", type=Path)
    import_.add_argument("--instance", type=Path, help="folder of the database")

    export = command("export", _export, "Write kept self-evaluations as files of answers.")
    export.add_argument("ids", metavar="ID", nargs="*", help="which (default: all)")
    export.add_argument(
        "--to", type=Path, default=Path(), metavar="FOLDER", help="a folder that is there"
    )
    export.add_argument("--instance", type=Path, help="folder of the database")

    backups.declare(command, _loaded)
    hosted_commands.declare(command, serve, _loaded)
    retention.declare(command, _loaded)
    demo.declare(command, _loaded)
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number between 0 and 65535")
    return int(text)


def _loaded(options: argparse.Namespace) -> "Catalogue | None":
    """The catalogue; where it is damaged, every fault is printed and there is none."""
    from evaltool.catalogue import Faulty, loaded

    try:
        return loaded()
    except Faulty as faulty:
        refuse(*(fault.sentence(options.lang) for fault in faulty.faults))
        return None


def _serve(options: argparse.Namespace) -> int:
    from evaltool.cli.process import uncollected

    with uncollected():
        return _started(options)


def _started(options: argparse.Namespace) -> int:
    if hosted_commands.asks_for_hosting(options):
        return hosted_commands.serve(_loaded, options)
    from evaltool.cli.serving import serve

    port = 5000 if options.port is None else options.port
    return serve(options.host or "127.0.0.1", port, options.instance, options.lang)


def _check(options: argparse.Namespace) -> int:
    from evaltool.analysis import check_consistency
    from evaltool.catalogue import read
    from evaltool.paths import BENCHMARKS

    catalogue, faults = read()
    for folder in sorted(path.parent for path in BENCHMARKS.glob("*/edition.toml")):
        faults = faults + check_consistency(folder)
    if catalogue is None or faults:
        return refuse(*(fault.sentence(options.lang) for fault in faults))
    survey = catalogue.benchmark.survey
    print(
        catalogue.in_language(options.lang)(
            "check.sound",
            questions=len(catalogue.questionnaire.by_id),
            distributions=len(survey.distributions),
            tables=len(survey.tables),
            discrepancies=len(survey.discrepancies),
            municipalities=len(catalogue.register.municipalities),
            rules=len(catalogue.rulebook.rules),
            texts=len(catalogue.texts),
        )
    )
    return SOUND


def _read_document(
    catalogue: "Catalogue", name: str, options: argparse.Namespace
) -> "Document | None":
    """A file of answers; where it is refused, every problem is printed and there is none."""
    from evaltool.domain.document import read
    from evaltool.domain.validation import Refused

    t = catalogue.in_language(options.lang)
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        refuse(t("cli.no_input", path=name, reason=reason(error, t)))
        return None
    try:
        return read(raw, catalogue.questionnaire, catalogue.register)
    except Refused as refused:
        head = t("cli.refused_file", path=name)
        refuse(head, *_sentences(catalogue, t, refused.problems), t("cli.refused"))
        return None


def _sentences(catalogue: "Catalogue", t: "Texts", problems: "Sequence[Problem]") -> list[str]:
    from evaltool.domain.wording import Refusals, Wording

    wording = Wording(t, catalogue.questionnaire, catalogue.register.clusters)
    refusals = Refusals(wording, codes=True)
    return [refusals.sentence(problem) for problem in problems]


def _report(options: argparse.Namespace) -> int:
    from evaltool.cli.reports import report

    catalogue = _loaded(options)
    if catalogue is None:
        return REFUSED
    document = _read_document(catalogue, options.answers, options)
    return REFUSED if document is None else report(catalogue, document, options)


def _questionnaire(options: argparse.Namespace) -> int:
    catalogue = _loaded(options)
    if catalogue is None:
        return REFUSED
    t = catalogue.in_language(options.lang)
    if options.pdf is not None:
        from evaltool.pdf import blank_questionnaire

        pdf = blank_questionnaire(catalogue.library(options.lang))
        return write_all({options.pdf: pdf}, t)
    if options.json:
        from evaltool.domain.questionnaire_json import questionnaire_json

        held = questionnaire_json(catalogue.questionnaire)
        print(json.dumps(held, ensure_ascii=False, indent=2))
        return SOUND
    from evaltool.cli.terminal import questionnaire_text

    print(questionnaire_text(catalogue.library(options.lang)))
    return SOUND


def _benchmarks(options: argparse.Namespace) -> int:
    from evaltool.analysis import UnknownTable, table_text
    from evaltool.paths import BENCHMARKS

    catalogue = _loaded(options)
    if catalogue is None:
        return REFUSED
    t = catalogue.in_language(options.lang)
    try:
        print(table_text(BENCHMARKS / catalogue.questionnaire.survey, options.table, t))
    except UnknownTable as unknown:
        known = ", ".join(unknown.known)
        return refuse(t("benchmarks.unknown", asked=unknown.asked, known=known))
    return SOUND


def _import(options: argparse.Namespace) -> int:
    from evaltool.cli.serving import import_files

    catalogue = _loaded(options)
    if catalogue is None:
        return REFUSED
    read = [(path, _read_document(catalogue, str(path), options)) for path in options.answers]
    documents = [(path, document) for path, document in read if document is not None]
    if len(documents) < len(read):
        return REFUSED
    return import_files(catalogue, documents, options.instance, options.lang)


def _export(options: argparse.Namespace) -> int:
    from evaltool.cli.serving import export_files

    catalogue = _loaded(options)
    if catalogue is None:
        return REFUSED
    return export_files(catalogue, options.ids, options.to, options.instance, options.lang)


if __name__ == "__main__":
    sys.exit(main())
