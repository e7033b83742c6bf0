"""The survey as data: its figures, their provenance, and what a damaged copy is told."""

import csv
import hashlib
import shutil
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from evaltool.catalogue import Catalogue, read
from evaltool.catalogue.survey_tables import CELL_COLUMNS
from evaltool.domain.survey import CLUSTER_SEGMENTS, FLANDERS, CountStatus, Survey
from evaltool.paths import BENCHMARKS, CONTENT
from tests.damaging import (
    SURVEY,
    Found,
    all_faults,
    copy_of_benchmarks,
    damage,
    told,
    write_hash,
)

FOLDER = BENCHMARKS / SURVEY


@pytest.fixture
def survey(catalogue: Catalogue) -> Survey:
    return catalogue.benchmark.survey


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copy_of_benchmarks(tmp_path)


# The figures. Typed by hand from the tables of the report, not from the files.

CELLS = [
    # Figuur 3
    ("radicalisation_signals", FLANDERS, "none", 64, 155),
    # Tabel 1
    ("radicalisation_any", "cluster_1", "yes", 18, 31),
    ("radicalisation_any", "cluster_2", "yes", 18, 47),
    ("radicalisation_any", "cluster_3", "no", 7, 22),
    ("radicalisation_any", "cluster_4", "yes", 15, 25),
    ("radicalisation_any", "cluster_5", "no", 4, 27),
    ("radicalisation_any", "cluster_6", "yes", 2, 3),
    ("radicalisation_any", FLANDERS, "yes", 91, 155),
    # Tabel 2
    ("radicalisation_forms", FLANDERS, "islamist", 76, 150),
    ("radicalisation_forms", FLANDERS, "extreme_right", 54, 150),
    ("radicalisation_form_trend", "form:islamist", "decreased", 44, 76),
    ("radicalisation_form_trend", "form:extreme_right", "increased", 36, 54),
    ("radicalisation_form_trend", "form:sects", "stable", 2, 2),
    # Figuur 12 and 4
    ("signal_suppliers", FLANDERS, "local_police", 74, 84),
    ("signal_suppliers", FLANDERS, "cultural_associations", 0, 84),
    ("signal_detection", FLANDERS, "police_reporting", 66, 84),
    ("signal_detection", FLANDERS, "do_not_know_how", 5, 84),
    # Tabel 3
    ("polarisation_signals", "cluster_2", "no", 26, 43),
    ("polarisation_signals", "cluster_4", "yes_no_unrest", 12, 24),
    ("polarisation_signals", FLANDERS, "yes_unrest", 17, 143),
    # Figuur 6 and Tabel 4
    ("polarisation_trend", FLANDERS, "stable", 38, 80),
    ("polarisation_places", FLANDERS, "social_media", 64, 80),
    ("polarisation_places", FLANDERS, "asylum_reception", 5, 80),
    # Tabel 5 and 6
    ("specific_policy", "cluster_1", "no", 22, 29),
    ("specific_policy", "cluster_4", "yes", 9, 24),
    ("specific_policy", "cluster_5", "yes", 13, 22),
    ("specific_policy", FLANDERS, "yes", 43, 140),
    ("specific_policy", "signals_none", "yes", 3, 31),
    ("specific_policy", "signals_both", "no", 25, 49),
    # Tabel 7
    ("policy_actions", "policy_yes", "social_cohesion", 34, 42),
    ("policy_actions", "policy_yes", "none", 0, 42),
    # Tabel 8
    ("livcr_presence", "cluster_1", "yes_municipal", 15, 29),
    ("livcr_presence", "cluster_2", "yes_police_zone", 20, 42),
    ("livcr_presence", "cluster_2", "unknown", 6, 42),
    ("livcr_presence", "cluster_3", "yes_police_zone", 13, 17),
    ("livcr_presence", "cluster_4", "yes_municipal", 16, 24),
    ("livcr_presence", "cluster_5", "yes_municipal", 15, 22),
    ("livcr_presence", FLANDERS, "starting", 5, 137),
    # Text 3.4.1 and Figuur 9
    ("livcr_absence_reasons", FLANDERS, "no_signals", 9, 11),
    ("livcr_tables", FLANDERS, "one", 77, 115),
    ("livcr_tables", FLANDERS, "three", 2, 115),
    # Figuur 10, Tabel 9 and Figuur 11
    ("livcr_members", FLANDERS, "mayor", 108, 115),
    ("livcr_members", FLANDERS, "social_service", 93, 115),
    ("livcr_members", FLANDERS, "municipality", 77, 115),
    ("livcr_members", FLANDERS, "fpc", 2, 115),
    ("partners_outside", FLANDERS, "youth_work", 52, 108),
    ("partners_outside", FLANDERS, "local_police", 5, 108),
    ("information_agreement", FLANDERS, "formal", 55, 115),
    ("information_agreement", FLANDERS, "none", 7, 115),
    # Tabel 10 to 13
    ("livcr_difficulties", FLANDERS, "few_cases", 44, 115),
    ("livcr_difficulties", FLANDERS, "no_legal_framework", 26, 115),
    ("challenges", FLANDERS, "racism_discrimination", 47, 135),
    ("challenges", FLANDERS, "single_issue_extremism", 1, 135),
    ("policy_difficulties", FLANDERS, "limited_view_signals", 52, 135),
    ("policy_difficulties", FLANDERS, "group_approach", 7, 135),
    ("support_needs", FLANDERS, "good_practice_database", 74, 135),
    ("support_needs", FLANDERS, "guidance_trajectory", 22, 135),
]


