"""Enterprise numbers, and the list of whose municipality they stand for."""

import pytest
from hypothesis import given, strategies as st

from evaltool.catalogue import Catalogue
from evaltool.domain.kbo import kbo_number, read_organisations

EIGHT = st.integers(min_value=0, max_value=19_999_999)


def number(first: int) -> str:
    """The enterprise number that begins with these eight digits."""
    return f"{first:08}{97 - first % 97:02}"


@pytest.mark.parametrize(
    "written",
    [
        "0207509031",
        "0207.509.031",
        "BE 0207.509.031",
        "be0207509031",
        "BE-0207-509-031",
        " 0207 509 031\n",
        "0207\u00a0509\u202f031",
        "207509031",
        "207.509.031",
        "BE207509031",
    ],
)
def test_a_number_is_read_as_people_write_it(written: str) -> None:
    assert kbo_number(written) == "0207509031"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0207509032",
        "0270509031",
        "20750903",
        "02075090310",
        "00207509031",
        "NL0207509031",
        "BEBE0207509031",
        "0207509031 BE",
        "0207,509,031",
        "OVO002949",
        "٠٢٠٧٥٠٩٠٣١",
        "0207509031\x00",
    ],
)
def test_what_is_no_number_is_none(written: str) -> None:
    assert kbo_number(written) is None


def test_a_branch_of_an_enterprise_is_none() -> None:
    # Branches have numbers from 2 to 8, with check digits made in the same way.
    branch = number(20_611_234)
    assert branch.startswith("2")
    assert kbo_number(branch) is None


@given(EIGHT)
def test_a_number_with_its_check_digits_is_read(first: int) -> None:
    assert kbo_number(number(first)) == number(first)


@given(EIGHT, st.integers(min_value=0, max_value=9), st.integers(min_value=0, max_value=9))
def test_one_wrong_digit_is_noticed(first: int, place: int, digit: int) -> None:
    right = number(first)
    wrong = f"{right[:place]}{digit}{right[place + 1 :]}"
    assert (kbo_number(wrong) is None) == (wrong != right)


def test_a_list_gives_the_municipality_by_number(catalogue: Catalogue) -> None:
    text = "\ufeffnis_code;kbo\r\n11001;0207.509.031\r\n\r\n11002;BE0426994097\r\n"
    found, problems = read_organisations(text, catalogue.register)
    assert problems == ()
    assert found == {"0207509031": "11001", "0426994097": "11002"}


def test_everything_that_is_wrong_with_a_list_is_said_with_its_line(catalogue: Catalogue) -> None:
    lines = [
        "nis_code,kbo",
        "11001,0207509031",
        "11002,0207509032",
        "11004,",
        "11005,207.509.031",
        "99999,0426994097",
        "11001,0426994097",
        "11007",
    ]
    found, problems = read_organisations("\n".join(lines), catalogue.register)
    assert [
        (problem.where, problem.code) for problem in sorted(problems, key=lambda p: p.where)
    ] == [
        ("3", "list_kbo"),
        ("4", "list_kbo"),
        ("5", "list_kbo_twice"),
        ("6", "list_unknown"),
        ("7", "list_twice"),
        ("8", "list_cells"),
    ]
    twice = next(problem for problem in problems if problem.code == "list_kbo_twice")
    assert twice.values == {"found": "0207509031", "code": "11001"}
    assert found == {"0207509031": "11001"}


@pytest.mark.parametrize(
    "text", ["", "kbo,nis_code\n", "nis_code,kbo,name\n", "11001,0207509031\n"]
)
def test_a_list_with_another_head_is_refused(catalogue: Catalogue, text: str) -> None:
    found, problems = read_organisations(text, catalogue.register)
    assert found == {}
    assert [problem.code for problem in problems] == ["list_head"]
