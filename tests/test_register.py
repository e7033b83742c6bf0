"""The register of municipalities, the clusters it proposes, and what a damaged copy is told."""

import tomllib
from pathlib import Path

import pytest

from evaltool.catalogue import Catalogue
from evaltool.catalogue.faults import Fault
from evaltool.catalogue.register import read_register
from evaltool.domain.municipality import Municipality, Register
from evaltool.paths import BENCHMARKS, CONTENT
from tests.damaging import (
    REGISTER,
    all_faults,
    copy_of_benchmarks,
    damage,
    rows_of,
    told,
)

FOLDER = BENCHMARKS / REGISTER
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def register(catalogue: Catalogue) -> Register:
    return catalogue.register


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copy_of_benchmarks(tmp_path)


def one(register: Register, name: str) -> Municipality:
    (found,) = register.search(name)
    return found


def test_there_are_285_municipalities_in_five_provinces(register: Register) -> None:
    assert len(register.municipalities) == 285
    assert len(register.former) == 327 - 285
    provinces = {m.province for m in register.municipalities.values()}
    assert provinces == {
        *("Antwerpen", "Limburg", "Oost-Vlaanderen", "Vlaams-Brabant", "West-Vlaanderen"),
    }
    assert all(m.police_zone.startswith("PZ ") for m in register.municipalities.values())


def test_308_in_2018_and_300_in_2019() -> None:
    rows = rows_of(f"{REGISTER}/municipalities")
    for day, number in (("2018-12-31", 308), ("2019-01-01", 300), ("2025-01-01", 285)):
        valid = [
            row
            for row in rows
            if row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"])
        ]
        assert len(valid) == number


@pytest.mark.parametrize(
    ("name", "nis_code", "candidates"),
    [
        ("Leuven", "24062", (5,)),
        ("Gent", "44021", (5,)),
        ("Oostende", "35013", (5,)),
        ("Antwerpen", "11002", (5,)),
        ("Pajottegem", "23106", (2,)),
        ("Wingene", "37021", (2,)),
        ("Merelbeke-Melle", "44088", (1,)),
        ("Aartselaar", "11001", (3,)),
        ("De Haan", "35029", (6,)),
        ("Boom", "11005", (4, 5)),
        ("Tielt", "37022", ()),
        ("Hasselt", "71072", ()),
        ("Beveren-Kruibeke-Zwijndrecht", "46030", ()),
    ],
)
def test_the_proposal(
    register: Register, name: str, nis_code: str, candidates: tuple[int, ...]
) -> None:
    municipality = one(register, name)
    assert municipality.nis_code == nis_code
    assert municipality.proposal.candidates == candidates
    expected = candidates[0] if len(candidates) == 1 else None
    assert municipality.proposal.cluster == expected


def test_how_many_have_a_proposal(register: Register) -> None:
    proposals = [m.proposal for m in register.municipalities.values()]
    assert sum(p.cluster is not None for p in proposals) == 247
    assert sum(p.candidates == (4, 5) for p in proposals) == 22
    assert sum(not p.candidates for p in proposals) == 16


def test_every_proposal_has_its_reason_and_no_candidate_twice(register: Register) -> None:
    for municipality in register.municipalities.values():
        proposal = municipality.proposal
        assert len(proposal.reason.nl) > 60
        assert len(proposal.reason.en) > 60
        assert not set(proposal.candidates) & set(proposal.plausible)
        # Who has to choose gets all the clusters to choose from.
        assert proposal.candidates or proposal.plausible == (1, 2, 3, 4, 5, 6)
        # That it is a proposal, and why one cannot be sure.
        if proposal.candidates:
            assert "voorstel" in proposal.reason.nl
            assert "proposal" in proposal.reason.en


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Antwerpen", "ging verder onder haar eigen code"),
        ("Pajottegem", "allemaal bij dezelfde groep"),
        ("Tielt", "bij verschillende groepen"),
        ("Boom", "De bevraging kent die groep niet"),
        ("Leuven", "grote en regionale steden"),
    ],
)
def test_the_reason_fits_the_case(register: Register, name: str, words: str) -> None:
    reason = one(register, name).proposal.reason.nl
    assert words in reason
    others = {"ging verder onder", "allemaal bij dezelfde", "bij verschillende groepen"}
    assert sum(other in reason for other in others) == any(other in words for other in others)