@pytest.mark.parametrize(("question", "segment", "option", "count", "n"), CELLS)
def test_a_cell_is_that_of_the_report(
    survey: Survey, question: str, segment: str, option: str, count: int, n: int
) -> None:
    distribution = survey.get(question, segment)
    assert distribution is not None
    assert (distribution.by_option[option].count, distribution.n) == (count, n)


@pytest.mark.parametrize(
    ("question", "segment", "option", "percent", "status"),
    [
        ("respondent_function", FLANDERS, "mayor", 39, CountStatus.AMBIGUOUS),
        ("policy_actions", "policy_no", "citizenship_participation", 73, CountStatus.AMBIGUOUS),
        ("policy_actions", "policy_no", "group_approach", 1, CountStatus.AMBIGUOUS),
        ("partner_agreements", FLANDERS, "yes", 14, CountStatus.PERCENT_ONLY),
    ],
)
def test_where_only_a_percentage_is_printed_there_is_no_count(
    survey: Survey, question: str, segment: str, option: str, percent: int, status: CountStatus
) -> None:
    distribution = survey.get(question, segment)
    assert distribution is not None
    cell = distribution.by_option[option]
    assert (cell.count, cell.percent, cell.status) == (None, percent, status)
    assert distribution.share(option) == percent / 100


def test_all_of_the_report_is_there(survey: Survey) -> None:
    assert len(survey.tables) == 23
    assert sum(len(d.cells) for d in survey.distributions) == 319
    assert survey.per_cluster == {
        *("radicalisation_any", "polarisation_signals", "specific_policy", "livcr_presence"),
    }
    for question in survey.per_cluster:
        sizes = [survey.get(question, segment) for segment in (*CLUSTER_SEGMENTS, FLANDERS)]
        bases = [distribution.n for distribution in sizes if distribution]
        assert sum(n or 0 for n in bases[:-1]) == bases[-1]
    forms = survey.get("radicalisation_forms", FLANDERS)
    assert forms is not None
    for cell in forms.cells:
        trend = survey.get("radicalisation_form_trend", f"form:{cell.option}")
        assert trend is not None
        assert trend.n == cell.count


def test_the_sums_the_report_prints(survey: Survey) -> None:
    printed = {t.source: t.sum_of_answers for t in survey.tables.values() if t.sum_of_answers}
    assert printed == {
        "Tabel 4": 182,
        "Tabel 10": 168,
        "Tabel 11": 302,
        "Tabel 12": 289,
        "Tabel 13": 508,
    }
    for source, expected in printed.items():
        (cells,) = [d.cells for d in survey.distributions if d.table.source == source]
        assert sum(cell.count or 0 for cell in cells) == expected


