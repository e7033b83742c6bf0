"""The pages of lists that an administrator loads: what changes, and a file to begin with."""

import io
from pathlib import Path

import pytest

from evaltool.domain.access import Role
from evaltool.domain.lists import ListKind
from tests.browsing import parsed, text_of
from tests.hosting import OWN, HostedClient, Town, a_town

CITY = "11002"
"""Antwerpen: of the centre municipalities, as the register proposes."""


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


@pytest.fixture
def client(town: Town) -> HostedClient:
    return town.signed_in(town.person(Role.ADMINISTRATOR, second_factor="sealed"))


def preview(client: HostedClient, content: str, kind: str = "clusters") -> str:
    """What the page says that comes of sending a list."""
    file = (io.BytesIO(content.encode()), "lijst.csv")
    data = {"file": file, "csrf_token": client.token()}
    return text_of(parsed(client.post(f"/admin/lists/{kind}/look", data=data)))


def test_a_list_is_compared_with_what_the_tool_proposes_in_names(client: HostedClient) -> None:
    text = preview(client, f"nis_code,cluster\n{OWN},4\n{CITY},5\n")
    assert "Wat verandert tegenover nu: 1." in text
    assert "5 Centrumgemeenten, voorstel van de tool" in text
    assert "4 Agglomeratiegemeenten, uit de lijst" in text
    # What the list says of Antwerpen is so already.
    assert "hetzelfde zegt als wat de tool nu voorstelt: 1." in text
    assert "Antwerpen" not in text


def test_a_municipality_that_leaves_the_list_gets_back_the_proposal(
    client: HostedClient, town: Town
) -> None:
    client.send("/admin/lists/clusters/load", content=f"nis_code,cluster\n{OWN},4\n", base="0")
    text = preview(client, f"nis_code,cluster\n{CITY},4\n")
    assert "4 Agglomeratiegemeenten, uit de lijst5 Centrumgemeenten, voorstel van de tool" in text
    undecided = next(
        m
        for m in town.held.catalogue.register.municipalities.values()
        if len(m.proposal.candidates) == 2
    )
    text = preview(client, f"nis_code,cluster\n{undecided.nis_code},4\n")
    assert "4 Agglomeratiegemeenten of 5 Centrumgemeenten, voorstel van de tool" in text


def test_a_list_that_says_what_is_proposed_can_be_loaded_and_the_same_list_not(
    client: HostedClient, town: Town
) -> None:
    content = f"nis_code,cluster\n{CITY},5\n"
    assert "Laat deze lijst gelden" in preview(client, content)
    client.send("/admin/lists/clusters/load", content=content, base="0")
    assert town.held.store.lists.current(ListKind.CLUSTERS) is not None
    again = preview(client, content)
    assert "Dit is de lijst die nu al geldt." in again
    assert "Laat deze lijst gelden" not in again


def test_the_page_says_what_the_clusters_are(client: HostedClient) -> None:
    text = text_of(parsed(client.get("/admin/lists/clusters")))
    assert "cijfer van 1 tot 6" in text
    for cluster in ("1 Woongemeenten", "3 Gemeenten met economische", "6 Toeristische"):
        assert cluster in text
    organisations = text_of(parsed(client.get("/admin/lists/organisations")))
    assert "Woongemeenten" not in organisations


def test_what_counts_now_is_taken_along_and_put_in_again_changes_nothing(
    client: HostedClient, town: Town
) -> None:
    client.send("/admin/lists/clusters/load", content=f"nis_code,cluster\n{OWN},4\n", base="0")
    answer = client.get("/admin/lists/clusters/current.csv")
    content = answer.get_data(as_text=True)
    assert answer.mimetype == "text/csv"
    assert content.startswith("nis_code,cluster\r\n11001,")
    assert f"\r\n{OWN},4\r\n" in content
    assert len(content.splitlines()) > 200
    assert "Wat verandert tegenover nu: 0." in preview(client, content)


@pytest.mark.parametrize("kind", ListKind)
def test_a_sample_is_a_list_that_can_be_sent(client: HostedClient, kind: ListKind) -> None:
    content = client.get(f"/admin/lists/{kind}/sample.csv").get_data(as_text=True)
    assert "Gemeenten in deze lijst: 1." in preview(client, content, kind)


def test_the_numbers_that_count_are_taken_along(client: HostedClient) -> None:
    address = "/admin/lists/organisations/current.csv"
    assert client.get(address).get_data(as_text=True) == "nis_code,kbo\r\n"
    content = f"nis_code,kbo\n{OWN},BE 0207.521.503\n"
    client.send("/admin/lists/organisations/load", content=content, base="0")
    assert client.get(address).get_data(as_text=True) == f"nis_code,kbo\r\n{OWN},0207521503\r\n"