@pytest.mark.parametrize(
    ("former", "present"),
    [
        ("Borsbeek", "Antwerpen"),
        ("Galmaarden", "Pajottegem"),
        ("Ruiselede", "Wingene"),
        ("Melle", "Merelbeke-Melle"),
        ("Meulebeke", "Tielt"),
        ("Meeuwen-Gruitrode", "Oudsbergen"),
        ("meeuwen gruitrode", "Oudsbergen"),
        ("Zwijndrecht", "Beveren-Kruibeke-Zwijndrecht"),
        ("11007", "Antwerpen"),
        ("44011", "Deinze"),
    ],
)
def test_a_former_name_leads_to_the_present_municipality(
    register: Register, former: str, present: str
) -> None:
    assert one(register, former).name == present


def test_every_former_municipality_leads_somewhere(register: Register) -> None:
    for code, former in register.former.items():
        present = register.successor(code)
        assert former.name in present.former
        assert present.nis_code in register.municipalities


def test_the_typology_of_2018() -> None:
    groups = {row["cluster_code"]: row for row in rows_of(f"{REGISTER}/belfius-2018-clusters")}
    rows = rows_of(f"{REGISTER}/belfius-2018")
    assert len(rows) == 308
    for code, group in groups.items():
        assert sum(row["cluster_code"] == code for row in rows) == int(group["n_2018_of_308"])
    cities = {row["name"] for row in rows if row["main_group"] == "Grote en regionale steden"}
    assert len(cities) == 13
    assert {"Antwerpen", "Gent", "Brugge", "Oostende", "Leuven"} <= cities
    rural = [row for row in rows if row["main_group"] == "Landelijke gemeenten"]
    # 63 of the 300 municipalities of 2019 (D29), 67 of the 308 before.
    assert len(rural) == 67


def test_the_six_clusters_are_explained(register: Register) -> None:
    assert list(register.clusters) == [1, 2, 3, 4, 5, 6]
    for cluster in register.clusters.values():
        assert cluster.label.nl
        assert cluster.explanation.nl.endswith(".")
        assert cluster.explanation.en.endswith(".")
    assert register.clusters[4].label.nl == "Agglomeratiegemeenten"
    assert register.clusters[5].label.en == "Centre municipalities"


def test_sources_and_licences_are_kept() -> None:
    sources = tomllib.loads((FOLDER / "sources.toml").read_text(encoding="utf-8"))
    assert {file["name"] for file in sources["files"]} == {p.name for p in FOLDER.glob("*.csv")}
    assert all(file["licence"] and file["sources"] for file in sources["files"])
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for words in (
        *("Statbel", "CC BY 4.0", "VVSG", "Belfius", "none stated", "bemaps", "gebiedsniveaus"),
        *("belgian-macro-pipeline", "Fira Sans", "Open Font License"),
    ):
        assert words in notice


# Damage