def test_shares_that_do_not_fit_are_the_contradictions_we_know(survey: Survey) -> None:
    apart = {
        (d.table.source, d.segment, cell.option, *cell.discrepancies)
        for d in survey.distributions
        for cell in d.cells
        if cell.count is not None and cell.percent is not None and d.n
        # Either way of rounding a half is fine; in whole numbers, to be exact.
        if abs(200 * cell.count - 2 * cell.percent * d.n) > d.n
    }
    assert apart == {
        *(("Tabel 1", "cluster_2", option, "D01") for option in ("yes", "no")),
        *(("Tabel 1", "cluster_4", option, "D02") for option in ("yes", "no")),
        *(("Tabel 1", "cluster_5", option, "D03") for option in ("yes", "no")),
        ("Tabel 1", "cluster_6", "yes", "D04"),
        ("Tabel 4", FLANDERS, "asylum_reception", "D13"),
    }


def test_the_29_discrepancies_are_each_linked(survey: Survey) -> None:
    ids = {f"D{number:02}" for number in range(1, 30)}
    assert set(survey.discrepancies) == ids
    linked = {
        *survey.method_discrepancies,
        *(id_ for table in survey.tables.values() for id_ in table.discrepancies),
        *(id_ for d in survey.distributions for cell in d.cells for id_ in cell.discrepancies),
    }
    assert linked == ids


@pytest.mark.parametrize(
    ("source", "ids"),
    [
        ("Tabel 1", {"D07", "D08", "D24", "D25", "D29"}),
        ("Tabel 3", {"D20", "D25", "D29"}),
        ("Tabel 5", {"D25", "D29"}),
        ("Tabel 8", {"D25", "D29"}),
        ("Figuur 10", {"D15", "D16", "D27"}),
        ("Figuur 12", {"D17"}),
        ("Tabel 10", {"D19", "D26"}),
        ("Tabel 12", {"D19"}),
    ],
)
def test_discrepancies_of_a_passage(survey: Survey, source: str, ids: set[str]) -> None:
    assert ids <= set(survey.tables[source].discrepancies)
    assert ids <= {d.id for d in survey.touching([source], [])}
    assert {"D09", "D21", "D22"} <= {d.id for d in survey.touching([], [])}


def test_discrepancies_are_told_in_both_languages(survey: Survey) -> None:
    for discrepancy in survey.discrepancies.values():
        for text in (discrepancy.place, discrepancy.explanation, discrepancy.taken):
            assert text.nl
            assert text.en
        assert discrepancy.explanation.nl != discrepancy.explanation.en
        # A mayor reads them: no codes of ours.
        assert "cluster_" not in discrepancy.explanation.nl
        assert "_" not in discrepancy.taken.nl


def test_the_figures_of_2018(survey: Survey) -> None:
    earlier = {(f.question, f.segment, f.option): f for f in survey.earlier}
    assert len(earlier) == len(survey.earlier) == 27
    assert earlier["livcr_presence", FLANDERS, "any_yes"].percent == 81
    assert earlier["radicalisation_signals", "cluster_2", "any_yes"].percent == 22
    assert earlier["radicalisation_forms", FLANDERS, "islamist"].discrepancies == ("D12",)
    assert earlier["information_agreement", "livc_yes", "formal"].fraction == (1, 4)
    assert earlier["policy_difficulties", FLANDERS, "sharing_information"].rank == 1


