"""Invented answers for the demonstration: plausible, of many kinds, and different each year.

They say nothing about any municipality. No chance is involved: the same place in the list gives
the same answers each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaltool.domain.answers import Answer, Answers, reported
from evaltool.domain.questionnaire import Questionnaire

_STRUCTURE: Sequence[Mapping[str, Answer]] = (
    {"livcr_presence": "starting", "livcr_absence_reasons": ("no_startup_support",)},
    {
        "meeting_frequency": "on_case_only",
        "last_meeting": "longer_ago",
        "ltf_link": "no",
        "own_evaluation": "never",
    },
    {
        "meeting_frequency": "yearly",
        "last_meeting": "within_12_months",
        "ltf_link": "yes_sometimes",
        "own_evaluation": "never",
    },
    {
        "meeting_frequency": "quarterly",
        "last_meeting": "within_3_months",
        "ltf_link": "yes_regular",
        "own_evaluation": "once",
    },
    {
        "meeting_frequency": "monthly",
        "last_meeting": "within_3_months",
        "ltf_link": "yes_regular",
        "own_evaluation": "yearly",
    },
)
"""What is answered about structure, by how far it is: 0 to 4."""

_MEMBERS = (
    *("mayor", "local_police", "municipality", "social_service", "schools", "youth_work"),
    *("public_prosecutor", "justice_house", "clb", "caw", "street_work"),
)
_HOW_MANY = (0, 2, 4, 7, 11)
_DEPUTIES = ("none", "none", "some", "all", "all")
_PARTNERS = ("cgg", "religious", "schools", "caw", "sport_leisure", "youth_work", "clb")

_AGREEMENTS = ("none", "none", "informal", "formal", "formal")
_FEEDBACK = ("never", "never", "sometimes", "sometimes", "always")
_FOUR_TOPICS = ("sharing", "bringing_in_a_case", "ownership", "source_protection")
_ALL_TOPICS = (
    *_FOUR_TOPICS,
    *("purpose_legal_basis", "controller", "data_categories", "access", "minimisation"),
    *("retention", "security", "data_subject_rights", "breaches", "review_date"),
)

_DIFFICULTIES = ("no_legal_framework", "involving_social_partners", "taking_lead")
_POLICY = (
    *("limited_capacity", "limited_view_signals", "limited_view_impact", "structural_resources"),
    "partner_cooperation",
)
_CHALLENGES = (
    *("hate_speech", "motivating_local_actors", "local_polarisation", "racism_discrimination"),
    *("fake_news_conspiracy", "right_wing_extremism"),
)
_SUPPORT = (
    *("good_practice_database", "frontline_training", "intervision", "helpdesk", "publications"),
    "livcr_evaluation",
)


@dataclass(frozen=True)
class Stage:
    """How far structure, composition and information sharing are, each from 0 to 4.

    Without an LIVC-R (structure 0) the others count for nothing.
    """

    structure: int
    composition: int
    sharing: int


STAGES: Sequence[tuple[Stage, Stage]] = (
    (Stage(1, 2, 1), Stage(3, 3, 2)),
    (Stage(2, 2, 2), Stage(3, 3, 3)),
    (Stage(0, 0, 0), Stage(2, 2, 1)),
    (Stage(1, 1, 1), Stage(2, 2, 1)),
    (Stage(3, 3, 2), Stage(4, 3, 4)),
    (Stage(2, 3, 3), Stage(3, 3, 4)),
    (Stage(1, 2, 2), Stage(1, 2, 2)),
    (Stage(3, 2, 4), Stage(4, 4, 4)),
    (Stage(0, 0, 0), Stage(1, 2, 1)),
    (Stage(2, 2, 1), Stage(3, 2, 3)),
    (Stage(3, 3, 3), Stage(1, 3, 3)),
    (Stage(2, 1, 2), Stage(2, 3, 2)),
)
"""How far each of the twelve is at its first and at its second self-evaluation.