REG, GROUPS, CODES = "municipalities.csv", "belfius-2018.csv", "belfius-2018-clusters.csv"


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        (REG, "\n11004,", "\n1104,", "no_nis_code"),
        (REG, "\n11005,", "\n11004,", "id_twice"),
        (REG, "11004,Boechout,Antwerpen,", "11004,,Antwerpen,", "empty_cell"),
        (REG, "PZ Minos,1970-01-01,,,2530 2531", "PZ Minos,1 May 1970,,,2530 2531", "no_date"),
        (REG, "PZ Minos,1970-01-01,,,2530 2531", "PZ Minos,,,,2530 2531", "no_date"),
        (REG, "1970-01-01,,,2530 2531", "1970-01-01,2024-13-31,11002,2530 2531", "no_date"),
        (REG, "1970-01-01,,,2530 2531", "1970-01-01,2024-12-31,,2530 2531", "merger_without_end"),
        (REG, "1970-01-01,,,2530 2531", "1970-01-01,,11002,2530 2531", "merger_without_end"),
        (REG, "1970-01-01,,,2530 2531", "1970-01-01,2024-12-31,99999,2530 2531",
         "unknown_reference"),
        (REG, "1970-01-01,,,2530 2531", "1970-01-01,2024-12-31,11004,2530 2531", "merger_circle"),
        (REG, "nis_code,name", "nis,name", "wrong_columns"),
        (REG, "1970-01-01,,,2530 2531", "1970-01-01,,,2530 2531,x", "wrong_number_of_cells"),
        (GROUPS, "11004,Boechout,V3,Woon", "11004,Boechout,V3,Woning", "unknown_reference"),
        (GROUPS, "11004,Boechout,V3,", "11004,Boechout,V7,", "wrong_group"),
        (GROUPS, "\n11004,", "\n19999,", "unknown_reference"),
        (GROUPS, "\n11005,", "\n11004,", "id_twice"),
        (CODES, "cluster_code,", "code,", "wrong_columns"),
        ("proposal.toml", "candidates = [6]", "candidates = [7]", "wrong_type"),
        ("proposal.toml", "candidates = [6]", "candidates = [true]", "wrong_type"),
        ("proposal.toml", "candidates = [6]", "candidates = 6", "wrong_type"),
        ("proposal.toml", "always = ", "sometimes = ", "unknown_key"),
        ("sources.toml", 'name = "belfius-2018.csv"', 'name = "x.csv"', None),
    ],
)  # fmt: skip
def test_one_damage(copy: Path, name: str, old: str, new: str, code: str | None) -> None:
    line = damage(copy / REGISTER / name, old, new)
    found = told(all_faults(copy))
    if code is None:
        # A file that nobody vouches for, and a source without its file.
        assert (GROUPS, None, "no_provenance") in found
        assert ("x.csv", None, "missing_file") in found
    else:
        assert (name, line + old.startswith("\n"), code) in found


def test_mergers_in_a_circle_are_told_and_not_followed(copy: Path) -> None:
    path = copy / REGISTER / REG
    first = damage(path, "1970-01-01,,,2530 2531", "1970-01-01,2024-12-31,11005,2530 2531")
    second = damage(path, "1970-01-01,,,2850", "1970-01-01,2024-12-31,11004,2850")
    found = told(all_faults(copy))
    assert {(REG, first, "merger_circle"), (REG, second, "merger_circle")} <= set(found)


@pytest.mark.parametrize("name", [REG, GROUPS, CODES])
def test_a_changed_digit_is_seen_by_its_hash(copy: Path, name: str) -> None:
    path = copy / REGISTER / name
    path.write_bytes(path.read_bytes().replace(b"11", b"12", 1))
    assert (name, None, "wrong_hash") in told(all_faults(copy))


@pytest.mark.parametrize("name", [REG, GROUPS, CODES, "proposal.toml", "sources.toml"])
def test_a_missing_file(copy: Path, name: str) -> None:
    (copy / REGISTER / name).unlink()
    assert (name, None, "missing_file") in told(all_faults(copy))


def test_another_encoding(copy: Path) -> None:
    path = copy / REGISTER / REG
    path.write_bytes(path.read_bytes() + "Sint-Joris-Weért".encode("latin-1"))
    lines = path.read_bytes().count(b"\n") + 1
    assert (REG, lines, "not_utf8") in told(all_faults(copy))


def test_several_damages_are_all_told_at_once(copy: Path) -> None:
    folder = copy / REGISTER
    damage(folder / REG, "\n11004,", "\n1104,")
    damage(folder / GROUPS, "11005,Boom,V14,", "11005,Boom,V7,")
    damage(folder / "proposal.toml", "candidates = [6]", "candidates = [7]")
    (folder / "extra.csv").write_text("a\n", encoding="utf-8")
    found = told(all_faults(copy))
    assert {"no_nis_code", "wrong_group", "wrong_type", "no_provenance"} <= {c for *_, c in found}


def test_the_clusters_come_from_the_content(copy: Path, tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    text = (CONTENT / "clusters.toml").read_text(encoding="utf-8")
    (content / "clusters.toml").write_text(text.replace("number = 6", "number = 7"), "utf-8")
    found: list[Fault] = []
    assert read_register(copy / REGISTER, content, found) is None
    assert {code for _, _, code in told(found)} == {"wrong_type"}
