"""The glossary: found in texts, read with every fault named, on its page and beside its words."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from hypothesis import given, strategies as st

from evaltool.catalogue import Catalogue, read
from evaltool.domain.glossary import Glossary, Term
from evaltool.domain.language import LANGUAGES, Language, Text, date_text
from evaltool.paths import CONTENT
from tests.browsing import imported, parsed, send, text_of
from tests.conftest import ROOT
from tests.damaging import damage, told

GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.answers.json"))
GROWING = ROOT / "tests" / "golden" / "centre-growing.answers.json"


def a_term(id_: str, nl: tuple[str, ...] = (), en: tuple[str, ...] = ()) -> Term:
    return Term(id_, Text(id_, id_), None, {"nl": nl, "en": en}, Text("uitleg", "explanation"))


GLOSSARY = Glossary(
    (
        a_term("livc_r", ("LIVC-R", "LIVC-R's"), ("LIVC-R", "LIVC-Rs")),
        a_term("ltf", ("LTF", "lokale taskforce"), ("LTF", "local task force")),
        a_term("group", ("lokale taskforce zonder politie",), ()),
        a_term("ideas", ("één idee",), ("idée fixe",)),
        a_term("interval", ("95 %-interval",), ("95 % interval",)),
        a_term("page_only"),
    )
)


def marked(text: str, language: Language = "nl", seen: tuple[str, ...] = ()) -> list[str]:
    """What is marked, as "word: term"."""
    parts = GLOSSARY.split(text, language, seen)
    assert "".join(part for part, _ in parts) == text
    return [f"{part}: {id_}" for part, id_ in parts if id_ is not None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Niets.", []),
        ("LIVC-R", ["LIVC-R: livc_r"]),
        ("De LIVC-R en de LTF.", ["LIVC-R: livc_r", "LTF: ltf"]),
        # the first occurrence only, whatever its form
        ("LTF, LTF en lokale taskforce", ["LTF: ltf"]),
        # the longest form first, also where a shorter one begins at the same place
        ("Veel LIVC-R's.", ["LIVC-R's: livc_r"]),
        ("Een lokale taskforce zonder politie", ["lokale taskforce zonder politie: group"]),
        ("Een lokale taskforce zonder", ["lokale taskforce: ltf"]),
        # a capital at the start, and no other change of case
        ("Lokale taskforce", ["Lokale taskforce: ltf"]),
        ("Één idee", ["Één idee: ideas"]),
        ("Lokale Taskforce, ltf en LOKALE TASKFORCE", []),
        # whole words only
        ("LTFs, aLTF, LTF2, éLTF, LTFé", []),
        ("LTF-overleg, pre-LTF, LTF- en LIVC-R-leden, LIVC-RR", []),
        ("LTF's, LTF’s, d'LTF", []),
        ("(LTF)", ["LTF: ltf"]),
        ("“LTF”, 'LIVC-R'", ["LTF: ltf", "LIVC-R: livc_r"]),
        ("LTF/LIVC-R", ["LTF: ltf", "LIVC-R: livc_r"]),
        ("geen idee", []),
        # what is written otherwise and read the same
        ("lokale\ntaskforce", ["lokale\ntaskforce: ltf"]),
        ("het 95\N{NO-BREAK SPACE}%-interval", ["95\N{NO-BREAK SPACE}%-interval: interval"]),
        ("LIVC-R’s", ["LIVC-R’s: livc_r"]),
    ],
)
def test_a_text_is_split_at_its_terms(text: str, expected: list[str]) -> None:
    assert marked(text) == expected


def test_each_language_has_its_own_forms() -> None:
    assert marked("The local task force", "en") == ["local task force: ltf"]
    assert marked("The local task force", "nl") == []
    assert marked("The LIVC-R's members and two LIVC-Rs", "en") == ["LIVC-Rs: livc_r"]
    assert marked("lokale taskforce zonder politie", "en") == []


def test_what_is_seen_is_marked_no_more() -> None:
    assert marked("De LIVC-R en de LTF", seen=("livc_r",)) == ["LTF: ltf"]
    assert GLOSSARY.split("De LIVC-R", "nl", {"livc_r"}) == (("De LIVC-R", None),)


def test_without_forms_nothing_is_found() -> None:
    alone = Glossary((a_term("page_only"),))
    assert alone.split("page_only", "nl") == (("page_only", None),)


@given(st.text("LTFIVCR-'’s lokale\ntaskforce<&.()é", max_size=60), st.sets(st.just("ltf")))
def test_the_parts_are_the_text_and_no_term_comes_twice(text: str, seen: set[str]) -> None:
    parts = GLOSSARY.split(text, "nl", seen)
    assert "".join(part for part, _ in parts) == text
    assert all(part for part, _ in parts)
    ids = [id_ for _, id_ in parts if id_ is not None]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & seen


def test_the_order_is_that_of_the_alphabet() -> None:
    words = ("zorg", "Élan", "afspraak", "OCAD", "95 %", "eland")
    terms = tuple(Term(word, Text(word, word), None, {}, Text("", "")) for word in words)
    order = [term.id for term in Glossary(terms).alphabetical("nl")]
    assert order == ["95 %", "afspraak", "Élan", "eland", "OCAD", "zorg"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_of_the_glossary_is_found(catalogue: Catalogue, language: Language) -> None:
    glossary = catalogue.glossary
    forms = [(form, term.id) for term in glossary.terms for form in term.forms.get(language, ())]
    assert len(forms) > 30
    for form, id_ in forms:
        for written in (form, form[0].upper() + form[1:]):
            assert (written, id_) in glossary.split(f"Over “{written}”, dus.", language), written


# --- The reader ---

TERMS = """
[[terms]]
id = "ltf"
term = {nl = "LTF", en = "LTF"}
forms = {nl = ["LTF", "lokale taskforce"], en = ["LTF"]}
full = {nl = "Lokale taskforce", en = "Local task force"}
explanation = {nl = "Het overleg.", en = "The consultation."}
sources = ["strategy_ter"]

