"""The questionnaire as JSON holds all of it, in a form that any program can read."""

import json

import pytest

from evaltool.catalogue.questionnaire import read_questionnaire
from evaltool.domain.language import Text
from evaltool.domain.questionnaire import (
    Clause,
    Kind,
    Option,
    Question,
    Questionnaire,
    Section,
)
from evaltool.domain.questionnaire_json import questionnaire_json
from evaltool.paths import CONTENT


def text(word: str) -> Text:
    return Text(f"{word} nl", f"{word} en")


def shown(word: str) -> dict[str, str]:
    return {"nl": f"{word} nl", "en": f"{word} en"}


def questionnaire(*questions: Question) -> Questionnaire:
    section = Section("s", text("title"), text("intro"), 3, False, questions)
    return Questionnaire("2026-1", "vvsg-2020", text("unknown"), (section,))


def test_a_question_with_all_it_can_have() -> None:
    question = Question(
        id="q",
        section="s",
        kind=Kind.MULTI,
        text=text("question"),
        help=text("help"),
        options=(
            Option("b", text("b")),
            Option("a", text("a"), text("a help"), exclusive=True, surveyed=False),
        ),
        asked_if=(Clause("p", frozenset({"y", "x"}), frozenset({"z"})),),
        benchmarked=True,
        order=("a", "b"),
        sources=("p",),
        at_most=2,
        page=2,
        carried=False,
    )
    found = questionnaire_json(questionnaire(question))
    assert found == {
        "edition": "2026-1",
        "survey": "vvsg-2020",
        "dont_know": {"id": "dont_know", "label": shown("unknown")},
        "note_limit": 4000,
        "sections": [
            {
                "id": "s",
                "title": shown("title"),
                "intro": shown("intro"),
                "minutes": 3,
                "optional": False,
                "questions": [
                    {
                        "id": "q",
                        "kind": "multi",
                        "page": 2,
                        "text": shown("question"),
                        "help": shown("help"),
                        "benchmarked": True,
                        "asked_if": [{"question": "p", "any_of": ["x", "y"], "none_of": ["z"]}],
                        "options": [
                            {
                                "id": "b",
                                "label": shown("b"),
                                "help": None,
                                "exclusive": False,
                                "surveyed": True,
                            },
                            {
                                "id": "a",
                                "label": shown("a"),
                                "help": shown("a help"),
                                "exclusive": True,
                                "surveyed": False,
                            },
                        ],
                        "order": ["a", "b"],
                        "sources": ["p"],
                        "at_most": 2,
                        "carried": False,
                    }
                ],
            }
        ],
    }


@pytest.fixture
def content() -> Questionnaire:
    found = read_questionnaire(CONTENT, [])
    assert found is not None
    return found


def test_the_content_comes_back_from_its_json(content: Questionnaire) -> None:
    found = json.loads(json.dumps(questionnaire_json(content), ensure_ascii=False))

    def back(value: dict[str, str]) -> Text:
        return Text(value["nl"], value["en"])

    sections = tuple(
        Section(
            s["id"],
            back(s["title"]),
            back(s["intro"]),
            s["minutes"],
            s["optional"],
            tuple(
                Question(
                    id=q["id"],
                    section=s["id"],
                    kind=Kind(q["kind"]),
                    text=back(q["text"]),
                    help=back(q["help"]),
                    options=tuple(
                        Option(
                            o["id"],
                            back(o["label"]),
                            o["help"] and back(o["help"]),
                            o["exclusive"],
                            o["surveyed"],
                        )
                        for o in q["options"]
                    ),
                    asked_if=tuple(
                        Clause(c["question"], frozenset(c["any_of"]), frozenset(c["none_of"]))
                        for c in q["asked_if"]
                    ),
                    benchmarked=q["benchmarked"],
                    order=tuple(q["order"]),
                    sources=tuple(q["sources"]),
                    at_most=q["at_most"],
                    page=q["page"],
                    carried=q["carried"],
                )
                for q in s["questions"]
            ),
        )
        for s in found["sections"]
    )
    again = Questionnaire(
        found["edition"], found["survey"], back(found["dont_know"]["label"]), sections
    )
    assert again == content
