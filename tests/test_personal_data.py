"""What a text seems to hold of a person."""

import pytest

from evaltool.domain.personal_data import is_national_number, suspicions


def a_number(base: str, *, since_2000: bool = False) -> str:
    """A national register number with a right check, as eleven digits."""
    number = int(base) + (2_000_000_000 if since_2000 else 0)
    return f"{base}{97 - number % 97:02d}"


@pytest.mark.parametrize("since_2000", [False, True])
def test_national_numbers(since_2000: bool) -> None:
    number = a_number("930518223", since_2000=since_2000)
    assert is_national_number(number)
    written = f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"
    for text in (number, written, f"zie {written}!"):
        assert suspicions(text) == ("national_number",)
    wrong = number[:-2] + f"{(int(number[-2:]) + 1) % 97:02d}"
    assert "national_number" not in suspicions(wrong)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mail jan.peeters@gemeente.be", ("email",)),
        ("bel 0470 12 34 56", ("phone",)),
        ("bel 016/27.20.00", ("phone",)),
        ("bel +32 (0)470 12 34 56", ("phone",)),
        ("geboren op 3/4/1999", ("birth_date",)),
        ("° 03.04.1999", ("birth_date",)),
        ("born on 1999-04-03", ("birth_date",)),
        ("geboren op 30 juli 1985", ("birth_date",)),
        ("Geboren te Antwerpen, 1 maart '85", ("birth_date",)),
        ("geb. 30/7/85", ("birth_date",)),
        ("geb. 30 / 7 / 1985", ("birth_date",)),
        ("born 30 July 1985", ("birth_date",)),
        ("born on July 30, 1985", ("birth_date",)),
        ("born on the 30th of July 1985", ("birth_date",)),
        ("date of birth: Sept. 3rd 1985", ("birth_date",)),
        ("°30.07.1985", ("birth_date",)),
        ("Jan (°30.07.85)", ("birth_date",)),
        ("29/2/00 geboren", ("birth_date",)),
        ("a@b.be of 02 512 34 56", ("email", "phone")),
        ("vergadering op 3/4/2026", ()),
        ("wet van 30 juli 2018, artikel 3", ()),
        ("de wet van 30 juli 2018", ()),
        ("artikel 3, 1° van de wet van 30 juli 2018", ()),
        ("besluit n° 12 van 30 juli 2018", ()),
        ("25 °C op 3/4/2026", ()),
        ("volgende vergadering: 3 april 2026, 14 uur", ()),
        ("de vergadering van 3/4/26", ()),
        ("the meeting of April 3, 2026", ()),
        ("geboren op 31/02/1999", ()),
        ("geboren op 31 februari 1999", ()),
        ("geboren in het overleg, sinds 2016", ()),
        ("13 van de 17, sinds 2016", ()),
        ("budget 12 500 000 euro", ()),
        ("@vvsg volgt dit op", ()),
        ("", ()),
    ],
)
def test_suspicions(text: str, found: tuple[str, ...]) -> None:
    assert suspicions(text) == found
