"""Small makers of test data; every argument has a default that is valid."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from evaltool.catalogue import Catalogue
from evaltool.domain.access import Role
from evaltool.domain.answers import Answer, Answers, rankable, trend_options
from evaltool.domain.document import Document
from evaltool.domain.pictures import Chart, ChartRow
from evaltool.domain.plan import Action, ActionState
from evaltool.domain.questionnaire import DONT_KNOW, Kind, Question, Questionnaire
from evaltool.identity.oidc_identity import OidcSettings
from evaltool.web.settings import Hosted

WITH_LIVCR = {
    "livcr_tables",
    "meeting_frequency",
    "last_meeting",
    "chair",
    "ltf_link",
    "own_evaluation",
    "livcr_members",
    "statutory_members",
    "deputies",
    "missing_partners",
    "information_agreement",
    "feedback_to_reporter",
    "livcr_difficulties",
}
"""The questions that are asked where there is an LIVC-R."""


def a_row(
    label: str = "Ja",
    *,
    chosen: bool = False,
    share: float | None = None,
    count: int | None = None,
    n: int | None = None,
    interval: tuple[float, float] | None = None,
    flanders: float | None = None,
    figure: str | None = None,
) -> ChartRow:
    """A row of a chart; its figure says what is given, as reports write it."""
    parts = [] if share is None else [f"{share:.0%}".replace("%", "\N{NO-BREAK SPACE}%")]
    parts += ["basis niet gepubliceerd"] if count is None else [f"{count} van {n}"]
    written = "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}".join(parts)
    return ChartRow(
        label, chosen, share, written if figure is None else figure, count, n, interval, flanders
    )


def a_chart(
    *rows: ChartRow,
    id_: str = "livcr-presence-cluster-5",
    title: str = "15 van de 22 centrumgemeenten organiseren de LIVC-R zelf; u ook.",
    alt: str = "Ja: 15 van 22. Nee: 7 van 22.",
    you: str = "u",
    legend: tuple[tuple[str, str], ...] = (("you", "uw antwoord"), ("peers", "centrumgemeenten")),
) -> Chart:
    """A chart of these rows, with a legend of two entries and no table."""
    return Chart(id_, title, alt, rows or (a_row(),), you, legend, (), (), ())


def some_answers(
    values: Mapping[str, Answer] | None = None,
    *,
    other_text: Mapping[str, str] | None = None,
    notes: Mapping[str, str] | None = None,
    **more: Answer,
) -> Answers:
    """Answers to a few questions: ``some_answers(livcr_presence="yes_municipal")``."""
    return Answers({**(values or {}), **more}, other_text or {}, notes or {})


def a_moment(minutes: int = 0) -> datetime:
    """A moment, so many minutes after the first."""
    return datetime(2026, 11, 23, 9, 0, tzinfo=UTC) + timedelta(minutes=minutes)


def any_answers() -> st.SearchStrategy[Answers]:
    """Answers of every shape, to questions of any name: what a store must give back as it was."""
    texts = st.text(st.characters(codec="utf-8"), max_size=40)
    codes = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
    several = st.lists(codes, max_size=5).map(tuple)
    answers = st.one_of(codes, several, st.dictionaries(codes, codes, max_size=4))
    given = st.dictionaries(codes, answers, max_size=6)
    words = st.dictionaries(codes, texts, max_size=4)
    return st.builds(Answers, given, words, words)


def a_hosted(**changes: Any) -> Hosted:
    """Settings of a tool on the internet."""
    return replace(
        Hosted(
            public_url="https://evaluatie.example",
            secret_key="a key of the tests, which is long enough",
            organisation="Een organisatie",
            contact="beheer@organisatie.example",
        ),
        **changes,
    )


def a_single_sign_on(**changes: Any) -> OidcSettings:
    """What was agreed with a provider of single sign-on, by default one that does not answer."""
    return replace(
        OidcSettings(
            issuer="http://127.0.0.1:9",
            client_id="evaltool",
            client_secret="a secret of the tests",
            redirect_uri="https://evaluatie.example/single-sign-on/callback",
            post_logout_redirect_uri="https://evaluatie.example/sign-in",
            role_claim="evaltool_rol",
            roles={"preventie": Role.OFFICER, "voorzitter": Role.CHAIR},
        ),
        **changes,
    )


def a_document(**changes: object) -> dict[str, object]:
    """A file of answers that is accepted, as the mapping that its JSON holds."""
    return {
        "municipality": "24062",
        "cluster": 5,
        "date": "2026-11-23",
        "answers": {
            "livcr_presence": "yes_municipal",
            "statutory_members": ["mayor", "police_chief"],
        },
        "other_text": {},
        "notes": {"livcr_presence": "sinds 2016"},
        **changes,
    }


def a_document_of(
    catalogue: Catalogue,
    answers: Answers,
    *,
    municipality: str = "24062",
    cluster: int = 5,
    cluster_proposed: bool = False,
    actions: tuple[Action, ...] = (),
) -> Document:
    """Answers of a municipality as a document, fit for a report."""
    return Document(
        municipality=catalogue.register.municipalities[municipality],
        cluster=cluster,
        cluster_proposed=cluster_proposed,
        day=date(2026, 11, 23),
        answers=answers,
        edition=catalogue.questionnaire.edition,
        actions=actions,
    )


def an_action(title: str = "Bel de information officer", **changes: Any) -> Action:
    """An action, open and without a date unless told otherwise."""
    return Action(title, **changes)


def valid_actions() -> st.SearchStrategy[tuple[Action, ...]]:
    """Any plan of a few valid actions."""
    words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
    titles = words.filter(str.strip)
    states = st.sampled_from(ActionState)
    days = st.one_of(st.none(), st.dates())
    findings = st.one_of(st.none(), st.sampled_from(["few_cases", "ltf_no", "no_longer_there"]))
    one = st.builds(Action, titles, findings, st.one_of(st.just(""), words), days, states, words)
    return st.lists(one, max_size=4).map(tuple)


def all_answers(questionnaire: Questionnaire) -> Answers:
    """Every question answered, with as many options as there can be."""
    values: dict[str, Answer] = {}
    for question in questionnaire:
        match question.kind:
            case Kind.SINGLE:
                values[question.id] = question.options[0].id
            case Kind.MULTI:
                values[question.id] = tuple(o.id for o in question.options if not o.exclusive)
            case Kind.TREND:
                source = questionnaire.by_id[question.sources[0]]
                values[question.id] = {o.id: question.options[0].id for o in source.options}
            case Kind.RANKING:
                possible = list(questionnaire.ranked_options(question))
                values[question.id] = tuple(possible[: question.at_most])
    others = {q.id: "iets anders" for q in questionnaire if q.has_other}
    notes = {q.id: f"Toelichting bij {q.id}." for q in questionnaire}
    return Answers(values, others, notes)


def valid_answers(questionnaire: Questionnaire) -> st.SearchStrategy[Answers]:
    """Any valid set of answers, from none at all to all of them."""

    def one(question: Question) -> st.SearchStrategy[Answer | None]:
        codes = [option.id for option in question.options]
        free = [code for code in codes if code not in question.exclusive]
        if question.kind is Kind.SINGLE:
            return st.sampled_from([None, *codes, DONT_KNOW])
        several = st.lists(st.sampled_from(free), unique=True, min_size=1).map(tuple)
        alone = st.sampled_from([(code,) for code in sorted(question.exclusive)])
        return st.one_of(st.none(), several, alone)

    plain = [q for q in questionnaire if q.kind in (Kind.SINGLE, Kind.MULTI)]
    # A text of nothing but spaces is no text.
    texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(str.strip)
    notes = st.dictionaries(st.sampled_from([q.id for q in questionnaire]), texts, max_size=3)

    @st.composite
    def build(draw: st.DrawFn) -> Answers:
        drawn = {q.id: draw(one(q)) for q in plain}
        values: dict[str, Answer] = {id_: v for id_, v in drawn.items() if v is not None}
        answers = Answers(values, {}, draw(notes))
        for question in questionnaire:
            if question.kind is Kind.TREND:
                forms = trend_options(questionnaire, question, answers)
                trends = [*(option.id for option in question.options), DONT_KNOW]
                given = {form: draw(st.sampled_from(trends)) for form in forms}
                if given:
                    values[question.id] = given
            elif question.kind is Kind.RANKING:
                possible = rankable(questionnaire, question, answers)
                if possible:
                    ranked = st.lists(
                        st.sampled_from(possible), unique=True, max_size=question.at_most
                    )
                    chosen = tuple(draw(ranked))
                    if chosen:
                        values[question.id] = chosen
        return answers

    return build()
