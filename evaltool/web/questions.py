"""A page of questions, as its template gets it."""

from collections.abc import Mapping

from evaltool.domain.answers import Answers, rankable, trend_options, without_dangling
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.language import listing
from evaltool.domain.personal_data import suspicions
from evaltool.domain.questionnaire import Kind, Question
from evaltool.domain.validation import Problem
from evaltool.domain.wording import Wording
from evaltool.store import digest_of
from evaltool.web.carrying import Mark, marks_on, shown_as_still
from evaltool.web.context import municipality_of, services, texts
from evaltool.web.forms import Submission
from evaltool.web.pages import Held, Message, QuestionView, SectionPage
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
    shown = without_dangling(questionnaire, answers, here.questions)
    return digest_of(shown.part(here.questions))


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
    t = texts()
    marks = marks_on(evaluation, here, as_sent=sent is not None)
    title = t.of(here.section.title)
    extra = (Message(note),) if note else ()
    known = evaluation.versions.get(here.section.id, 0)
    return SectionPage(
        title=t("section.title_error", title=title) if errors else title,
        messages=(*extra, *messages(errors or {}, invalid)),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        stop=here,
        questions=tuple(
            question_view(
                question,
                answers,
                conditional=question.id in here.conditional,
                error=(errors or {}).get(question.id, ""),
                wrong=(invalid or {}).get(question.id, ""),
                mark=marks.get(question.id),
            )
            for question in here.questions
        ),
        version=known if sent is None else sent.version,
        base=base_of(here, evaluation.answers) if sent is None else sent.base,
        tasks=tasks(questionnaire, evaluation.answers, evaluation.only),
        saved=moment_text(evaluation.changed_at) if known else "",
        refused=bool(errors),
        carried=bool(marks),
        still=shown_as_still(evaluation, here, as_sent=sent is not None),
    )


def question_view(
    question: Question,
    answers: Answers,
    *,
    conditional: bool = False,
    error: str = "",
    wrong: str = "",
    mark: Mark | None = None,
) -> QuestionView:
    """A question with what ``answers`` hold for it; see there for the rest."""
    return QuestionView(
        id=question.id,
        held=_held(question, answers),
        conditional=conditional,
        choices=_choices(question, answers),
        other_text=answers.other_text.get(question.id, ""),
        note=answers.notes.get(question.id, ""),
        error=error,
        wrong=wrong,
        warning=warning(answers, question.id),
        mark=mark,
    )


def _held(question: Question, answers: Answers) -> Held:
    value = answers.values.get(question.id, ())
    return tuple(value.items()) if isinstance(value, Mapping) else value


def _choices(question: Question, answers: Answers) -> tuple[str, ...]:
    """What can be ranked, or what is asked about, as codes."""
    questionnaire = services().catalogue.questionnaire
    match question.kind:
        case Kind.RANKING:
            return rankable(questionnaire, question, answers)
        case Kind.TREND:
            return trend_options(questionnaire, question, answers)
        case _:
            return ()


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


def written_at(answers: Answers, question: str) -> tuple[str, str]:
    """Note and text at a question, each empty where there is none."""
    return answers.notes.get(question, ""), answers.other_text.get(question, "")


def warning(answers: Answers, question: str) -> str:
    """What to say at a question whose texts seem to hold personal data; empty where none do."""
    return warned(*written_at(answers, question))