# Provenance


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.csv")), ids=lambda path: path.stem)
def test_every_file_has_its_provenance(path: Path) -> None:
    beside = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    assert beside["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert beside["accessed"] == date(2026, 11, 23)
    if path.stem == "discrepancies":
        assert beside["licence"] == "EUPL-1.2"
        return
    assert beside["licence"] == "none stated"
    assert {"source", "section", "publisher", "report"} <= set(beside)
    for key in ("title", "base", "counts", "period", "population"):
        assert set(beside[key]) == {"nl", "en"}
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert path.stem == "survey-2018" or header == list(CELL_COLUMNS)


def test_a_base_says_how_many_answered(survey: Survey) -> None:
    for distribution in survey.distributions:
        of_all = distribution.segment in (FLANDERS, "policy_yes")
        if of_all and distribution.n is not None:
            assert str(distribution.n) in distribution.table.base.nl
            assert str(distribution.n) in distribution.table.base.en


# Damage

T8, T1, T10 = "tabel-8.csv", "tabel-1.csv", "tabel-10.csv"
C5 = 'cluster_5,22,yes_municipal,"Ja, op gemeentelijk niveau",15,68,printed,'


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        (T8, C5, C5.replace("yes_municipal", "yes_city"), "unknown_option"),
        (T8, C5, C5.replace(",15,68", ",15,68,x"), "wrong_number_of_cells"),
        (T8, C5, C5.replace(",15,68", ",15"), "wrong_number_of_cells"),
        (T8, C5, C5.replace(",15,", ",fifteen,"), "no_number"),
        (T8, C5, C5.replace(",15,", ",15.5,"), "no_number"),
        (T8, C5, C5.replace(",15,", ",-15,"), "no_number"),
        (T8, C5, C5.replace(",15,", f",{'9' * 30},"), "no_number"),
        (T8, C5, C5.replace(",15,", ",nan,"), "no_number"),
        (T8, C5, C5.replace(",15,", ",23,"), "count_over_base"),
        (T8, C5, C5.replace(",15,68,", ",,,"), "no_figure"),
        (T8, C5, C5.replace(",15,68,", ",,68,"), "status_contradicts"),
        (T8, C5, C5.replace("printed", "percent_only"), "status_contradicts"),
        (T8, C5, C5.replace("printed", "guessed"), "unknown_status"),
        (T8, C5, C5.replace("68", "680"), "percent_over_100"),
        (T8, C5, C5 + "D99", "unknown_discrepancy"),
        (T8, f"single,{C5}", f"multi,{C5}", "wrong_kind"),
        (T8, C5, C5.replace("cluster_5", "cluster_7"), "unknown_segment"),
        (T8, "question,kind,", "question,sort,", "wrong_columns"),
        (T8, "count_status,discrepancies", "count_status,discrepancies,remark", "wrong_columns"),
        (T10, "livcr_difficulties,multi,total,115,few_cases", "x,multi,total,115,few_cases",
         "unknown_question"),
        ("tabel-8.toml", 'source = "Tabel 8"', "source = 8", "wrong_type"),
        ("tabel-8.toml", 'source = "Tabel 8"', "source = Tabel 8", "not_toml"),
        ("tabel-8.toml", 'source = "Tabel 8"', "sauce = 8", "unknown_key"),
        ("tabel-8.toml", '"Tabel 8"', '"Tabel 9"', "other_source"),
        ("tabel-8.toml", '"D25"', '"D98"', "unknown_discrepancy"),
        ("tabel-8.toml", "accessed = 2026-11-23", 'accessed = "today"', "wrong_type"),
        ("edition.toml", '"D09"', '"D98"', "unknown_discrepancy"),
        ("discrepancies.csv", "\nD02,", "\nD01,", "id_twice"),
        ("discrepancies.toml", "licence =", "license =", "unknown_key"),
        ("survey-2018.csv", "D18", "D98", "unknown_discrepancy"),
        ("survey-2018.csv", "livcr_presence,", "presence,", "unknown_question"),
        ("survey-2018.csv", "any_yes,Ja (totaal),81,", "any_yes,Ja (totaal),,", "no_figure"),
        ("survey-2018.toml", '"D12"', '"D98"', "unknown_discrepancy"),
    ],
)  # fmt: skip
def test_one_damage(copy: Path, name: str, old: str, new: str, code: str) -> None:
    line = damage(copy / SURVEY / name, old, new)
    # A text that begins with a new line is about the line after it.
    assert (name, line + old.startswith("\n"), code) in told(all_faults(copy))


