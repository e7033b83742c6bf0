"""When two save the same page of questions: whether they did, and the page where one chooses."""

from collections.abc import Mapping

from flask import Response, request

from evaltool.domain.answers import Answers, differences
from evaltool.domain.evaluation import Evaluation
from evaltool.web.context import municipality_of, texts
from evaltool.web.forms import Submission
from evaltool.web.pages import ConflictPage, ConflictRow
from evaltool.web.questions import base_of, wording
from evaltool.web.rendering import messages, render
from evaltool.web.walk import Stop

KEEP = "keep:"


def changed(evaluation: Evaluation, here: Stop, sent: Submission) -> bool:
    """Whether what is kept for these questions may differ from what the form started from.

    The version goes up with every page of the section: from an older one nobody changed these
    questions as long as they hold what they held. The other way round, an answer elsewhere can
    bring up a question that the form did not show, while the version stays the same.
    """
    now = evaluation.versions.get(here.section.id, 0)
    if not sent.base:
        return sent.version != now
    return not 0 <= sent.version <= now or sent.base != base_of(here, evaluation.answers)


def conflict_page(
    current: Evaluation,
    here: Stop,
    mine: Answers,
    errors: Mapping[str, str] | None = None,
    kept: Mapping[str, str] | None = None,
) -> Response:
    """Both versions of what differs, to choose from; ``kept`` are choices made so far."""
    words = wording()
    rows = tuple(
        ConflictRow(
            question=question,
            mine=words.answer(question, mine),
            my_note=mine.notes.get(question.id, ""),
            saved=words.answer(question, current.answers),
            saved_note=current.answers.notes.get(question.id, ""),
        )
        for question in differences(mine, current.answers, here.questions)
    )
    left_out = ("csrf_token", "version", "base", "later", "resolve")
    typed = tuple(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in left_out and not name.startswith(KEEP)
    )
    page = ConflictPage(
        title=texts()("conflict.title"),
        messages=messages(errors or {}),
        evaluation=current,
        municipality=municipality_of(current),
        stop=here,
        version=current.versions.get(here.section.id, 0),
        base=base_of(here, current.answers),
        rows=rows,
        typed=typed,
        kept=kept or {},
        errors=errors or {},
    )
    return render(page, 409)
