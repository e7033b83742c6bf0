"""Municipalities with finished evaluations that let one coach in, for tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account
from evaltool.domain.answers import Answer, Answers
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.plan import Action, ActionState
from tests.hosting import Town

ASLEEP: Mapping[str, Answer] = {
    "livcr_presence": "yes_municipal",
    "livcr_tables": "one",
    "meeting_frequency": "never",
    "last_meeting": "never",
    "chair": "mayor",
    "ltf_link": "no",
    "own_evaluation": "never",
    "livcr_members": ("mayor", "local_police"),
    "statutory_members": ("mayor", "police_chief"),
    "deputies": "none",
    "missing_partners": ("schools", "caw"),
    "information_agreement": "none",
    "feedback_to_reporter": "never",
    "livcr_difficulties": ("few_cases", "taking_lead"),
    "policy_difficulties": ("limited_capacity",),
    "challenges": ("hate_speech",),
    "support_needs": ("helpdesk",),
}
"""An LIVC-R that exists and does not meet."""

AWAKE: Mapping[str, Answer] = {
    **ASLEEP,
    "meeting_frequency": "quarterly",
    "last_meeting": "within_3_months",
    "ltf_link": "yes_regular",
    "own_evaluation": "once",
    "livcr_members": ("mayor", "local_police", "social_service", "municipality", "schools", "caw"),
    "statutory_members": ("mayor", "police_chief", "prevention_official"),
    "deputies": "all",
    "missing_partners": ("cgg",),
    "information_agreement": "informal",
    "feedback_to_reporter": "sometimes",
}
"""The same a year later: it meets every quarter, with more at the table."""


@dataclass(frozen=True)
class Coached:
    """A coach, and the codes of the municipalities that let her in."""

    town: Town
    coach: Account
    codes: tuple[str, ...]


def coached(
    town: Town, number: int = 3, *, reports: int = 1, named: bool = True, actions: int = 0
) -> Coached:
    """So many municipalities, each with so many finished evaluations, a year between them."""
    coach = town.person(Role.COACH, second_factor="sealed")
    codes = tuple(sorted(town.held.catalogue.register.municipalities)[:number])
    with town.held.store.together():
        for code in codes:
            let_in(town, coach, code, named=named)
            for report in range(reports):
                at = town.clock.at - timedelta(days=365 * (reports - 1 - report))
                finished(
                    town, code, AWAKE if report else ASLEEP, days_ago=(town.clock.at - at).days
                )
            if actions and reports:
                evaluation = town.held.evaluations.listing([code])[0]
                for number_ in range(actions):
                    state = ActionState.OPEN if number_ else ActionState.DONE
                    action = Action(f"Actie {number_}", state=state)
                    town.held.store.plans.add(evaluation.id, action, at=town.clock.at)
    return Coached(town, coach, codes)


def three_hundred(town: Town) -> Coached:
    """As many as there can be: those of today, and some that were merged and are still kept."""
    made = coached(town, 285, reports=1)
    former = sorted(town.held.catalogue.register.former)[:15]
    with town.held.store.together():
        for code in former:
            let_in(town, made.coach, code, named=True)
            finished(town, code, ASLEEP)
    return Coached(town, made.coach, (*made.codes, *former))


def let_in(town: Town, coach: Account, code: str, *, named: bool = False) -> None:
    """Have a municipality let a coach in."""
    town.held.store.consents.give(code, coach.id, by="nobody", at=town.clock.at, named=named)


def finished(
    town: Town, code: str, values: Mapping[str, Answer], *, days_ago: int = 0, cluster: int = 5
) -> Evaluation:
    """A finished evaluation of some days ago."""
    questionnaire = town.held.catalogue.questionnaire
    at = town.clock.at - timedelta(days=days_ago)
    answers = Answers(values, {}, {})
    made = town.held.evaluations.create(
        nis_code=code,
        cluster=cluster,
        cluster_proposed=False,
        day=at.date(),
        edition=questionnaire.edition,
        survey=questionnaire.survey,
        sections={s.id: answers.part(s.questions) for s in questionnaire.sections},
        at=at,
    )
    return town.held.evaluations.finish(made.id, at=at)


def with_values(**changes: Answer) -> Mapping[str, Answer]:
    """The answers of the LIVC-R that does not meet, some of them otherwise."""
    return {**ASLEEP, **changes}


__all__ = ["ASLEEP", "AWAKE", "Coached", "coached", "finished", "let_in", "with_values"]