def test_a_table_that_is_not_listed(copy: Path) -> None:
    path = copy / SURVEY / "edition.toml"
    damage(path, '"tabel-8", ', "")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert ("edition.toml", lines.index("tables = [") + 1, "unlisted_table") in told(
        all_faults(copy)
    )


def test_a_listed_table_that_is_not_there(copy: Path) -> None:
    damage(copy / SURVEY / "edition.toml", "tables = [", 'tables = ["tabel-99",')
    assert told(all_faults(copy)) == [
        ("tabel-99.csv", None, "missing_file"),
        ("tabel-99.toml", None, "missing_file"),
    ]


def test_the_sound_copy_has_no_faults(copy: Path) -> None:
    assert all_faults(copy) == []


def test_a_changed_digit_is_seen_by_its_hash(copy: Path) -> None:
    damage(copy / SURVEY / "figuur-12.csv", ",40,48,", ",41,48,", rehash=False)
    found = told(all_faults(copy))
    assert ("figuur-12.csv", None, "wrong_hash") in found


@pytest.mark.parametrize("name", ["discrepancies.csv", "survey-2018.csv"])
def test_the_files_beside_the_tables_have_a_hash_too(copy: Path, name: str) -> None:
    path = copy / SURVEY / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert (name, None, "wrong_hash") in told(all_faults(copy))


def test_a_missing_cell(copy: Path) -> None:
    path = copy / SURVEY / T8
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if C5 not in line), encoding="utf-8")
    write_hash(path)
    first = next(i for i, line in enumerate(lines, 1) if ",cluster_5," in line)
    assert (T8, first, "missing_cell") in told(all_faults(copy))


def test_a_cell_twice(copy: Path) -> None:
    row = f"livcr_presence,single,{C5}\n"
    line = damage(copy / SURVEY / T8, row, row + row)
    found = told(all_faults(copy))
    assert {(T8, line, "cell_twice"), (T8, line + 1, "cell_twice")} <= set(found)


@pytest.mark.parametrize(("name", "segment"), [("tabel-8", "cluster_6"), ("tabel-2", "form:sects")])
def test_a_missing_segment(copy: Path, name: str, segment: str) -> None:
    path = copy / SURVEY / f"{name}.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if f",{segment}," not in line]
    assert len(kept) < len(lines)
    path.write_text("".join(kept), encoding="utf-8")
    write_hash(path)
    faults = [fault for fault in all_faults(copy) if fault.code == "missing_segment"]
    assert [fault.values["segment"] for fault in faults] == [segment]


def test_a_distribution_in_two_tables(copy: Path) -> None:
    rows = (copy / SURVEY / "figuur-9.csv").read_text(encoding="utf-8").splitlines()[1:]
    target = copy / SURVEY / "figuur-11.csv"
    before = target.read_text(encoding="utf-8")
    target.write_text(before + "\n".join(rows) + "\n", encoding="utf-8")
    write_hash(target)
    # The figures are read in alphabetical order, so the second is the one of its own.
    assert ("figuur-9.csv", 2, "distribution_twice") in told(all_faults(copy))


def test_two_bases(copy: Path) -> None:
    damage(copy / SURVEY / T8, C5, C5.replace(",22,", ",23,"))
    assert "two_bases" in {code for _, _, code in told(all_faults(copy))}


def test_another_encoding(copy: Path) -> None:
    path = copy / SURVEY / "figuur-12.csv"
    raw = path.read_bytes()
    path.write_bytes(raw.decode("utf-8").encode("latin-1"))
    line = raw[: raw.index("Coördinatie".encode())].count(b"\n") + 1
    assert ("figuur-12.csv", line, "not_utf8") in told(all_faults(copy))


@pytest.mark.parametrize("name", ["tabel-8.csv", "tabel-8.toml", "edition.toml",
                                  "discrepancies.csv", "discrepancies.toml",
                                  "survey-2018.csv"])  # fmt: skip
