"""Pieces of pages that are kept as they were drawn: never stale, and never what was typed."""

import time
from collections.abc import Iterator
from itertools import product
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evaltool.domain.answers import Answers
from evaltool.web import pieces
from evaltool.web.context import Services
from evaltool.web.rendering import Templates
from evaltool.web.walk import stops
from tests.browsing import begun, changed, form_of
from tests.factories import all_answers, some_answers


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    """Keep nothing from here on."""
    pieces.kept.cache_clear()
    pieces.kept_places.cache_clear()


def pages(client: FlaskClient, app: Flask, address: str) -> dict[str, str]:
    """All pages of questions of an evaluation, in both languages, without their tokens."""
    held: Services = app.extensions["evaltool"]
    answers = held.evaluations.get(address.rsplit("/", 1)[-1]).answers
    found = {}
    for here, language in product(stops(held.catalogue.questionnaire, answers), ("nl", "en")):
        path = f"{address}/sections/{here.section.id}/{here.number}?lang={language}"
        page = client.get(path)
        assert page.status_code == 200
        token = form_of(page, f"/sections/{here.section.id}/{here.number}")["csrf_token"]
        found[path] = page.get_data(as_text=True).replace(token, "")
    return found


def keep(app: Flask, address: str, answers: Answers) -> None:
    """Keep these answers for an evaluation."""
    held: Services = app.extensions["evaltool"]
    id_ = address.rsplit("/", 1)[-1]
    for section in held.catalogue.questionnaire.sections:
        held.evaluations.save_section(
            id_,
            section.id,
            expected_version=held.evaluations.get(id_).versions.get(section.id, 0),
            part=answers.part(section.questions),
            at=held.now(),
        )


def test_a_kept_question_is_what_is_drawn_anew(client: FlaskClient, app: Flask) -> None:
    first, second = begun(client), begun(client, "44021", "6")
    questionnaire = app.extensions["evaltool"].catalogue.questionnaire
    keep(app, first, Answers(all_answers(questionnaire).values, {}, {}))
    keep(app, second, some_answers(livcr_presence="yes_zone"))
    for address in (first, second):
        seen = pages(client, app, address)
        before = pieces.kept.cache_info().hits
        assert pages(client, app, address) == seen
        assert pieces.kept.cache_info().hits > before
        forget()
        assert pages(client, app, address) == seen


def test_an_answer_that_changes_is_seen_at_once(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    place = f"{address}/sections/structure/1"
    for answer in ("no_plans", "yes_municipal", "no_plans"):
        fields = changed(form_of(client.get(place), "/structure/1"), {"livcr_presence": answer})
        client.post(place, data={**fields.to_dict(flat=False), "later": "1"})
        page = client.get(place).get_data(as_text=True)
        assert f'value="{answer}" checked' in page
        assert page.count(" checked>") == 1


def test_what_was_answered_or_typed_is_shown_and_not_kept(client: FlaskClient, app: Flask) -> None:
    ours, theirs = begun(client), begun(client, "44021", "6")
    place = "sections/structure/1"
    client.get(f"{theirs}/{place}")
    kept = pieces.kept.cache_info().currsize
    written = Answers(
        {"livcr_presence": "yes_municipal"}, {}, {"livcr_presence": "Een <b> van ons & 06 12 34."}
    )
    keep(app, ours, written)
    page = client.get(f"{ours}/{place}").get_data(as_text=True)
    assert "Een &lt;b&gt; van ons &amp; 06 12 34." in page
    assert 'id="note-livcr_presence" open' in page
    assert 'value="yes_municipal" checked' in page
    other = client.get(f"{theirs}/{place}").get_data(as_text=True)
    assert "van ons" not in other
    assert " open>" not in other
    assert " checked>" not in other
    # The one piece serves both.
    assert pieces.kept.cache_info().currsize == kept


def test_what_looks_like_a_gap_is_text(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    text = "\ue000yes_municipal\ue000 {{ t }}"
    keep(app, address, Answers({"livcr_presence": "yes_municipal"}, {}, {"livcr_presence": text}))
    for _ in range(2):
        assert text in client.get(f"{address}/sections/structure/1").get_data(as_text=True)


def test_a_question_with_something_wrong_is_not_kept(client: FlaskClient, app: Flask) -> None:
    address = begun(client)
    place = f"{address}/sections/structure/1"
    client.get(place)
    kept = pieces.kept.cache_info().currsize
    fields = form_of(client.get(place), "/structure/1")
    long = {**fields.to_dict(flat=False), "note:livcr_presence": "x" * 5000, "next": "1"}
    refused = client.post(place, data=long)
    assert refused.status_code == 422
    assert 'class="error"' in refused.get_data(as_text=True)
    assert pieces.kept.cache_info().currsize == kept
    assert 'class="error"' not in client.get(place).get_data(as_text=True)


@pytest.mark.parametrize("kind", [pieces.kept, pieces.kept_places])
def test_what_is_kept_stays_bounded(kind: Any) -> None:
    limit = kind.cache_parameters()["maxsize"]
    assert limit is not None
    assert limit <= 512


def test_a_page_that_several_ask_for_first_is_compiled_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    compile_ = Templates.compile

    def slow(self: Templates, source: str, name: str, *args: Any, **kwargs: Any) -> Any:
        compiled.append(name)
        time.sleep(0.05)
        return compile_(self, source, name, *args, **kwargs)

    monkeypatch.setattr(Templates, "compile", slow)
    # What the tests before compiled does not count.
    app.jinja_env.bytecode_cache = None
    readers = [Thread(target=app.jinja_env.get_template, args=("glossary.html",)) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert compiled == ["glossary.html"]


def test_addresses_that_are_remembered_go_with_where_the_application_stands(app: Flask) -> None:
    seen = set()
    for root in ("", "/livc", ""):
        page = app.test_client().get("/", environ_overrides={"SCRIPT_NAME": root})
        seen.add((root, f'href="{root}/glossary"' in page.get_data(as_text=True)))
    assert seen == {("", True), ("/livc", True)}