[[terms]]
id = "vvsg"
term = {nl = "VVSG", en = "VVSG"}
explanation = {nl = "De vereniging.", en = "The association."}
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the content with a glossary of two terms."""
    folder = Path(shutil.copytree(CONTENT, tmp_path / "content"))
    (folder / "glossary.toml").write_text(TERMS, encoding="utf-8")
    return folder


def test_a_term_is_read_with_and_without_forms(content: Path) -> None:
    found, faults = read(content)
    assert faults == []
    assert found is not None
    ltf, vvsg = found.glossary.terms
    assert ltf.forms == {"nl": ("LTF", "lokale taskforce"), "en": ("LTF",)}
    assert (ltf.full, ltf.sources) == (Text("Lokale taskforce", "Local task force"), (STRATEGY,))
    assert (vvsg.forms, vvsg.full, vvsg.sources) == ({}, None, ())


STRATEGY = "strategy_ter"
FORMS = 'forms = {nl = ["LTF", "lokale taskforce"], en = ["LTF"]}'
LAST = 'explanation = {nl = "De vereniging.", en = "The association."}'


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ('id = "vvsg"\n', "", 10, "missing_key"),
        ('"vvsg"', '"ltf"', 10, "id_twice"),
        ('term = {nl = "VVSG", en = "VVSG"}', 'term = {nl = "VVSG"}', 12, "not_both_languages"),
        ('en = "Local task force"', 'en = ""', 6, "not_both_languages"),
        ('en = "The consultation."', 'fr = "La consultation"', 7, "not_both_languages"),
        (LAST, "", 10, "missing_key"),
        (FORMS, 'forms = {nl = ["LTF"]}', 5, "not_both_languages"),
        (FORMS, 'forms = {nl = ["LTF"], en = []}', 5, "not_both_languages"),
        (FORMS, 'forms = {nl = ["LTF"], en = ["a"], fr = ["b"]}', 5, "not_both_languages"),
        (FORMS, 'forms = {nl = "LTF", en = "LTF"}', 5, "not_both_languages"),
        (FORMS, 'forms = ["LTF"]', 5, "not_both_languages"),
        (FORMS, 'forms = {nl = ["LTF", " "], en = ["LTF"]}', 5, "form_empty"),
        (FORMS, 'forms = {nl = ["tafel", "Tafel"], en = ["LTF"]}', 5, "form_twice"),
        (LAST, LAST + '\nforms = {nl = ["LTF"], en = ["VVSG"]}', 14, "form_twice"),
        (LAST, LAST + '\nforms = {nl = ["Lokale taskforce"], en = ["x"]}', 14, "form_twice"),
        ('["strategy_ter"]', '["strategy"]', 8, "unknown_reference"),
        ('sources = ["strategy_ter"]', 'source = "x"', 8, "unknown_key"),
        (TERMS, "", None, "missing_key"),
        (TERMS, "terms = 3", 1, "wrong_type"),
        (LAST, LAST + "\nx", 14, "not_toml"),
    ],
)
def test_every_fault_is_named_with_its_line(
    content: Path, old: str, new: str, line: int | None, code: str
) -> None:
    damage(content / "glossary.toml", old, new)
    found, faults = read(content)
    assert found is None
    assert ("glossary.toml", line, code) in told(faults)
    assert {fault.path.name for fault in faults} == {"glossary.toml"}


def test_a_missing_glossary_is_a_fault(content: Path) -> None:
    (content / "glossary.toml").unlink()
    assert ("glossary.toml", None, "missing_file") in told(read(content)[1])


# --- The page of the glossary ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_lists_every_term(
    client: FlaskClient, catalogue: Catalogue, language: Language
) -> None:
    page = parsed(client.get(f"/glossary?lang={language}"))
    listed = page.find(".//dl[@class='glossary']")
    assert listed is not None
    terms = catalogue.glossary.alphabetical(language)
    assert [entry.get("id") for entry in listed] == [f"term-{term.id}" for term in terms]
    for entry, term in zip(listed, terms, strict=True):
        texts = [term.term, term.explanation, *([term.full] if term.full else [])]
        for text in texts:
            assert " ".join(text.in_(language).split()) in text_of(entry)
        for id_ in term.sources:
            source = catalogue.rulebook.sources[id_]
            assert source.title.in_(language) in text_of(entry)
            assert source.where in text_of(entry)
            read_on = date_text(source.read or date(2000, 1, 1), language)
            assert (read_on in text_of(entry)) == (source.read is not None)
    # The words that it explains are not explained once more.
    assert buttons(page) == []


# --- Explanations within reach ---


def buttons(page: Element) -> list[Element]:
    """The words of a page that can be opened."""
    return [element for element in page.iter("button") if element.get("class") == "term"]


def shown(app: Flask, template: str, language: Language = "nl", **values: str) -> str:
    """A template by itself, in a request of its own."""
    with app.test_request_context(f"/?lang={language}"):
        return render_template_string(template, **values)


def button(id_: str, word: str) -> str:
    return f'<button type="button" class="term" popovertarget="explain-{id_}">{word}</button>'


LIVC_R = '<span class="whole">LIVC-R</span>'


def test_a_word_becomes_a_button_and_all_else_is_escaped(app: Flask) -> None:
    text = "<b>Een LTF & 'een'</b> LIVC-R met een LTF"
    assert shown(app, "{{ text|explained }}", text=text) == (
        f"&lt;b&gt;Een {button('ltf', 'LTF')} &amp; &#39;een&#39;&lt;/b&gt; "
        f"{button('livc_r', LIVC_R)} met een LTF"
    )
    assert shown(app, "{{ text|explained }}", text="niets <i>") == "niets &lt;i&gt;"


def test_punctuation_stays_with_its_word(app: Flask) -> None:
    text = "een (LTF) en OCAD."
    assert shown(app, "{{ text|explained }}", text=text) == (
        f'een <span class="whole">({button("ltf", "LTF")})</span> en '
        f'<span class="whole">{button("ocad", "OCAD")}.</span>'
    )


def test_words_are_of_the_language_of_the_page(app: Flask) -> None:
    text = "casusoverleg en case consultation"
    assert shown(app, "{{ text|explained }}", text=text).startswith(
        button("casusoverleg", "casusoverleg") + " en case"
    )
    assert shown(app, "{{ text|explained }}", "en", text=text).endswith(
        "en " + button("casusoverleg", "case consultation")
    )


def test_a_word_is_marked_once_until_it_is_forgotten(app: Flask) -> None:
    template = (
        "{{ text|explained }} {{ text|explained }}{{ forget_terms() }} {{ text|explained }}: "
        "{% for term in explained_terms() %}{{ term.id }} {% endfor %}"
    )
    word = button("ltf", "LTF")
    assert shown(app, template, text="LTF") == f"{word} LTF {word}: ltf "


def test_a_page_begins_anew(app: Flask) -> None:
    with app.test_request_context("/"):
        first, second = (
            render_template_string("{{ text|explained }}", text="LTF") for _ in range(2)
        )
    assert first == second == button("ltf", "LTF")


def no_button_where_none_may_stand(page: Element) -> None:
    """Fail where an explanation is inside something else that is used or that names something."""
    forbidden = {"a", "label", "summary", "button", "legend", "caption", "th", "td", "figcaption"}
    forbidden |= {f"h{level}" for level in range(1, 7)}

    def walk(element: Element, around: tuple[Element, ...]) -> Iterator[Element]:
        if element in words:
            assert not {outer.tag for outer in around} & forbidden, text_of(around[-1])
            assert not [outer for outer in around if outer.get("class") == "usernote"]
            yield element
        for child in element:
            yield from walk(child, (*around, element))

    words = buttons(page)
    assert list(walk(page, ())) == words


def each_word_has_its_explanation(page: Element, language: Language, catalogue: Catalogue) -> None:
    cards = {e.get("id"): e for e in page.iter("div") if e.get("class") == "explain"}
    wanted = [element.get("popovertarget") for element in buttons(page)]
    assert set(wanted) == set(cards)
    for id_, card in cards.items():
        assert id_ is not None
        assert "popover" in card.attrib
        term = catalogue.glossary.by_id[id_.removeprefix("explain-")]
        assert term.explanation.in_(language) in text_of(card)
        links = [link.get("href") for link in card.iter("a")]
        assert links == [f"/glossary#term-{term.id}"]
        (close,) = card.iter("button")
        assert (close.get("popovertarget"), close.get("popovertargetaction")) == (id_, "hide")


def linked(page: Element) -> bool:
    """Whether the foot of a page leads to the glossary."""
    foot = page.find(".//footer")
    assert foot is not None
    return "/glossary" in {link.get("href") for link in foot.iter("a")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_explains_its_words(
    client: FlaskClient, catalogue: Catalogue, language: Language
) -> None:
    # Answered, so that nearly all questions are asked.
    address = imported(client, GROWING.read_bytes())
    sections = [
        f"{address}/sections/{section.id}/{number}"
        for section in catalogue.questionnaire.sections
        for number in range(1, len(section.pages) + 1)
    ]
    pages = ["/", "/glossary", "/evaluations/new", "/evaluations/new?name=leuven", "/nowhere"]
    pages += [address, f"{address}/check", f"{address}/details", f"{address}/delete", *sections]
    found: dict[str, int] = {}
    client.get(f"/?lang={language}")
    for path in pages:
        page = parsed(client.get(path))
        assert linked(page), path
        no_button_where_none_may_stand(page)
        each_word_has_its_explanation(page, language, catalogue)
        found[path] = len(buttons(page))
    assert found["/"] == 1
    assert found[address] > 0
    assert found[f"{address}/sections/structure/2"] == 3
    assert sum(found[path] > 0 for path in sections) > 4


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name.partition(".")[0])
def test_the_results_explain_their_words(
    client: FlaskClient, catalogue: Catalogue, path: Path
) -> None:
    address = imported(client, path.read_bytes())
    send(client, client.get(f"{address}/check"), "/finish")
    for language in LANGUAGES:
        for name in ("results", "plan", "sections/structure/comparison"):
            page = parsed(client.get(f"{address}/{name}", query_string={"lang": language}))
            no_button_where_none_may_stand(page)
            each_word_has_its_explanation(page, language, catalogue)
            chapters = [e for e in page.iter("section") if e.get("class") == "chapter"]
            for chapter in chapters:
                words = [element.get("popovertarget") for element in buttons(chapter)]
                assert len(set(words)) == len(words), chapter.get("id")
            assert name != "results" or buttons(page)
