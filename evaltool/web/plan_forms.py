"""The form of an action: what was typed, and the action it makes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form, IntegerField, StringField, TextAreaField

from evaltool.domain.plan import Action, ActionState, faults
from evaltool.domain.validation import Problem
from evaltool.web.dates import day_to_type, typed_day

FIELDS = ("title", "owner", "due", "state", "remark")


@dataclass(frozen=True)
class ActionFields:
    """The fields as they were typed or as they are kept, ``due`` as dd/mm/yyyy."""

    title: str = ""
    owner: str = ""
    due: str = ""
    state: str = ActionState.OPEN
    remark: str = ""


class _ActionForm(Form):
    title = StringField(default="")
    owner = StringField(default="")
    due = StringField(default="")
    state = StringField(default=ActionState.OPEN)
    remark = TextAreaField(default="")
    version = IntegerField(default=-1)


def fields_of(action: Action) -> ActionFields:
    """The fields that show an action."""
    return ActionFields(
        title=action.title,
        owner=action.owner,
        due=day_to_type(action.due),
        state=action.state,
        remark=action.remark,
    )


def typed(sent: "MultiDict[str, str]") -> tuple[ActionFields, int]:
    """What was typed, and the version the form started from (-1 where it does not say)."""
    form = _ActionForm(sent)
    held: dict[str, Any] = {name: form[name].data or "" for name in FIELDS}
    # Browsers send lines that end in CRLF, which would count double against the limit.
    held["remark"] = held["remark"].replace("\r\n", "\n")
    version = form.version.data
    return ActionFields(**held), -1 if version is None else version


def action_of(fields: ActionFields, finding: str | None) -> tuple[Action | None, list[Problem]]:
    """The action that the fields make, or None with everything that is wrong with them."""
    problems: list[Problem] = []
    due: date | None = None
    if fields.due.strip():
        due = typed_day(fields.due)
        if due is None:
            problems.append(Problem("wants_day", "due"))
    state = fields.state or ActionState.OPEN
    if state not in list(ActionState):
        problems.append(Problem("wants_state", "state"))
        state = ActionState.OPEN
    action = Action(
        title=fields.title.strip(),
        finding=finding,
        owner=fields.owner.strip(),
        due=due,
        state=ActionState(state),
        remark=fields.remark.strip(),
    )
    problems.extend(faults(action))
    return (None if problems else action), problems
