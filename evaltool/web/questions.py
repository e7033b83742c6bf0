"""A page of questions, as its template gets it."""

from collections.abc import Mapping

from evaltool.domain.answers import Answers, rankable
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.personal_data import suspicions
from evaltool.domain.questionnaire import Kind
from evaltool.domain.wording import Wording
from evaltool.web.context import municipality_of, services, texts
from evaltool.web.pages import Message, SectionPage
from evaltool.web.rendering import messages, moment_text
from evaltool.web.walk import Stop, neighbours, tasks


def wording() -> Wording:
    """The words of this request's language."""
    held = services().catalogue
    return Wording(texts(), held.questionnaire, held.register.clusters)


def section_page(
    evaluation: Evaluation,
    here: Stop,
    answers: Answers,
    errors: Mapping[str, str] | None = None,
    version: int | None = None,
    note: str = "",
) -> SectionPage:
    """The page, with what is held for its questions and what is wrong with it.

    ``answers`` are shown in the fields; ``version`` is the one the form starts from, by default
    the one kept now; ``note`` is a sentence on top.
    """
    questionnaire = services().catalogue.questionnaire
    words = wording()
    t = texts()
    previous, _ = neighbours(questionnaire, evaluation.answers, here)
    rankings = [q for q in here.questions if q.kind is Kind.RANKING]
    ranked = tuple(
        (item, words.option(*item.split(":", 1)))
        for question in rankings
        for item in rankable(questionnaire, question, answers)
    )
    title = t.of(here.section.title)
    extra = (Message(note),) if note else ()
    known = evaluation.versions.get(here.section.id, 0)
    return SectionPage(
        title=t("section.title_error", title=title) if errors else title,
        messages=(*extra, *messages(errors or {})),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        stop=here,
        answers=answers,
        version=known if version is None else version,
        tasks=tasks(questionnaire, evaluation.answers),
        previous=previous,
        saved=moment_text(evaluation.changed_at) if known else "",
        errors=errors or {},
        warnings={
            q.id: tuple(t(f"warning.kind.{kind}") for kind in suspected(answers, q.id))
            for q in here.questions
        },
        rankable=ranked,
        routes={q.id: words.route(q) for q in here.questions if q.id in here.conditional},
        questions=questionnaire.by_id,
        dont_know=questionnaire.dont_know,
    )


def suspected(answers: Answers, question: str) -> tuple[str, ...]:
    """The kinds of personal data that note and text at a question seem to hold."""
    texts_given = (answers.notes.get(question, ""), answers.other_text.get(question, ""))
    return suspicions("\n".join(texts_given))
