"""The reader of the content names every fault, with file, line and what to do."""

import shutil
from pathlib import Path
from string import Formatter

import pytest

from evaltool.catalogue.faults import SENTENCES, Fault
from evaltool.catalogue.files import check_hash, read_csv
from evaltool.catalogue.questionnaire import read_questionnaire
from evaltool.catalogue.texts import read_texts
from evaltool.domain.language import LANGUAGES, Text
from evaltool.paths import CONTENT

Found = tuple[str, int | None, str]
"""A fault as file, line and code."""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    folder.mkdir()
    for path in [CONTENT / "questionnaire.toml", *CONTENT.glob("questions_*.toml")]:
        shutil.copy(path, folder)
    return folder


def damage(folder: Path, name: str, old: str, new: str) -> int:
    """Replace the first occurrence of a text in a file; the line it began on, from 1."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def line_of(folder: Path, name: str, needle: str, occurrence: int = 1) -> int:
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    return [i for i, line in enumerate(lines, start=1) if needle in line][occurrence - 1]


def faults(folder: Path) -> list[Fault]:
    found: list[Fault] = []
    read_questionnaire(folder, found)
    return found


def codes(found: list[Fault]) -> list[Found]:
    for fault in found:
        for language in LANGUAGES:
            assert fault.path.name in fault.sentence(language)
    return [(fault.path.name, fault.line, fault.code) for fault in found]


STRUCTURE = "questions_structure.toml"
SITUATION = "questions_situation.toml"
PROFILE = "questions_profile.toml"
COMPOSITION = "questions_composition.toml"
DIFFICULTIES = "questions_difficulties.toml"
DEEPENING = "questions_deepening.toml"
SHARING = "questions_information_sharing.toml"
FRAME = "questionnaire.toml"


@pytest.mark.parametrize(
    ("name", "old", "new", "needle", "code"),
    [
        # keys and types
        (PROFILE, 'kind = "single"\n', "", "[[questions]]", "missing_key"),
        (PROFILE, 'kind = "single"', 'kind = "free"', 'kind = "free"', "wrong_type"),
        (PROFILE, "benchmarked = true", "benchmarked = 1", "benchmarked = 1", "wrong_type"),
        (PROFILE, "benchmarked = true", "bench = true", "bench = true", "unknown_key"),
        (STRUCTURE, "page = 2", 'page = "2"', 'page = "2"', "wrong_type"),
        (STRUCTURE, "page = 2", "page = 0", "page = 0", "wrong_type"),
        (STRUCTURE, "page = 2", "page = true", "page = true", "wrong_type"),
        (FRAME, "minutes = 2", "minutes = 0", "minutes = 0", "wrong_type"),
        (FRAME, "optional = true", 'optional = "yes"', 'optional = "yes"', "wrong_type"),
        (FRAME, 'edition = "2026-1"\n', "", "", "missing_key"),
        (FRAME, 'edition = "2026-1"', 'edition = "2026-1"\nyear = 1', "year = 1", "unknown_key"),
        # codes
        (SITUATION, 'id = "decreased"', 'id = "increased"', "[[questions]]", "option_twice"),
        (FRAME, 'id = "situation"', 'id = "profile"', "", "id_twice"),
        # texts
        (PROFILE, 'en = "Mayor"', 'fr = "Maire"', "Maire", "not_both_languages"),
        (PROFILE, ', en = "Mayor"', "", 'nl = "Burgemeester"}', "not_both_languages"),
        (PROFILE, 'en = "Mayor"', 'en = " "', 'en = " "', "not_both_languages"),
        (PROFILE, 'en = "Mayor"', "en = 3", "en = 3", "not_both_languages"),
        (FRAME, 'nl = "Profiel"', 'nl = ""', 'nl = ""', "not_both_languages"),
        # references
        (STRUCTURE, '"has_livcr"', '"has_lvcr"', '"has_lvcr"', "unknown_route"),
        (FRAME, 'requires = "has_livcr"', 'requires = "x"', "[routes.has_agree", "unknown_route"),
        (PROFILE, '"respondent_function"\ntext', '"x"\ntext', '"x"', "options_not_earlier"),
        (SHARING, 'order = ["none", ', "order = [", "[[questions]]", "wrong_order"),
        (SHARING, 'order = ["none"', 'order = ["nothing"', "[[questions]]", "wrong_order"),
        (DEEPENING, '["radicalisation_forms"]', '["forms"]', "", "wrong_source"),
        (DEEPENING, 'sources = ["radicalisation_forms"]\n', "", "", "no_sources"),
        (DIFFICULTIES, '"challenges",', '"chair",', "", "wrong_source"),
        (DIFFICULTIES, "page = 3", "page = 2", "", "wrong_source"),
        (DIFFICULTIES, "at_most = 3\n", "", "", "missing_key"),
        (SITUATION, 'kind = "single"', 'kind = "single"\nat_most = 2', "at_most", "not_for_kind"),
        (SITUATION, 'kind = "single"', 'kind = "single"\nsources = []\nx = 1', "x", "unknown_key"),
        # routing
        (FRAME, '"starting", "no_plans"', '"no_plan"', "", "route_impossible"),
        (FRAME, '"radicalisation_signals"', '"signals"', "", "route_unknown"),
        (FRAME, '"radicalisation_signals"', '"policy_actions"', "", "route_later"),
    ],
)
def test_one_damage(content: Path, name: str, old: str, new: str, needle: str, code: str) -> None:
    damage(content, name, old, new)
    found = codes(faults(content))
    assert code in {c for _, _, c in found}
    if needle:
        # Nothing but this fault, and at this line.
        line = line_of(content, name, needle)
        assert {(n, c) for n, _, c in found} == {(name, code)}
        assert line in {at for _, at, _ in found}


def test_a_question_twice_is_named_where_it_stands_the_second_time(content: Path) -> None:
    damage(content, SITUATION, 'id = "specific_policy"', 'id = "polarisation_signals"')
    second = line_of(content, SITUATION, 'id = "polarisation_signals"', 2) - 1
    assert (SITUATION, second, "id_twice") in codes(faults(content))


def test_a_question_twice_in_different_sections(content: Path) -> None:
    damage(content, STRUCTURE, 'id = "chair"', 'id = "specific_policy"')
    line = line_of(content, STRUCTURE, 'id = "specific_policy"') - 1
    assert (STRUCTURE, line, "id_twice") in codes(faults(content))


def test_a_fault_in_an_option_names_question_option_and_line(content: Path) -> None:
    old = 'id = "police_chief"\nlabel = {nl = "De korpschef of een vertegenwoordiger", en'
    damage(content, COMPOSITION, old, old.removesuffix("en") + "fr")
    (fault,) = faults(content)
    assert fault.line == line_of(content, COMPOSITION, "fr =")
    assert "statutory_members.police_chief" in fault.sentence("nl")


def test_a_question_without_options(content: Path) -> None:
    text = (content / COMPOSITION).read_text(encoding="utf-8")
    start = text.index('[[questions.options]]\nid = "yes"')
    (content / COMPOSITION).write_text(text[:start], encoding="utf-8")
    line = line_of(content, COMPOSITION, 'id = "partner_agreements"') - 1
    assert codes(faults(content)) == [(COMPOSITION, line, "no_options")]


def test_broken_toml_names_the_line_and_hides_nothing_else(content: Path) -> None:
    line = damage(content, STRUCTURE, 'kind = "multi"', "kind = multi")
    wrong = damage(content, PROFILE, 'kind = "single"', 'kind = "free"')
    assert codes(faults(content)) == [
        (PROFILE, wrong, "wrong_type"),
        (STRUCTURE, line, "not_toml"),
    ]


def test_toml_that_ends_in_the_middle(content: Path) -> None:
    path = content / SHARING
    path.write_text(path.read_text(encoding="utf-8") + "[[questions", encoding="utf-8")
    lines = path.read_text(encoding="utf-8").count("\n") + 1
    assert codes(faults(content)) == [(SHARING, lines, "not_toml")]


def test_a_file_in_another_encoding(content: Path) -> None:
    path = content / STRUCTURE
    text = path.read_text(encoding="utf-8")
    for character in set("“”"):
        text = text.replace(character, "'")
    path.write_bytes(text.encode("latin-1"))
    line = next(i for i, t in enumerate(text.splitlines(), start=1) if not t.isascii())
    assert codes(faults(content)) == [(STRUCTURE, line, "not_utf8")]


def test_missing_and_stray_files(content: Path) -> None:
    (content / STRUCTURE).rename(content / "questions_structuur.toml")
    assert codes(faults(content)) == [
        (STRUCTURE, None, "missing_file"),
        ("questions_structuur.toml", None, "stray_questions"),
    ]


def test_without_frame_there_is_no_questionnaire(content: Path) -> None:
    (content / FRAME).unlink()
    found: list[Fault] = []
    assert read_questionnaire(content, found) is None
    assert codes(found) == [(FRAME, None, "missing_file")]


@pytest.mark.parametrize("routes", ["routes = 3", 'routes = {x = "y"}', "routes = {x = {}}"])
def test_routes_that_are_none(content: Path, routes: str) -> None:
    frame = (content / FRAME).read_text(encoding="utf-8")
    start, end = frame.index("[routes."), frame.index("[[sections]]")
    (content / FRAME).write_text(
        frame[:start].replace("\nsurvey", f"\n{routes}\nsurvey") + frame[end:], encoding="utf-8"
    )
    found = {(name, code) for name, _, code in codes(faults(content))}
    assert found & {(FRAME, "not_a_table"), (FRAME, "missing_key")}
    assert (STRUCTURE, "unknown_route") in found


def test_what_should_be_a_list_of_tables(content: Path) -> None:
    (content / SHARING).write_text("questions = [1]\n", encoding="utf-8")
    assert (SHARING, None, "not_a_table") in codes(faults(content))
    (content / SHARING).write_text("questions = 1\n", encoding="utf-8")
    assert (SHARING, 1, "wrong_type") in codes(faults(content))


def test_all_faults_at_once(content: Path) -> None:
    expected = {
        (FRAME, damage(content, FRAME, "minutes = 2", 'minutes = "2"'), "wrong_type"),
        (PROFILE, damage(content, PROFILE, "benchmarked", "bench"), "unknown_key"),
        (STRUCTURE, damage(content, STRUCTURE, '"has_livcr"', '"x"'), "unknown_route"),
        (SHARING, damage(content, SHARING, ', en = "Always"', ""), "not_both_languages"),
        (DEEPENING, damage(content, DEEPENING, 'kind = "trend"', 'kind = "t"'), "wrong_type"),
    }
    found = set(codes(faults(content)))
    assert expected <= found
    # A kind that does not exist is read as single, which builds on nothing.
    assert {fault[2] for fault in found - expected} == {"not_for_kind"}


@pytest.mark.parametrize("code", SENTENCES)
def test_every_sentence_can_be_filled_in_both_languages(code: str) -> None:
    asks = [
        {name for _, name, _, _ in Formatter().parse(SENTENCES[code].in_(language)) if name}
        for language in LANGUAGES
    ]
    assert asks[0] == asks[1]
    fault = Fault(CONTENT / "a.toml", 3, code, dict.fromkeys(asks[0], "x"))
    assert fault.sentence("nl").startswith("evaltool/content/a.toml:3: ")
    assert fault.sentence("nl") != fault.sentence("en")


# The sentences of the interface


def texts(folder: Path, *files: str) -> tuple[dict[str, Text], list[Found]]:
    found: list[Fault] = []
    for number, content in enumerate(files):
        (folder / f"texts_{number}.toml").write_text(content, encoding="utf-8")
    return dict(read_texts(folder, found)), codes(found)


def test_texts_by_dotted_key(tmp_path: Path) -> None:
    found, wrong = texts(
        tmp_path,
        '[a.b]\nnl = "Dag {naam}"\nen = "Hello {naam}"\n',
        '[c]\nd = {nl = "Ja", en = "Yes"}\n',
    )
    assert found == {"a.b": Text("Dag {naam}", "Hello {naam}"), "c.d": Text("Ja", "Yes")}
    assert wrong == []


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        ('[a.b]\nnl = "Ja"\n', 1, "not_both_languages"),
        ('[a.b]\nnl = "Ja"\nen = ""\n', 1, "not_both_languages"),
        ('[a.b]\nnl = "Ja"\nen = "Yes"\nfr = "Oui"\n', 1, "not_both_languages"),
        ('[a]\nx = {nl = "Ja", en = "Yes"}\nb = "Ja"\n', 3, "not_both_languages"),
        ('[a.b]\nnl = "{x}"\nen = "{y}"\n', 1, "different_places"),
        ('[z]\nb = {nl = "J", en = "Y"}\n[a]\nb = {nl = "x", en = ""}', 4, "not_both_languages"),
        ('[z]\nb = {nl = "J", en = "Y"}\n[a]\nb = {nl = "{x}", en = "x"}', 4, "different_places"),
        ('[a.b]\nnl = "{x"\nen = "{x"\n', 1, "broken_places"),
        ('[a.b]\nnl = "{}"\nen = "{}"\n', 1, "broken_places"),
        ('[a.b]\nnl = "{x!r}"\nen = "{x}"\n', 1, "broken_places"),
        ("[a.b\n", 1, "not_toml"),
    ],
)
def test_damaged_texts(tmp_path: Path, content: str, line: int, code: str) -> None:
    _, wrong = texts(tmp_path, content)
    assert wrong == [("texts_0.toml", line, code)]


def test_a_text_twice_in_two_files(tmp_path: Path) -> None:
    one = '[a.b]\nnl = "Ja"\nen = "Yes"\n'
    _, wrong = texts(tmp_path, one, f"\n{one}")
    assert wrong == [("texts_1.toml", 2, "text_twice")]


def test_the_texts_of_the_interface_are_read_without_faults() -> None:
    found: list[Fault] = []
    assert read_texts(CONTENT, found)
    assert codes(found) == []


# CSV


def rows(path: Path, content: bytes) -> tuple[object, list[Found]]:
    path.write_bytes(content)
    found: list[Fault] = []
    return read_csv(path, ("a", "b"), found), codes(found)


def test_csv_rows_know_the_line_they_start_on(tmp_path: Path) -> None:
    found, wrong = rows(tmp_path / "x.csv", b'a,b\n1,"two\nlines"\n3,4\n')
    assert found == [(2, {"a": "1", "b": "two\nlines"}), (4, {"a": "3", "b": "4"})]
    assert wrong == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b,c\n1,2,3\n", [("x.csv", 1, "wrong_columns")]),
        (b"a\n1\n", [("x.csv", 1, "wrong_columns")]),
        (b"b,a\n1,2\n", [("x.csv", 1, "wrong_columns")]),
        (b"", [("x.csv", 1, "wrong_columns")]),
        (
            b"a,b\n1\n2,3\n4,5,6\n",
            [("x.csv", 2, "wrong_number_of_cells"), ("x.csv", 4, "wrong_number_of_cells")],
        ),
        (b"a,b\n1,2\n\n", [("x.csv", 3, "wrong_number_of_cells")]),
        (b'a,b\n1,"2"x\n', [("x.csv", 2, "not_csv")]),
        (b"a,b\n1,2\n1,\xe9\n", [("x.csv", 3, "not_utf8")]),
    ],
)
def test_damaged_csv(tmp_path: Path, content: bytes, expected: list[Found]) -> None:
    _, wrong = rows(tmp_path / "x.csv", content)
    assert wrong == expected


def test_a_missing_csv(tmp_path: Path) -> None:
    found: list[Fault] = []
    assert read_csv(tmp_path / "x.csv", ("a",), found) is None
    assert codes(found) == [("x.csv", None, "missing_file")]


def test_a_changed_file_no_longer_fits_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    # As sha256sum gives it for these four bytes.
    expected = "5be08c9684a1d25efcee09318204824278b08bbfb4aef973ffefd0b9d7478313"
    found: list[Fault] = []
    path.write_bytes(b"a,b\n")
    check_hash(path, expected, found)
    assert codes(found) == []
    path.write_bytes(b"a,c\n")
    check_hash(path, expected, found)
    assert codes(found) == [("x.csv", None, "wrong_hash")]
