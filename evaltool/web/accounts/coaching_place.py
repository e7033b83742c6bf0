"""One municipality that lets a coach in: baseline and follow-up, notes, sessions."""

from collections.abc import Iterator, Mapping

from flask import Blueprint, Response

from evaltool.domain.access import Permission
from evaltool.domain.coaching import CoachEntry, EntryKind
from evaltool.domain.language import date_text
from evaltool.domain.trajectory import Kept, Measurement, Standing
from evaltool.domain.trajectory_words import Trajectories
from evaltool.web.accounts.coaching_pages import EntryRow, EvaluationLinks, PlacePage
from evaltool.web.accounts.standings import consents, standings
from evaltool.web.context import language, library, services, texts
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import account
from evaltool.web.rendering import messages, moment_text, render
from evaltool.web.tickets import new_ticket

blueprint = Blueprint("coaching_place", __name__)


@blueprint.get("/coaching/<nis_code>")
@guarded(Permission.COACHING)
def show(nis_code: str) -> Response:
    """All of one municipality; that it was read is written in its log."""
    write_down("coaching_read", nis_code)
    return place_page(nis_code)


def place_page(
    nis_code: str,
    kind: EntryKind | None = None,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    """The page, with what was typed in its forms and what is wrong with that."""
    held, who, t = services(), account(), texts()
    consent = next(c for c in consents() if c.nis_code == nis_code)
    standing = standings([consent])[0]
    words = Trajectories(library())
    kept = held.store.trajectories.kept([nis_code])
    entries = [row_of(entry) for entry in held.store.coaching.of(nis_code, who.id)]
    page = PlacePage(
        title=t("coaching.place.title", municipality=standing.municipality.name),
        messages=messages(errors or {}, {where: f"{kind}-{where}" for where in errors or {}}),
        kind=kind,
        values=values or {},
        errors=errors or {},
        municipality=standing.municipality,
        since=moment_text(consent.given_at),
        named=consent.named,
        state=words.state(standing),
        head=tuple(_head(standing)),
        measured=tuple(_measured(words, standing)),
        actions=t(
            "coaching.place.actions_all",
            open=standing.open_actions,
            done=standing.done_actions,
        ),
        evaluations=tuple(_evaluation(k) for k in reversed(kept)),
        notes=tuple(row for row in entries if row.entry.kind is EntryKind.NOTE),
        sessions=tuple(row for row in entries if row.entry.kind is EntryKind.SESSION),
        ticket=new_ticket(),
    )
    return render(page, 422 if errors else 200)


def row_of(entry: CoachEntry) -> EntryRow:
    """An entry with its moments in words."""
    return EntryRow(
        entry=entry,
        moment=moment_text(entry.changed_at),
        day="" if entry.day is None else date_text(entry.day, language()),
    )


def _sides(standing: Standing) -> tuple[Measurement, ...]:
    found = (standing.first, standing.follow_up)
    return tuple(side for side in found if side is not None)


def _head(standing: Standing) -> Iterator[str]:
    yield texts()("coaching.place.what")
    for key, side in zip(("first", "last"), _sides(standing), strict=False):
        yield texts()(f"coaching.place.{key}", day=date_text(side.kept.day, language()))


def _measured(words: Trajectories, standing: Standing) -> Iterator[tuple[str, ...]]:
    """The rows of baseline and follow-up beside each other."""
    t, sides = texts(), _sides(standing)
    if not sides:
        return
    for place, area in enumerate(words.areas.values()):
        yield area, *(words.level(side.assessment.levels[place]) for side in sides)
    yield (
        t("coaching.place.track"),
        *(words.track(side.assessment.track) for side in sides),
    )
    yield t("coaching.place.legal"), *(words.legal(side) for side in sides)
    yield (
        t("coaching.place.attention"),
        *(str(side.assessment.attention) for side in sides),
    )
    yield (
        t("coaching.place.strengths"),
        *(str(side.assessment.strengths) for side in sides),
    )
    yield (
        t("coaching.place.actions"),
        *(
            t(
                "coaching.place.actions_figure",
                open=side.kept.open_actions,
                done=side.kept.done_actions,
            )
            for side in sides
        ),
    )


def _evaluation(kept: Kept) -> EvaluationLinks:
    t = texts()
    return EvaluationLinks(
        id=kept.id,
        title=t("coaching.place.evaluation", day=date_text(kept.day, language())),
        state=t(f"trajectory.state.{kept.status}"),
        reported=kept.report is not None
        and kept.edition == services().catalogue.questionnaire.edition,
    )
