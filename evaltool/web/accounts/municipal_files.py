"""The files in which a municipality takes all of its data along, and what each of them is."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from evaltool.domain.composing import Sources, minutes_text, sheet_of
from evaltool.domain.document import document_of, write
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.language import Language, Texts, date_text
from evaltool.domain.municipality import Municipality
from evaltool.domain.personal_export import account_row, coaching_rows, consent_rows, log_rows
from evaltool.domain.wording import Wording
from evaltool.pdf import feedback_report
from evaltool.web.context import services, texts
from evaltool.web.differing import supplement_of
from evaltool.web.files import file_name
from evaltool.web.meeting_sources import minutes_on
from evaltool.web.reports import report_of

READ_ME: Mapping[Language, str] = {"nl": "LEESMIJ.txt", "en": "README.txt"}
"""What the file is called that says what the others are."""


@dataclass(frozen=True)
class TakenFile:
    """A file, and what it is: the text ``data_files.<kind>``.

    ``of`` is the evaluation it belongs to; ``number`` counts those of one kind, ``member`` is the
    code of the member of the LIVC-R whose view it is.
    """

    name: str
    content: str | bytes
    kind: str
    of: Evaluation | None = None
    number: int = 0
    member: str = ""

    def told(self, t: Texts, words: Wording) -> str:
        """What it is, in a sentence."""
        return t(
            f"data_files.{self.kind}",
            day="" if self.of is None else date_text(self.of.day, t.language),
            number=self.number,
            member=words.member(self.member) if self.member else "",
        )


def zipped(municipality: Municipality) -> bytes:
    """All that is kept of a municipality, in one file."""
    files = tuple(_files(municipality))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for language, name in READ_ME.items():
            words = services().catalogue.in_language(language)
            archive.writestr(name, _read_me(municipality, files, words))
        for file in files:
            archive.writestr(file.name, file.content)
    return held.getvalue()


def _read_me(municipality: Municipality, files: tuple[TakenFile, ...], t: Texts) -> str:
    """Which file is what, as text that any program shows."""
    held = services()
    words = Wording(t, held.catalogue.questionnaire, held.register.clusters)
    moment = date_text(held.now().astimezone().date(), t.language)
    lines = [
        t("data_files.title", municipality=municipality.name, day=moment),
        "",
        t("data_files.begin"),
        t("data_files.json"),
        t("data_files.left_out"),
        "",
    ]
    for file in files:
        lines += [file.name, f"    {file.told(t, words)}"]
    # As programs on Windows want their lines to end.
    return "\r\n".join([*lines, ""])


def _files(municipality: Municipality) -> Iterator[TakenFile]:
    held, code = services(), municipality.nis_code
    for evaluation in held.evaluations.listing([code]):
        yield from _files_of(evaluation, municipality)
    accounts = [account_row(found) for found in held.store.accounts.listing(nis_code=code)]
    coaches = consent_rows(held.store.consents.of_municipality(code))
    for kind, rows in (
        ("accounts", accounts),
        ("coaches", coaches),
        ("coaching", coaching_rows(held.store.coaching.shared_with(code))),
        ("log", log_rows(reversed(held.store.audit.of_municipality(code)))),
    ):
        yield TakenFile(f"{kind}.json", json.dumps(rows, ensure_ascii=False, indent=2), kind)


def _files_of(evaluation: Evaluation, municipality: Municipality) -> Iterator[TakenFile]:
    """An evaluation, its reports and the views on it as files of answers; the last to read too."""
    held = services()
    actions = [planned.action for planned in held.plans.of(evaluation.id)]
    questionnaire = held.catalogue.questionnaire
    name = f"{file_name(evaluation)}-{evaluation.id[:6]}"
    document = document_of(evaluation, municipality, actions)
    yield TakenFile(f"{name}.json", write(document, questionnaire), "answers", evaluation)
    snapshots = held.evaluations.snapshots(evaluation.id)
    if snapshots and snapshots[-1].evaluation.edition == questionnaire.edition:
        report = report_of(snapshots[-1].evaluation, snapshots[-1].supplement)
        pdf = feedback_report(report, texts())
        yield TakenFile(f"{name}-report.pdf", pdf, "report", evaluation)
    for snapshot in snapshots:
        content = write(document_of(snapshot.evaluation, municipality), questionnaire)
        path = f"{name}-report-{snapshot.number}.json"
        yield TakenFile(path, content, "reported", evaluation, snapshot.number)
    yield from _views_of(evaluation, municipality, name)
    for number, meeting in enumerate(held.store.meetings.of(evaluation.id), start=1):
        # Without the report: one of another edition cannot be built.
        sheet = sheet_of(meeting, Sources(municipality.name, None), texts())
        told = minutes_text(minutes_on(meeting, sheet), texts())
        yield TakenFile(f"{name}-meeting-{number}.txt", told, "meeting", evaluation, number)


def _views_of(evaluation: Evaluation, municipality: Municipality, name: str) -> Iterator[TakenFile]:
    """What members answered, as far as it is shown on pages: no notes, no open views."""
    held = services()
    if evaluation.edition != held.catalogue.questionnaire.edition:
        # What may be shown of it is no longer known.
        return
    given = {view.id: view for view in held.evaluations.views_of(evaluation.id)}
    for number, voice in enumerate(supplement_of(evaluation).voices, start=1):
        shown = replace(given[voice.view], answers=voice.answers)
        yield TakenFile(
            f"{name}-view-{number}-{voice.discipline}.json",
            write(document_of(shown, municipality), held.catalogue.questionnaire),
            "view",
            evaluation,
            number,
            voice.discipline,
        )
