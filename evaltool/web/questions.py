"""A page of questions, as its template gets it."""

from collections.abc import Mapping

from evaltool.domain.answers import Answers, rankable, without_dangling
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.language import listing
from evaltool.domain.personal_data import suspicions
from evaltool.domain.questionnaire import Kind
from evaltool.domain.validation import Problem
from evaltool.domain.wording import Wording
from evaltool.store import digest_of
from evaltool.web.carrying import marks_on, shown_as_still
from evaltool.web.context import municipality_of, services, texts
from evaltool.web.forms import Submission
from evaltool.web.pages import Message, SectionPage
from evaltool.web.rendering import messages, moment_text
from evaltool.web.walk import Stop, tasks


def wording() -> Wording:
    """The words of this request's language."""
    held = services().catalogue
    return Wording(texts(), held.questionnaire, services().register.clusters)


def base_of(here: Stop, answers: Answers) -> str:
    """What a page shows of ``answers``, in short: a form carries what it started from.

    What a page leaves out (the rank of what is not ticked now) is left out here too. When it is
    shown again, it is not what the form started from.
    """
    questionnaire = services().catalogue.questionnaire
    return digest_of(without_dangling(questionnaire, answers).part(here.questions))


def section_page(
    evaluation: Evaluation,
    here: Stop,
    answers: Answers,
    errors: Mapping[str, str] | None = None,
    invalid: Mapping[str, str] | None = None,
    sent: Submission | None = None,
    note: str = "",
) -> SectionPage:
    """The page, with what is held for its questions and what is wrong with it.

    ``answers`` are shown in the fields; ``errors`` are sentences by question and ``invalid`` the
    fields they are about; ``sent`` is a form that comes back and still starts from what it
    started from, by default from what is kept now; ``note`` is a sentence on top.
    """
    questionnaire = services().catalogue.questionnaire
    words = wording()
    t = texts()
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
        messages=(*extra, *messages(errors or {}, invalid)),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        stop=here,
        answers=answers,
        version=known if sent is None else sent.version,
        base=base_of(here, evaluation.answers) if sent is None else sent.base,
        tasks=tasks(questionnaire, evaluation.answers, evaluation.only),
        saved=moment_text(evaluation.changed_at) if known else "",
        errors=errors or {},
        invalid=frozenset((invalid or {}).values()),
        warnings={q.id: warning(answers, q.id) for q in here.questions},
        rankable=ranked,
        routes={q.id: words.route(q) for q in here.questions if q.id in here.conditional},
        questions=questionnaire.by_id,
        dont_know=questionnaire.dont_know,
        marks=marks_on(evaluation, here, as_sent=sent is not None),
        still=shown_as_still(evaluation, here, as_sent=sent is not None),
    )


def field_at_fault(problem: Problem) -> str:
    """The id of the field that a problem on a page is about: a text, or the question itself."""
    match problem.code:
        case "note_too_long":
            return f"field-note-{problem.where}"
        case "other_text_too_long":
            return f"other-{problem.where}"
        case _:
            return problem.where


def kinds_of(*written: str) -> str:
    """The kinds of personal data that texts seem to hold, in words; empty where none do."""
    t = texts()
    found = dict.fromkeys(kind for text in written for kind in suspicions(text))
    return listing([t(f"warning.kind.{kind}") for kind in found], t("report.and"))


def warned(*written: str) -> str:
    """What to say where texts seem to hold personal data; empty where none do."""
    kinds = kinds_of(*written)
    return texts()("warning.here", kinds=kinds) if kinds else ""


def suspected(answers: Answers, question: str) -> str:
    """The kinds of personal data that note and text at a question seem to hold, in words."""
    return kinds_of(answers.notes.get(question, ""), answers.other_text.get(question, ""))


def warning(answers: Answers, question: str) -> str:
    """What to say at a question whose texts seem to hold personal data; empty where none do."""
    return warned(answers.notes.get(question, ""), answers.other_text.get(question, ""))
