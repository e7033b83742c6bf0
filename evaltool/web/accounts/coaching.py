"""The coach's overview of the municipalities that let her in, one of them, and what they share."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, request, url_for

from evaltool.domain.access import Permission
from evaltool.domain.accounts import Consent
from evaltool.domain.rules import Track
from evaltool.domain.situation import Area
from evaltool.domain.trajectory import (
    NO_TRACK,
    SORTS,
    Choice,
    Standing,
    State,
    chosen,
    track_of,
)
from evaltool.domain.trajectory_group import group
from evaltool.domain.trajectory_words import Trajectories
from evaltool.web.accounts.coaching_pages import (
    Column,
    GroupPage,
    Link,
    OverviewPage,
    OverviewRow,
)
from evaltool.web.accounts.standings import consents, standings, write_down_overview
from evaltool.web.context import library, services, texts
from evaltool.web.dates import day_to_type
from evaltool.web.guard import guarded
from evaltool.web.identity import account, actor
from evaltool.web.rendering import render

blueprint = Blueprint("coaching", __name__)

_BIGGEST_FIRST = frozenset({"active", "actions"})
"""What is sorted from the last or the most down, at first."""
_MAP = "map"


@blueprint.get("/coaching")
@guarded(Permission.COACHING)
def overview() -> Response:
    """The municipalities as a table or a heat map, sorted and filtered as the address says."""
    let_in = consents()
    every = standings(let_in)
    write_down_overview(consent.nis_code for consent in let_in)
    choice = _choice()
    shown = chosen(every, choice)
    words, t = Trajectories(library()), texts()
    one = len(every) == 1
    filtered = _is_filtered(choice)
    page = OverviewPage(
        title=t("coaching.title"),
        lead=t("coaching.lead_one" if one else "coaching.lead", number=len(every)),
        rows=tuple(_row(words, standing) for standing in shown),
        columns=tuple(_columns(words, choice)),
        areas=tuple(words.areas.values()),
        views=tuple(
            Link(label=t(f"coaching.{name}"), address=_address(view=view), current=_view() == view)
            for name, view in (("table", ""), ("map", _MAP))
        ),
        filters=tuple(_filters(words, every, choice)),
        shown=t(
            "coaching.shown",
            number=len(shown),
            all=len(every),
            sort=_column_name(words, choice.sort).lower(),
        ),
        clear=_address(track="", state="", province="") if filtered else "",
        as_map=_view() == _MAP,
        group=_address("coaching.shared"),
        report=url_for(
            "coaching_report.choose", municipality=[s.municipality.nis_code for s in shown]
        )
        if filtered
        else url_for("coaching_report.choose"),
        any_kept=bool(services().store.coaching.places(account().id) - actor().let_in),
    )
    return render(page)


def _view() -> str:
    return _MAP if request.args.get("view") == _MAP else ""


def _choice() -> Choice:
    """What the address asks for; what it cannot ask for counts as not asked."""
    asked = request.args
    sort = asked.get("sort", "")
    track, state = asked.get("track", ""), asked.get("state", "")
    return Choice(
        track=track if track in (NO_TRACK, *Track) else "",
        state=state if state in list(State) else "",
        province=asked.get("province", ""),
        sort=sort if sort in SORTS else "name",
        descending=asked.get("order") == "desc",
    )


def _is_filtered(choice: Choice) -> bool:
    return bool(choice.track or choice.state or choice.province)


def _address(endpoint: str = "coaching.overview", **changes: str) -> str:
    """The address of this overview with something chosen otherwise; empty: not chosen."""
    kept = {
        name: request.args.get(name, "")
        for name in ("view", "track", "state", "province", "sort", "order")
    }
    asked: dict[str, Any] = {k: v for k, v in {**kept, **changes}.items() if v}
    return url_for(endpoint, **asked)


def _column_name(words: Trajectories, sort: str) -> str:
    return words.areas[Area(sort)] if sort in set(Area) else texts()(f"coaching.column.{sort}")


def _columns(words: Trajectories, choice: Choice) -> Iterator[Column]:
    for sort in SORTS:
        current = sort == choice.sort
        down = not choice.descending if current else sort in _BIGGEST_FIRST
        direction = ("descending" if choice.descending else "ascending") if current else ""
        yield Column(
            label=_column_name(words, sort),
            address=_address(sort=sort, order="desc" if down else ""),
            direction=direction,
        )


def _filters(
    words: Trajectories, every: Sequence[Standing], choice: Choice
) -> Iterator[tuple[str, tuple[Link, ...]]]:
    """Each filter with its choices, and how many municipalities fit each of them."""
    t = texts()
    tracks: list[tuple[str, str]] = [(track, t(f"report.track.{track}")) for track in Track]
    tracks.append((NO_TRACK, t("trajectory.no_track")))
    states = [(state, t(f"trajectory.state.{state}")) for state in State]
    provinces = [(p, p) for p in sorted({s.municipality.province for s in every})]
    for name, now, options, values in (
        ("track", choice.track, tracks, [track_of(s) for s in every]),
        ("state", choice.state, states, [str(s.state) for s in every]),
        ("province", choice.province, provinces, [s.municipality.province for s in every]),
    ):
        links = [Link(label=t("coaching.all"), address=_address(**{name: ""}), current=not now)]
        links += [
            Link(
                label=t("coaching.with_number", label=label, number=values.count(code)),
                address=_address(**{name: code}),
                current=now == code,
            )
            for code, label in options
            if code in values or code == now
        ]
        yield t(f"coaching.filter_{name}"), tuple(links)


def _row(words: Trajectories, standing: Standing) -> OverviewRow:
    active = standing.active_at
    return OverviewRow(
        nis_code=standing.municipality.nis_code,
        name=standing.municipality.name,
        province=standing.municipality.province,
        state=words.state(standing),
        levels=words.levels(standing),
        track=words.track(standing.track),
        active=texts()("coaching.never")
        if active is None
        else day_to_type(active.astimezone().date()),
        open_actions=standing.open_actions,
    )


@blueprint.get("/coaching/group")
@guarded(Permission.COACHING)
def shared() -> Response:
    """What the municipalities share that fit the filters: for an intervision session."""
    let_in: tuple[Consent, ...] = consents()
    every = standings(let_in)
    write_down_overview(consent.nis_code for consent in let_in)
    choice, t = _choice(), texts()
    chosen_ones = chosen(every, choice)
    words, found = Trajectories(library()), group(chosen_ones)
    filtered = t("coaching.group.filtered", number=len(chosen_ones), all=len(every))
    page = GroupPage(
        title=t("coaching.group.title"),
        group=None if found is None else words.group(found),
        too_few="" if found is not None else words.too_few(chosen_ones),
        filtered=filtered if _is_filtered(choice) else "",
        back=_address(),
    )
    return render(page)
