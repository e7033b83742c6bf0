"""The part of the report on where members of the LIVC-R see it differently."""

from collections.abc import Iterator

from reportlab.platypus import Flowable

from evaltool.domain.language import Texts
from evaltool.domain.report import Report
from evaltool.domain.supplements import DifferenceView
from evaltool.pdf.blocks import together
from evaltool.pdf.paragraphs import Heading, Tagged
from evaltool.pdf.styles import TEXT_WIDTH
from evaltool.pdf.tables import data_table


def differences_part(report: Report, t: Texts) -> Iterator[Flowable]:
    """What stands under the heading: each question they differ on, and how many agree."""
    for difference in report.first_differing:
        yield _difference(difference, t)
    if more := len(report.differing) - len(report.first_differing):
        values = {} if more == 1 else {"number": more}
        yield Tagged(t(f"consensus.report_more{'_one' if more == 1 else ''}", **values))
    if report.agreeing:
        key = "report_agreed_one" if report.agreeing == 1 else "report_agreed"
        values = {} if report.agreeing == 1 else {"number": report.agreeing}
        yield Tagged(t(f"consensus.{key}", **values))


def _difference(difference: DifferenceView, t: Texts) -> Flowable:
    head = (t("consensus.answer"), t("consensus.by_whom"))
    rows = [(stance.label, ", ".join(stance.who)) for stance in difference.stances]
    common = "; ".join(difference.common) or t("consensus.no_common")
    parts: list[Flowable] = [
        Heading(difference.text, 2),
        data_table(head, rows, [TEXT_WIDTH * share for share in (0.5, 0.5)]),
        Tagged(f"{difference.common_label}: {common}"),
    ]
    if difference.reason:
        parts.append(Tagged(f"{t('consensus.reason')}: {difference.reason}"))
    if difference.survey:
        parts.append(Tagged(" ".join(difference.survey), "source"))
    return together(*parts)