def test_a_missing_file(copy: Path, name: str) -> None:
    (copy / SURVEY / name).unlink()
    assert (name, None, "missing_file") in told(all_faults(copy))


def test_a_missing_table_is_told_once(copy: Path) -> None:
    for ending in ("csv", "toml"):
        # One of two tables about the same question: nothing else would miss it.
        (copy / SURVEY / f"tabel-6.{ending}").unlink()
    found = [f for f in told(all_faults(copy)) if f[0].startswith("tabel-6")]
    expected: list[Found] = [
        ("tabel-6.csv", None, "missing_file"),
        ("tabel-6.toml", None, "missing_file"),
    ]
    assert found == expected


def test_a_missing_edition(copy: Path) -> None:
    (copy / SURVEY).rename(copy / "vvsg-2021")
    _, faults = read(CONTENT, copy)
    assert told(faults) == [(SURVEY, None, "no_edition")]


def test_several_damages_are_all_told_at_once(copy: Path) -> None:
    folder = copy / SURVEY
    damages: dict[str, Callable[[], object]] = {
        "unknown_option": lambda: damage(folder / T8, C5, C5.replace("_municipal", "_city")),
        "share_contradicts_count": lambda: damage(folder / T10, ",44,38,", ",44,83,"),
        "wrong_sum": lambda: damage(folder / "figuur-9.csv", ",27,23,", ",28,24,"),
        "wrong_hash": lambda: damage(folder / "tabel-12.csv", ",52,39,", ",53,39,", rehash=False),
        "not_toml": lambda: damage(folder / "tabel-13.toml", "sha256 =", "sha256 ="[:-1]),
        "missing_file": (folder / "figuur-6.csv").unlink,
        "not_utf8": lambda: (folder / "figuur-11.csv").write_bytes(b"\xff"),
        "unknown_discrepancy": lambda: damage(folder / "edition.toml", '"D21"', '"D91"'),
        "no_nis_code": lambda: damage(
            copy / "municipalities" / "municipalities.csv", "\n11004,", "\n1104,"
        ),
    }
    for cause in damages.values():
        cause()
    assert set(damages) <= {code for _, _, code in told(all_faults(copy))}


def test_without_a_questionnaire_the_files_are_checked_all_the_same(
    copy: Path, tmp_path: Path
) -> None:
    damage(copy / SURVEY / "figuur-12.csv", ",40,48,", ",41,48,", rehash=False)
    content = Path(shutil.copytree(CONTENT, tmp_path / "content"))
    (content / "questionnaire.toml").write_text("[[", encoding="utf-8")
    catalogue, faults = read(content, copy)
    assert catalogue is None
    assert [found for found in told(faults) if found[2] in ("not_toml", "wrong_hash")] == [
        ("questionnaire.toml", 1, "not_toml"),
        ("figuur-12.csv", None, "wrong_hash"),
    ]


@pytest.mark.parametrize(
    ("name", "needle"),
    [("tabel-2", "som van zijn rij"), ("tabel-7", "Met beleid"), ("figuur-11", "staan gedrukt")],
)
def test_each_table_says_how_its_counts_are_known(survey: Survey, name: str, needle: str) -> None:
    source = name.capitalize().replace("-", " ")
    assert needle in survey.tables[source].counts.nl


def test_a_table_with_a_count_that_is_not_printed_says_so(survey: Survey) -> None:
    sure = "Aantal en percentage staan gedrukt in het rapport."
    for table in survey.tables.values():
        cells = [c for d in survey.distributions if d.table is table for c in d.cells]
        all_printed = all(cell.status is CountStatus.PRINTED for cell in cells)
        assert (table.counts.nl == sure) == (all_printed and table.source != "Tabel 1")


def test_a_folder_in_place_of_a_file(copy: Path) -> None:
    path = copy / SURVEY / "figuur-6.csv"
    path.unlink()
    path.mkdir()
    assert ("figuur-6.csv", None, "missing_file") in told(all_faults(copy))