Most go forward, one stands still, one goes back a step where it lost its rhythm.
"""


def answers_of(questionnaire: Questionnaire, place: int, turn: int, note: str) -> Answers:
    """The answers of the municipality at a place in the list, at its first (0) or second turn.

    ``note`` stands at the first question: it says that all of this is invented.
    """
    stage = STAGES[place][turn]
    values: dict[str, Answer] = {
        "respondent_function": ("prevention", "integral_safety", "social_service")[place % 3],
        "others_who_helped": _pick(("mayor", "police_chief", "social_service"), 2, place),
        "radicalisation_signals": ("none", "stable", "increased", "decreased")[place % 4],
        "polarisation_signals": ("yes_no_unrest", "no", "yes_unrest")[(place + turn) % 3],
        "specific_policy": "yes" if stage.structure >= 3 else "no",
        "livcr_presence": "yes_police_zone" if place % 3 == 1 else "yes_municipal",
        "livcr_tables": "two" if stage.structure == 4 else "one",
        "chair": ("mayor", "mayor", "prevention_official", "police_chief")[place % 4],
        **_STRUCTURE[stage.structure],
        **_composition(stage.composition, place),
        **_sharing(stage.sharing),
        **_difficulties(stage, place, turn),
    }
    return reported(questionnaire, Answers(values, {}, {"respondent_function": note}))


def _pick(options: Sequence[str], number: int, start: int) -> tuple[str, ...]:
    """So many of some options from a start on, round the list."""
    return tuple(options[(start + i) % len(options)] for i in range(number))


def _composition(far: int, place: int) -> Mapping[str, Answer]:
    members = _MEMBERS[: _HOW_MANY[far]]
    missing = tuple(p for p in _pick(_PARTNERS, 4, place) if p not in members)
    statutory = ("mayor", "police_chief", "prevention_official")
    return {
        "livcr_members": members or ("none",),
        "statutory_members": statutory if far >= 2 else statutory[:2],
        "deputies": _DEPUTIES[far],
        "missing_partners": missing if far < 4 else ("none",),
        "partners_outside": _pick(("schools", "youth_work", "sport_leisure", "caw"), 2, place),
        "partner_agreements": "yes" if far >= 3 else "no",
    }


def _sharing(far: int) -> Mapping[str, Answer]:
    return {
        "information_agreement": _AGREEMENTS[far],
        "agreement_topics": _ALL_TOPICS if far == 4 else _FOUR_TOPICS,
        "agreement_review": "this_year" if far == 4 else "never",
        "feedback_to_reporter": _FEEDBACK[far],
    }


def _difficulties(stage: Stage, place: int, turn: int) -> Mapping[str, Answer]:
    difficult: tuple[str, ...] = _pick(_DIFFICULTIES, 1, place + turn)
    policy = _pick(_POLICY, 2, place // 2 + turn)
    challenges = _pick(_CHALLENGES, 3 - turn, place // 2)
    if place % 4 != 3:
        difficult = ("few_cases", *difficult)
    if stage.structure >= 3 and turn:
        # What came in its rhythm is worked on at the table.
        difficult, challenges = ("few_cases",), ("hate_speech", "local_polarisation")
        policy = ("limited_capacity",) if stage.structure == 3 else ("living_in_diversity",)
    if stage.structure == 4:
        difficult = ("none",)
    named = stage.structure and difficult != ("none",)
    source, asks = ("livcr_difficulties", difficult) if named else ("policy_difficulties", policy)
    return {
        "livcr_difficulties": difficult,
        "policy_difficulties": policy,
        "challenges": challenges,
        "support_needs": _pick(_SUPPORT, 3 - turn, place // 3),
        "most_pressing": (f"{source}:{asks[0]}", f"challenges:{challenges[0]}"),
    }


VOICES: Sequence[tuple[str, Mapping[str, Answer]]] = (
    (
        "mayor",
        {
            "meeting_frequency": "quarterly",
            "missing_partners": ("none",),
            "information_agreement": "formal",
            "feedback_to_reporter": "always",
        },
    ),
    (
        "local_police",
        {
            "meeting_frequency": "quarterly",
            "missing_partners": ("public_prosecutor",),
            "information_agreement": "informal",
            "feedback_to_reporter": "sometimes",
        },
    ),
    (
        "social_service",
        {
            "meeting_frequency": "twice_a_year",
            "missing_partners": ("cgg", "street_work"),
            "information_agreement": "in_progress",
            "feedback_to_reporter": "never",
        },
    ),
    (
        "schools",
        {
            "meeting_frequency": "on_case_only",
            "missing_partners": ("clb", "cgg"),
            "information_agreement": "none",
            "feedback_to_reporter": "never",
        },
    ),
)
"""What four members of one LIVC-R answer otherwise than the others, by their discipline."""


def voice_of(questionnaire: Questionnaire, common: Answers, own: Mapping[str, Answer]) -> Answers:
    """The view of one member: what is answered together, with what she sees otherwise."""
    differing = {**common.values, **own}
    return reported(questionnaire, Answers(differing, {}, {}))
