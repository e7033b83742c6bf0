"""Answers and evaluations as JSON text, and back, with every shape kept."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime

from evaltool.domain.answers import Answer, Answers
from evaltool.domain.document import plain
from evaltool.domain.evaluation import Carried, Evaluation, Status, Supplement, Voice

_DIGEST_LENGTH = 16


def answers_to_json(answers: Answers) -> str:
    """Answers as text; equal answers give equal text."""
    return json.dumps(_plain(answers), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(answers: Answers, *texts: str) -> str:
    """A short text that is the same for equal answers and texts, and for no others one meets."""
    held = json.dumps([answers_to_json(answers), *texts]) if texts else answers_to_json(answers)
    return hashlib.sha256(held.encode()).hexdigest()[:_DIGEST_LENGTH]


def answers_from_json(text: str) -> Answers:
    """The answers of a text made by :func:`answers_to_json`."""
    return _answers(json.loads(text))


def evaluation_to_json(evaluation: Evaluation) -> str:
    """A whole evaluation as text."""
    held: dict[str, object] = {
        "id": evaluation.id,
        "nis_code": evaluation.nis_code,
        "cluster": evaluation.cluster,
        "cluster_proposed": evaluation.cluster_proposed,
        "day": evaluation.day.isoformat(),
        "edition": evaluation.edition,
        "survey": evaluation.survey,
        "status": evaluation.status,
        "answers": _plain(evaluation.answers),
        "versions": dict(evaluation.versions),
        "created_at": evaluation.created_at.isoformat(),
        "changed_at": evaluation.changed_at.isoformat(),
        "finished_at": evaluation.finished_at and evaluation.finished_at.isoformat(),
    }
    if evaluation.carried:
        held["carried"] = {
            id_: [mark.since.isoformat(), mark.confirmed]
            for id_, mark in evaluation.carried.items()
        }
    return json.dumps(held, ensure_ascii=False, sort_keys=True)


def evaluation_from_json(text: str) -> Evaluation:
    """The evaluation of a text made by :func:`evaluation_to_json`."""
    held = json.loads(text)
    return Evaluation(
        **{
            **held,
            "day": date.fromisoformat(held["day"]),
            "status": Status(held["status"]),
            "answers": _answers(held["answers"]),
            "created_at": datetime.fromisoformat(held["created_at"]),
            "changed_at": datetime.fromisoformat(held["changed_at"]),
            "finished_at": held["finished_at"] and datetime.fromisoformat(held["finished_at"]),
            "carried": {
                id_: Carried(date.fromisoformat(since), confirmed)
                for id_, (since, confirmed) in held.get("carried", {}).items()
            },
        }
    )


def supplement_to_json(supplement: Supplement) -> str:
    """What a report shows besides, as text."""
    held = {
        "voices": [
            {
                "view": voice.view,
                "discipline": voice.discipline,
                "named": voice.named,
                "answers": _plain(voice.answers),
            }
            for voice in supplement.voices
        ],
        "reasons": dict(supplement.reasons),
        "members": [list(member) for member in supplement.members],
    }
    return json.dumps(held, ensure_ascii=False, sort_keys=True)


def supplement_from_json(text: str) -> Supplement:
    """What a report shows besides, of a text made by :func:`supplement_to_json`."""
    held = json.loads(text)
    return Supplement(
        voices=tuple(
            Voice(**{**voice, "answers": _answers(voice["answers"])}) for voice in held["voices"]
        ),
        reasons=held["reasons"],
        members=tuple((nis_code, cluster) for nis_code, cluster in held["members"]),
    )


def _plain(answers: Answers) -> dict[str, object]:
    return {
        "values": {id_: plain(value) for id_, value in answers.values.items()},
        "other_text": dict(answers.other_text),
        "notes": dict(answers.notes),
    }


def _answers(held: Mapping[str, Mapping[str, object]]) -> Answers:
    values: dict[str, Answer] = {}
    for id_, value in held["values"].items():
        values[id_] = tuple(value) if isinstance(value, list) else value  # type: ignore[assignment]
    return Answers(
        values,
        {id_: str(text) for id_, text in held["other_text"].items()},
        {id_: str(text) for id_, text in held["notes"].items()},
    )


def moment_to_text(at: datetime) -> str:
    """A moment as text; the order of the texts is the order of the moments."""
    if at.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {at}")
    return at.astimezone(UTC).isoformat()
