"""Walks every route as everybody, and says who gets in where: ``python -m tests.isolation``.

Each request is sent as somebody who has just signed in, about something made for it alone, so
that no request sees what another did. ``tests/isolation.txt`` holds what must come of it.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, LinkPurpose, Stage
from evaltool.domain.agenda import Decision, Item, Meeting, MeetingState
from evaltool.domain.answers import Answers, reported
from evaltool.domain.evaluation import Evaluation, View
from evaltool.domain.meeting import ItemKind
from evaltool.domain.zone import MemberState
from evaltool.identity.tokens import digest
from tests.factories import a_single_sign_on, all_answers, an_action, some_answers
from tests.hosting import OTHER, OWN, PUBLIC, HostedClient, Town, a_token, a_town

SNAPSHOT = Path(__file__).with_name("isolation.txt")

WHOSE = ("own", "view", "bound", "other", "unknown")
"""Of the own municipality (of one that lets the coach in); a contributor's view on that; of
another municipality, in which the own one takes part by its police zone; of another one; an id
that there is not."""
NO_ID = "no-such-id"
BESIDE = "beside"
"""Of the own municipality, with something of another one in the same address."""

_SAMPLES = {
    "section_id": "structure",
    "question_id": "meeting_frequency",
    "number": 1,
    "sheet": "answers",
    "kind": "clusters",
    "ending": "csv",
    "which": "sample",
}


@dataclass(frozen=True)
class Route:
    """A route and the names in its address."""

    method: str
    rule: str
    endpoint: str
    names: frozenset[str]

    @property
    def whose(self) -> tuple[str, ...]:
        """What it can be asked about."""
        if "id_" in self.names:
            return (*WHOSE, BESIDE) if "other" in self.names else WHOSE
        by_place = {"account_id", "nis_code"} & self.names
        return ("own", "other", "unknown") if by_place else ("",)


def routes(town: Town) -> Iterator[Route]:
    """Every route but the static files, in the order of their addresses."""
    for rule in sorted(town.app.url_map.iter_rules(), key=lambda found: found.rule):
        if rule.endpoint != "static":
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield Route(method, rule.rule, rule.endpoint, frozenset(rule.arguments))


@dataclass(frozen=True)
class Cast:
    """Who asks, by the name of a column: an account and how far it is signed in."""

    town: Town
    actors: Mapping[str, tuple[Account | None, Stage]]

    def client(self, actor: str) -> HostedClient:
        """A browser of theirs, signed in just now."""
        who, stage = self.actors[actor]
        client = self.town.client() if who is None else self.town.signed_in(who, stage)
        client.looks = False
        return client


def a_cast(town: Town) -> Cast:
    """One person of every role, and a coach whom nobody lets in."""
    officer = town.person(Role.OFFICER)
    coach = town.person(Role.COACH, second_factor="sealed")
    town.held.store.consents.give(OWN, coach.id, by=officer.id, at=town.clock.at)
    return Cast(
        town,
        {
            "nobody": (None, Stage.FULL),
            "halfway": (officer, Stage.HALFWAY),
            "enrolling": (town.person(Role.COACH), Stage.ENROLLING),
            "officer": (officer, Stage.FULL),
            "chair": (town.person(Role.CHAIR), Stage.FULL),
            "contributor": (town.person(Role.CONTRIBUTOR), Stage.FULL),
            "coach": (coach, Stage.FULL),
            "coach, not let in": (
                town.person(Role.COACH, second_factor="sealed"),
                Stage.FULL,
            ),
            "administrator": (
                town.person(Role.ADMINISTRATOR, second_factor="sealed"),
                Stage.FULL,
            ),
        },
    )


def asked(town: Town, cast: Cast, route: Route, whose: str, actor: str) -> dict[str, Any]:
    """The values in the address, with something made for this request alone."""
    values: dict[str, Any] = {n: _SAMPLES[n] for n in route.names if n in _SAMPLES}
    nis_code = OTHER if whose in ("other", "bound") else OWN
    if "entry_id" in route.names:
        # Her own, of when she was let in: whether she is decides what becomes of it.
        writer, _ = cast.actors[actor if actor.startswith("coach") else "coach"]
        values["entry_id"] = an_entry(town, nis_code, writer)
    if "nis_code" in route.names:
        values["nis_code"] = "99999" if whose == "unknown" else nis_code
    if "account_id" in route.names:
        made = town.held.store.accounts.create(
            address=f"a{len(town.held.store.accounts.listing())}@gemeente.example",
            name="Iemand",
            role=Role.CHAIR,
            nis_code=nis_code,
            at=town.clock.at,
        )
        values["account_id"] = NO_ID if whose == "unknown" else made.id
    if "id_" in route.names:
        evaluation = town.evaluation(nis_code, answers=_GATE if _differs(route) else _NOTHING)
        contributor, _ = cast.actors["contributor"]
        if whose == "view" and contributor is not None:
            view = View(evaluation.id, contributor.id, "mayor")
            evaluation = town.evaluation(nis_code, view=view)
        elif _differs(route):
            differ(town, cast, evaluation)
        values["id_"] = NO_ID if whose == "unknown" else evaluation.id
        if whose == "bound":
            bind(town, evaluation.id)
        if "action_id" in route.names:
            values["action_id"] = town.held.plans.add(
                evaluation.id, an_action(), at=town.clock.at
            ).id
        if "meeting_id" in route.names:
            values["meeting_id"], values["decision_id"] = a_meeting(town, evaluation.id)
        if "other" in route.names:
            # Only what was reported is compared.
            beside = town.evaluation(OTHER if whose == BESIDE else nis_code)
            for one in (evaluation, beside):
                town.held.evaluations.finish(one.id, at=town.clock.at)
            values["other"] = beside.id
    return {name: value for name, value in values.items() if name in route.names}


def sent(town: Town, cast: Cast, route: Route, values: Mapping[str, Any]) -> dict[str, str]:
    """What a form names beside the address: whether that is theirs is decided in the route."""
    coach, _ = cast.actors["coach"]
    assert coach is not None
    if route.endpoint == "following.enter_code":
        return {"link_code": a_link(town)} if route.method == "POST" else {}
    if route.endpoint == "coaching_kept.delete":
        an_entry(town, OWN, coach)
        return {"municipality": OWN}
    if route.endpoint == "followed.naming":
        return {"coach": coach.id}
    if route.endpoint in ("room.decide", "room.notes", "room.turn") and values["id_"] != NO_ID:
        meeting = town.held.store.meetings.get(values["id_"], values["meeting_id"])
        return {"item": meeting.items[0].id}
    return {}


_NOTHING = Answers({}, {}, {})
_GATE = some_answers(livcr_presence="yes_municipal")
"""What decides that it is asked how often there is a meeting."""


def _differs(route: Route) -> bool:
    return "question_id" in route.names


def differ(town: Town, cast: Cast, evaluation: Evaluation) -> None:
    """Three members of whom each says something else."""
    members = [who for name in ("officer", "chair", "contributor") if (who := cast.actors[name][0])]
    for who, discipline, often in zip(
        members,
        ("mayor", "schools", "local_police"),
        ("quarterly", "yearly", "never"),
        strict=True,
    ):
        view = View(evaluation.id, who.id, discipline)
        answers = some_answers(_GATE.values, meeting_frequency=often)
        made = town.evaluation(evaluation.nis_code, view=view, answers=answers)
        town.held.evaluations.finish(made.id, at=town.clock.at)


def a_link(town: Town) -> str:
    """The token of a link by which somebody who was invited chooses a password."""
    accounts = town.held.store.accounts
    word = f"token{len(accounts.listing())}"
    token = a_token(word)
    made = accounts.create(
        address=f"{word}@gemeente.example",
        name="Iemand",
        role=Role.CONTRIBUTOR,
        nis_code=None,
        at=town.clock.at,
    )
    accounts.make_link(made.id, LinkPurpose.INVITATION, digest(token), town.clock.at)
    return token


def an_entry(town: Town, nis_code: str, coach: Account | None) -> str:
    """The id of a session that a coach noted of a municipality."""
    assert coach is not None
    entry = town.held.store.coaching.add(
        nis_code, coach.id, "Afgesproken", day=town.clock.at.date(), shared=True, at=town.clock.at
    )
    return entry.id


def bind(town: Town, evaluation: str) -> None:
    """Let the own municipality take part in an evaluation, as its officer confirmed."""
    zones = town.held.store.zones
    zones.ask(evaluation, [(OWN, 5)], at=town.clock.at)
    zones.answer(evaluation, OWN, MemberState.CONFIRMED, cluster=5, by="officer", at=town.clock.at)


def a_meeting(town: Town, evaluation: str) -> tuple[str, str]:
    """The ids of a meeting on an evaluation, which was begun, and of a decision at it."""
    meeting = Meeting(
        id="",
        day=town.clock.at.date(),
        title="Najaar",
        length=60,
        state=MeetingState.RUNNING,
        items=(Item(ItemKind.OWN, "Ronde", 10),),
        started_at=town.clock.at,
    )
    meetings = town.held.store.meetings
    made = meetings.create(evaluation, meeting, at=town.clock.at)
    decision = Decision("Een decreet lezen", item=made.items[0].id)
    return made.id, meetings.decide(evaluation, made.id, decision).id


def watched(town: Town) -> set[str]:
    """A set that gets the name of every route whose code ran: who came as far as that is in."""
    ran: set[str] = set()
    for endpoint, view in town.app.view_functions.items():

        @wraps(view)
        def wrapped(*args: Any, _name: str = endpoint, _view: Any = view, **kwargs: Any) -> Any:
            ran.add(_name)
            return _view(*args, **kwargs)

        town.app.view_functions[endpoint] = wrapped
    return ran


def outcome(answer: TestResponse, *, ran: bool) -> str:
    """What came of a request: in, sent to sign in, refused, or told that it is not there."""
    # The provider of single sign-on, which the tests of this do not have, is not reached: 503.
    assert answer.status_code != 500, answer.get_data(as_text=True)
    if answer.status_code == 404:
        return "not there"
    if ran:
        return "yes"
    return "no" if answer.status_code == 403 else "sign in"


def walk(town: Town) -> Iterator[tuple[Route, str, Mapping[str, str]]]:
    """Every route, about everything it can be asked about, with what came of it per actor."""
    cast, ran = a_cast(town), watched(town)
    for route in routes(town):
        for whose in route.whose:
            yield (
                route,
                whose,
                {actor: ask(cast, route, whose, actor, ran) for actor in cast.actors},
            )


def ask(cast: Cast, route: Route, whose: str, actor: str, ran: set[str]) -> str:
    """What comes of one request."""
    app = cast.town.app
    values = asked(cast.town, cast, route, whose, actor)
    with app.test_request_context(base_url=PUBLIC):
        path = app.url_for(route.endpoint, **values)
    fields = sent(cast.town, cast, route, values)
    client = cast.client(actor)
    if route.endpoint == "following.choose":
        client.follow_link(a_link(cast.town))
    ran.clear()
    if route.method == "GET":
        answer = client.get(path, query_string=fields)
    else:
        answer = client.send(path, **fields)
    return outcome(answer, ran=route.endpoint in ran)


def table(town: Town) -> str:
    """All of it as text: a line per route and per what it is asked about."""
    rows = list(walk(town))
    actors = list(rows[0][2])
    head = ["method", "route", "whose", *actors]
    lines = [[r.method, r.rule, whose, *found.values()] for r, whose, found in rows]
    widths = [max(len(line[i]) for line in [head, *lines]) for i in range(len(head))]
    return (
        "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in [head, *lines]
        )
        + "\n"
    )


def read_everything(town: Town) -> dict[str, int]:
    """The status of all that can be read of an evaluation that was filled in and finished twice."""
    questionnaire = town.held.catalogue.questionnaire
    evaluation = town.evaluation(answers=reported(questionnaire, all_answers(questionnaire)))
    town.held.plans.add(evaluation.id, an_action(), at=town.clock.at)
    meeting, _ = a_meeting(town, evaluation.id)
    client = Cast(town, {"officer": (town.person(Role.OFFICER), Stage.FULL)}).client("officer")
    for path in ("finish", "reopen", "finish"):
        client.send(f"/evaluations/{evaluation.id}/{path}")
    held: dict[str, Any] = {**_SAMPLES, "id_": evaluation.id, "meeting_id": meeting}
    # Nobody gave another view, so that there is no question to compare.
    del held["question_id"]
    found: dict[str, int] = {}
    for route in routes(town):
        if route.method == "GET" and "id_" in route.names <= set(held):
            with town.app.test_request_context(base_url=PUBLIC):
                path = town.app.url_for(
                    route.endpoint, **{name: held[name] for name in route.names}
                )
            found[route.rule] = client.get(path, follow_redirects=True).status_code
    return found


def a_whole_town(folder: Path) -> Town:
    """A hosted tool with everything that can be switched on."""
    return a_town(folder, single_sign_on=a_single_sign_on())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        print(table(a_whole_town(Path(made))), end="")
