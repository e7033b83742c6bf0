"""What the page of a meeting sends: one form, whichever of its buttons is used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from flask import request

from evaltool.domain.agenda import ADDED_MINUTES, Item, Meeting, arranged, faults, moved
from evaltool.domain.meeting import ItemKind
from evaltool.domain.validation import Problem
from evaltool.web.context import texts
from evaltool.web.meeting_forms import sentences, whole
from evaltool.web.tickets import id_by

_STEPS = {"up": -1, "down": 1}


@dataclass(frozen=True)
class TypedAgenda:
    """The agenda as it was shown, with the minutes as typed, and what may still be added.

    ``order`` are ids of items; ``ticked`` what is chosen to be added (``finding:...``); ``title``
    and ``own_minutes`` an item of one's own; ``do`` what the button says, empty where none was
    used, and ``chosen`` which item or page it says that of.
    """

    order: tuple[str, ...]
    minutes: Mapping[str, str]
    ticked: frozenset[str]
    title: str
    own_minutes: str
    version: int
    ticket: str
    do: str
    chosen: str

    @property
    def moves(self) -> bool:
        """Whether the button moves an item."""
        return self.do in _STEPS

    @property
    def adds(self) -> bool:
        """Whether anything is ticked or typed that is not on the agenda yet."""
        typed = self.own_minutes not in ("", str(ADDED_MINUTES))
        return bool(self.ticked or self.title or typed)

    def arranged(self, meeting: Meeting) -> Meeting:
        """The meeting in this order, with these minutes, an item moved or taken off."""
        order = self.order
        if self.moves:
            order = moved(order, self.chosen, _STEPS[self.do])
        elif self.do == "off":
            order = tuple(item for item in order if item != self.chosen)
        return arranged(meeting, [(item, whole(self.minutes[item])) for item in order])

    def additions(
        self, meeting: Meeting, offered: Iterable[Item]
    ) -> tuple[tuple[Item, ...], dict[str, str]]:
        """What is to be added, and what is wrong with it by field.

        The ids follow from the form: sending it twice adds once.
        """
        more = [
            replace(item, id=self._id(meeting, item.kind, item.about))
            for item in offered
            if f"{item.kind}:{item.about}" in self.ticked
        ]
        problems: list[Problem] = []
        errors: dict[str, str] = {}
        if self.title or (self.adds and not self.ticked):
            title = self.title or texts()("meetings.own_title")
            made = self._id(meeting, ItemKind.OWN, self.title, self.own_minutes)
            own = Item(ItemKind.OWN, title, whole(self.own_minutes), id=made)
            problems += faults(replace(meeting, items=(own,)))
            more.append(own)
            if not self.title:
                errors["title"] = texts()("meetings.own_empty")
        for where, sentence in sentences(problems).items():
            errors.setdefault(where.partition("-")[0], sentence)
        return tuple(more), errors

    def _id(self, meeting: Meeting, *sent: str) -> str:
        return id_by(self.ticket, meeting.id, *sent) or ""


def typed_agenda() -> TypedAgenda:
    """What the request sends."""
    sent = request.form
    order = tuple(sent.getlist("item"))
    do, _, chosen = sent.get("do", "").partition(":")
    return TypedAgenda(
        order=order,
        minutes={item: sent.get(f"minutes-{item}", "").strip() for item in order},
        ticked=frozenset(sent.getlist("source")),
        title=sent.get("title", "").strip(),
        own_minutes=sent.get("minutes", "").strip(),
        version=sent.get("version", -1, type=int),
        ticket=sent.get("ticket", ""),
        do=do,
        chosen=chosen,
    )
