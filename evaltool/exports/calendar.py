"""The dates of an action plan as a file that any calendar can take in."""

import re
from collections.abc import Iterator, Sequence

from evaltool import __version__
from evaltool.domain.language import Texts
from evaltool.domain.municipality import Municipality
from evaltool.domain.plan import Action, PlannedAction
from evaltool.exports.harmless import holdable

# Signs that some readers of a calendar take for the end of a line.
_OTHER_LINE_ENDS = re.compile("[\x85\u2028\u2029]")

# Delete and the second set of control characters, which a text in a calendar may not hold.
_CONTROLS = re.compile("[\x7f-\x9f]")


def action_calendar(
    plan: Sequence[PlannedAction], municipality: Municipality, texts: Texts
) -> bytes:
    """The iCalendar file (RFC 5545) of what is still to be done and has a date.

    Each such action is an event of one whole day, its last, that leaves the day free. Taken in
    again after a change it replaces the event of before: ``UID`` is that of the action and
    ``SEQUENCE`` counts its changes. Without any such action the calendar is empty.
    """
    # Not at the top: the library takes about 60 ms, and few who use the tool need it.
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", f"-//evaltool//evaltool {__version__}//{texts.language.upper()}")
    calendar.add("version", "2.0")
    for planned in plan:
        action = planned.action
        if action.due is None or action.state.is_over:
            continue
        summary = texts(
            "export.calendar.summary", municipality=municipality.name, title=action.title
        )
        event = Event()
        event.add("uid", f"{planned.id}@evaltool")
        event.add("dtstamp", planned.changed_at)
        event.add("sequence", planned.version - 1)
        # A day without an end lasts that day; the day after the last of all days is none.
        event.add("dtstart", action.due)
        event.add("summary", _line(summary))
        description = "\n".join(_description(action, texts))
        if description:
            event.add("description", _words(description))
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    file: bytes = calendar.to_ical()
    return file


def _description(action: Action, texts: Texts) -> Iterator[str]:
    if action.owner:
        yield texts("export.calendar.owner", owner=action.owner)
    if action.remark:
        yield action.remark


def _words(text: str) -> str:
    """A text that a calendar can hold; the library takes care of its line ends and separators."""
    kept = _CONTROLS.sub("", _OTHER_LINE_ENDS.sub("\n", holdable(text)))
    # The library reads this as the end of a line, and P:\Noodplan would fall apart.
    return kept.replace(r"\N", "/N")


def _line(text: str) -> str:
    """The same on one line, as a calendar shows what an event is."""
    return " ".join(_words(text).split())
