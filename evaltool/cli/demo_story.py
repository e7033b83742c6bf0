"""What happens in the demonstration: twelve municipalities and their coach, over two years.

Everything happens at its own moment, in the order of the moments, as it would have: the store and
the audit log are told the time by the clock of the story.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from evaltool.cli.demo_answers import answers_of
from evaltool.cli.demo_together import (
    ask_members,
    ask_zone,
    begin_meeting,
    close_meeting,
    confirm_zone,
    convene,
    look_at_carried,
    start_from,
    supplement_of,
)
from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, AccountState
from evaltool.domain.answers import Answers
from evaltool.domain.audit import Event
from evaltool.domain.document import document_of
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.language import Language, Texts
from evaltool.domain.municipality import Municipality, Register
from evaltool.domain.plan import Action, ActionState
from evaltool.domain.reporting import build

if TYPE_CHECKING:
    from evaltool.catalogue import Catalogue
    from evaltool.store import Store

_YEARS = timedelta(days=730)
_PER_CLUSTER = 2
_UNNAMED = (3, 8)
"""The places in the list of those that do not want to be named."""
_STILL_OPEN = (6, 11)
"""The places of those whose second self-evaluation is not finished yet."""
_WITH_VOICES = 0
"""The place of the municipality whose members differ, and meet on that."""
_IN_A_ZONE = 1
"""The place of the municipality whose LIVC-R is that of its police zone."""
_CARRIED = 6
"""The place of the one that starts its second self-evaluation from the first."""
_PASSWORD_BYTES = 12

Step = tuple[datetime, Callable[[], None]]


def chosen_ones(register: Register) -> tuple[tuple[Municipality, int], ...]:
    """Two municipalities of each survey cluster, with that cluster, from provinces as they come."""
    found: list[tuple[Municipality, int]] = []
    for cluster in register.clusters:
        fitting = sorted(
            (m for m in register.municipalities.values() if cluster in m.proposal.candidates),
            key=lambda m: m.name,
        )
        taken = {m.nis_code for m, _ in found}
        free = [m for m in fitting if m.nis_code not in taken]
        first = free[cluster % len(free)]
        elsewhere = [m for m in free if m.province != first.province] or free[1:]
        found += [(first, cluster), (elsewhere[-1], cluster)][:_PER_CLUSTER]
    return tuple(found)


@dataclass
class Story:
    """Tells the store what happened. ``now`` is the end of the story, ``at`` where it is.

    ``hashed`` makes of a password what is kept of it.
    """

    catalogue: "Catalogue"
    store: "Store"
    language: Language
    now: datetime
    hashed: Callable[[str], str]
    passwords: dict[str, str] = field(default_factory=dict)
    """The password of each account, by its id: known here alone."""

    def __post_init__(self) -> None:
        self.at = self.now - _YEARS
        self.t: Texts = self.catalogue.in_language(self.language)
        self.towns = chosen_ones(self.catalogue.register)
        self.library = self.catalogue.library(self.language)
        self.officers: dict[str, Account] = {}
        self.chairs: dict[str, Account] = {}
        self.evaluations: dict[tuple[int, int], Evaluation] = {}

    def tell(self) -> None:
        """All of it, in the order of time."""
        begin = self.at
        self.coach = self.person(Role.COACH, None, "coach")
        self.person(Role.ADMINISTRATOR, None, "beheer")
        self._log("demo_made", None, "")
        steps = [s for place in range(len(self.towns)) for s in self._of(place, begin)]
        for moment, happen in sorted(steps, key=lambda step: step[0]):
            self.at = moment
            happen()

    def _of(self, place: int, begin: datetime) -> Iterator[Step]:
        """What happens in one municipality, and when."""
        start = begin + timedelta(days=2 + 9 * place, hours=place % 5)
        second = start + timedelta(days=395 + 11 * (place % 7))

        def later(since: datetime, days: int) -> datetime:
            return since + timedelta(days=days, minutes=7 * place + days % 50)

        yield start, lambda: self._begin(place)
        yield later(start, 3), lambda: self._evaluate(place, 0)
        yield later(start, 6), lambda: self._finish(place, 0)
        yield later(start, 16), lambda: self._plan(place, 0, 4)
        yield later(start, 24), lambda: self._session(place, "session_first")
        yield later(start, 25), lambda: self._note(place, shared=True)
        if place % 3 == 0:
            yield later(start, 26), lambda: self._note(place, shared=False)
        for number in range(1 + place % 4):
            yield later(start, 90 + 70 * number), lambda: self._complete(place, 0)
        yield later(start, 180), lambda: self._session(place, "session_between")
        yield second, lambda: self._evaluate(place, 1)
        if place == _WITH_VOICES:
            yield later(second, 1), partial(self._together, ask_members, place)
        if place == _IN_A_ZONE:
            yield later(second, 1), partial(self._together, ask_zone, place)
            yield later(second, 2), partial(self._together, confirm_zone, place)
        if place == _CARRIED:
            yield later(second, 1), partial(self._together, look_at_carried, place)
        if place in _STILL_OPEN:
            return
        yield later(second, 5), lambda: self._finish(place, 1)
        yield later(second, 15), lambda: self._plan(place, 1, 3)
        if place == _WITH_VOICES:
            for number, happen in enumerate((convene, begin_meeting, close_meeting)):
                at = later(second, 20) + timedelta(minutes=40 * number)
                yield at, partial(self._together, happen, place)
        if place % 2 == 0:
            yield later(second, 60), lambda: self._complete(place, 1)
        yield later(second, 30), lambda: self._session(place, "session_last")

    def person(self, role: Role, town: Municipality | None, mailbox: str) -> Account:
        """An account that can be used at once, with a password that was never used elsewhere."""
        role_name = self.t(f"role.{role}")
        name = role_name[:1].upper() + role_name[1:]
        place = "traject" if town is None else town.nis_code
        made = self.store.accounts.create(
            address=f"{mailbox}@{place}.example",
            name=self.t("demo.person_alone", role=name)
            if town is None
            else self.t("demo.person", role=name, municipality=town.name),
            role=role,
            nis_code=None if town is None or role is Role.CONTRIBUTOR else town.nis_code,
            at=self.at,
            invited_by=town.nis_code if town is not None and role is Role.CONTRIBUTOR else None,
        )
        self.passwords[made.id] = password = secrets.token_urlsafe(_PASSWORD_BYTES)
        return self.store.accounts.change(
            made.id, password=self.hashed(password), state=AccountState.ACTIVE
        )

    def _log(
        self, action: str, who: Account | None, nis_code: str, about: str = "", detail: str = ""
    ) -> None:
        self.store.audit.append(
            Event(
                at=self.at,
                actor="" if who is None else who.id,
                role="command" if who is None else who.role,
                action=action,
                nis_code=nis_code,
                evaluation=about,
                detail=detail,
            )
        )

    def log(self, action: str, who: Account, about: Evaluation, detail: str = "") -> None:
        """Write down what somebody did with an evaluation."""
        self._log(action, who, about.nis_code, about.id, detail)

    def log_of(self, nis_code: str, action: str, who: Account, about: str) -> None:
        """Write it down in the log of another municipality."""
        self._log(action, who, nis_code, about)

    def _together(self, happen: Callable[["Story", Evaluation], object], place: int) -> None:
        happen(self, self.evaluations[place, 1])

    def _begin(self, place: int) -> None:
        """The municipality gets its accounts, and lets the coach in."""
        town, _ = self.towns[place]
        code = town.nis_code
        officer = self.person(Role.OFFICER, town, "preventie")
        self.officers[code] = officer
        chair = self.person(Role.CHAIR, town, "voorzitter")
        self.chairs[code] = chair
        self._log("invited", officer, code, detail=chair.id)
        named = place not in _UNNAMED
        self.store.consents.give(code, self.coach.id, by=officer.id, at=self.at, named=named)
        self._log("consent_given", officer, code, detail=self.coach.id)

    def create(self, nis_code: str, cluster: int, answers: Answers, **more: Any) -> Evaluation:
        """A new evaluation with these answers; ``more`` as ``Evaluations.create`` takes it."""
        questionnaire = self.catalogue.questionnaire
        return self.store.evaluations.create(
            nis_code=nis_code,
            cluster=cluster,
            cluster_proposed=False,
            day=self.at.date(),
            edition=questionnaire.edition,
            survey=questionnaire.survey,
            sections={s.id: answers.part(s.questions) for s in questionnaire.sections},
            at=self.at,
            **more,
        )

    def _evaluate(self, place: int, turn: int) -> None:
        if place == _CARRIED and turn:
            self.evaluations[place, turn] = start_from(self, self.evaluations[place, 0])
            return
        note = self.t("demo.note")
        answers = answers_of(self.catalogue.questionnaire, place, turn, note)
        town, cluster = self.towns[place]
        made = self.create(town.nis_code, cluster, answers)
        self.evaluations[place, turn] = made
        self._log("create", self._officer(place), made.nis_code, made.id)

    def _officer(self, place: int) -> Account:
        return self.officers[self.towns[place][0].nis_code]

    def _finish(self, place: int, turn: int) -> None:
        made = self.evaluations[place, turn]
        self.store.evaluations.finish(
            made.id,
            at=self.at,
            content=self.catalogue.fingerprint,
            supplement=supplement_of(self, made),
        )
        self._log("finish", self._officer(place), made.nis_code, made.id)

    def _plan(self, place: int, turn: int, number: int) -> None:
        """The first step of the findings that ask for attention most, each with a date."""
        made, (town, _) = self.evaluations[place, turn], self.towns[place]
        for count, finding in enumerate(
            build(self.library, document_of(made, town)).attention[:number]
        ):
            action = Action(
                title=finding.steps[0],
                finding=finding.id,
                owner=finding.who,
                due=(self.at + timedelta(days=60 + 45 * count)).date(),
                state=ActionState.BUSY if count == 1 else ActionState.OPEN,
            )
            self.store.plans.add(made.id, action, at=self.at)
        self._log("plan", self._officer(place), made.nis_code, made.id)

    def _complete(self, place: int, turn: int) -> None:
        """One more action of the plan is done."""
        made = self.evaluations[place, turn]
        for planned in self.store.plans.of(made.id):
            if not planned.action.state.is_over:
                done = replace(
                    planned.action, state=ActionState.DONE, remark=self.t("demo.remark_done")
                )
                self.store.plans.change(
                    made.id, planned.id, done, expected_version=planned.version, at=self.at
                )
                self._log("plan", self._officer(place), made.nis_code, made.id)
                return

    def _session(self, place: int, name: str) -> None:
        code = self.towns[place][0].nis_code
        agreed = self.t(f"demo.{name}")
        self.store.coaching.add(
            code, self.coach.id, agreed, day=self.at.date(), shared=True, at=self.at
        )
        self._log("coach_session", self.coach, code)

    def _note(self, place: int, *, shared: bool) -> None:
        code = self.towns[place][0].nis_code
        text = self.t("demo.note_shared" if shared else "demo.note_private")
        self.store.coaching.add(code, self.coach.id, text, shared=shared, at=self.at)
        self._log("coach_note", self.coach, code if shared else "")
