"""Actions as they stand in a document: reading and writing them."""

from collections.abc import Iterator, Mapping

from evaltool.domain.plan import MOST_ACTIONS, Action, ActionState, faults
from evaltool.domain.strict_json import day, shown
from evaltool.domain.validation import Problem

KEYS = ("title", "finding", "owner", "due", "state", "remark")


def read_actions(held: object, problems: list[Problem]) -> Iterator[Action]:
    """The actions of a document; what is wrong with them is added to the problems."""
    if not isinstance(held, list):
        problems.append(Problem("wants_list", "actions"))
        return
    if len(held) > MOST_ACTIONS:
        problems.append(Problem("too_many_actions", "actions", {"limit": str(MOST_ACTIONS)}))
    for number, form in enumerate(held[:MOST_ACTIONS], start=1):
        where = f"actions[{number}]"
        if not isinstance(form, dict):
            problems.append(Problem("wants_object", where))
            continue
        found = _action(form, where, problems)
        if found is not None:
            problems.extend(faults(found, where))
            yield found


def _action(form: Mapping[str, object], where: str, problems: list[Problem]) -> Action | None:
    texts = {key: form.get(key, "") for key in ("title", "finding", "owner", "remark")}
    known = len(problems)
    for key in form:
        if key not in KEYS:
            problems.append(Problem("unknown_key", f"{where}.{shown(key)}"))
    for key, text in texts.items():
        if not isinstance(text, str):
            problems.append(Problem("wants_text", f"{where}.{key}"))
        elif shown(text) != text:
            problems.append(Problem("not_unicode", f"{where}.{key}"))
    state = form.get("state", ActionState.OPEN)
    if not isinstance(state, str) or state not in list(ActionState):
        problems.append(Problem("wants_state", f"{where}.state"))
    due = day(form["due"]) if "due" in form else None
    if "due" in form and due is None:
        problems.append(Problem("wants_date", f"{where}.due"))
    if len(problems) > known:
        return None
    return Action(
        title=str(texts["title"]),
        finding=str(texts["finding"]) or None,
        owner=str(texts["owner"]),
        due=due,
        state=ActionState(str(state)),
        remark=str(texts["remark"]),
    )


def action_form(action: Action) -> dict[str, object]:
    """An action with what is filled in; what is left out is as an action begins."""
    form: dict[str, object] = {"title": action.title, "state": action.state}
    filled = {"finding": action.finding, "owner": action.owner, "remark": action.remark}
    form |= {key: value for key, value in filled.items() if value}
    if action.due is not None:
        form["due"] = action.due.isoformat()
    return form
