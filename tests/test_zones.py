"""One LIVC-R for a police zone: who takes part, and a column for each."""

import io
from pathlib import Path

import pdfplumber
import pytest
from flask.testing import FlaskClient

from evaltool.catalogue import Catalogue
from evaltool.domain.access import Role
from evaltool.domain.answers import Answers
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.wording import Wording
from evaltool.domain.zone import MemberState, proposed, zone_view
from tests.browsing import begun, parsed, send, text_of
from tests.hosting import Town, a_town

ANSWERS = Answers(
    {"livcr_presence": "yes_police_zone", "specific_policy": "yes", "chair": "mayor"}, {}, {}
)


def a_zone(catalogue: Catalogue) -> list[str]:
    """The codes of a police zone of several municipalities in different clusters."""
    for municipality in catalogue.register.municipalities.values():
        others = proposed(catalogue.register, municipality)
        clusters = {m.proposal.cluster for m in (municipality, *others)}
        if len(others) >= 2 and len(clusters - {None}) >= 2:
            return [municipality.nis_code, *(other.nis_code for other in others)]
    raise AssertionError("no such zone")


def test_the_register_proposes_the_other_municipalities_of_the_zone(catalogue: Catalogue) -> None:
    register = catalogue.register
    for municipality in register.municipalities.values():
        for other in proposed(register, municipality):
            assert other.police_zone == municipality.police_zone
            assert municipality in proposed(register, other)
            assert other != municipality


def test_each_municipality_is_compared_with_its_own_cluster(catalogue: Catalogue) -> None:
    texts = catalogue.in_language("nl")
    known = catalogue.register.municipalities
    view = zone_view(
        catalogue.questionnaire,
        catalogue.benchmark,
        Wording(texts, catalogue.questionnaire, catalogue.register.clusters),
        texts,
        answers=ANSWERS,
        members=[(known["24062"], 5), (known["24104"], 2), (known["35013"], 6)],
    )
    assert view is not None
    assert view.clusters[0] == "cluster 5, centrumgemeenten"
    presence = next(row for row in view.rows if row.source == "Tabel 8")
    assert [("van 22" in c, "van 42" in c) for c in presence.cells[:2]] == [
        (True, False),
        (False, True),
    ]
    assert "te weinig in de eigen cluster" in presence.cells[2]
    assert {row.source for row in view.rows} <= {"Tabel 1", "Tabel 3", "Tabel 5", "Tabel 8"}
    assert not any("voor" in row.question.lower() and "zit" in row.question for row in view.rows)


def test_one_municipality_alone_has_no_columns(catalogue: Catalogue) -> None:
    texts = catalogue.in_language("nl")
    assert (
        zone_view(
            catalogue.questionnaire,
            catalogue.benchmark,
            Wording(texts, catalogue.questionnaire, catalogue.register.clusters),
            texts,
            answers=ANSWERS,
            members=[(catalogue.register.municipalities["24062"], 5)],
        )
        is None
    )


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def asked(town: Town) -> tuple[Evaluation, list[str]]:
    """An evaluation whose officer asked all other municipalities of the zone."""
    codes = a_zone(town.held.catalogue)
    evaluation = town.evaluation(codes[0], answers=ANSWERS)
    officer = town.signed_in(town.person(Role.OFFICER, codes[0]))
    fields = {f"cluster-{code}": "2" for code in codes[1:]}
    answer = officer.send(f"/evaluations/{evaluation.id}/zone", municipality=codes[1:], **fields)
    assert answer.status_code == 303
    return evaluation, codes


def test_a_municipality_is_bound_once_it_confirms_and_until_it_withdraws(town: Town) -> None:
    evaluation, codes = asked(town)
    address = f"/evaluations/{evaluation.id}"
    officer = town.signed_in(town.person(Role.OFFICER, codes[0]))
    other = town.signed_in(town.person(Role.OFFICER, codes[1]))
    chair = town.signed_in(town.person(Role.CHAIR, codes[1]))
    third = town.signed_in(town.person(Role.OFFICER, codes[2]))
    officer.send(f"{address}/finish")
    assert other.get(address).status_code == 404
    assert 'id="zone"' not in officer.get(f"{address}/results").get_data(as_text=True)

    page = other.get("/municipality/zones")
    assert send(other, page, "/zones", confirm="1", cluster="9").status_code == 422
    assert send(other, page, "/zones", confirm="1", cluster="3").status_code == 303
    assert {m.nis_code: m.state for m in town.held.store.zones.of(evaluation.id)} == {
        codes[1]: MemberState.CONFIRMED,
        **dict.fromkeys(codes[2:], MemberState.ASKED),
    }
    for reader in (other, chair):
        assert reader.get(address).status_code == 200
        assert reader.get(f"{address}/results").status_code == 200
        assert reader.get(f"{address}/report.pdf").status_code == 200
        assert reader.get(f"{address}/sections/structure/1").status_code == 403
        assert reader.get(f"{address}/answers.json").status_code in (403, 404)
        assert "van de politiezone" in reader.get("/").get_data(as_text=True)
    assert third.get(address).status_code == 404
    results = officer.get(f"{address}/results")
    part = next(s for s in parsed(results).iter("section") if s.get("id") == "zone")
    name = town.held.catalogue.register.municipalities[codes[1]].name
    assert name in text_of(part)
    assert "cluster 3" in text_of(part)
    assert town.held.catalogue.register.municipalities[codes[2]].name not in text_of(part)
    with pdfplumber.open(io.BytesIO(officer.get(f"{address}/report.pdf").data)) as pdf:
        text = " ".join((page.extract_text() or "") for page in pdf.pages)
    assert "De gemeenten van de politiezone" in text

    send(other, other.get("/municipality/zones"), "/zones", refuse="1")
    assert other.get(address).status_code == 404
    assert chair.get(address).status_code == 404
    actions = [e.event.action for e in town.held.store.audit.entries()]
    assert actions == ["zone", "finish", "zone_confirmed", "zone_refused"] or (
        "zone_confirmed" in actions and actions[-1] == "zone_refused"
    )


def test_what_a_municipality_confirmed_itself_nobody_else_changes(town: Town) -> None:
    evaluation, codes = asked(town)
    other = town.signed_in(town.person(Role.OFFICER, codes[1]))
    send(other, other.get("/municipality/zones"), "/zones", confirm="1", cluster="3")
    officer = town.signed_in(town.person(Role.OFFICER, codes[0]))
    officer.send(
        f"/evaluations/{evaluation.id}/zone", municipality=codes[1], **{f"cluster-{codes[1]}": "4"}
    )
    (member,) = town.held.store.zones.of(evaluation.id)
    assert (member.cluster, member.state) == (3, MemberState.CONFIRMED)


def test_only_municipalities_of_the_own_zone_can_be_asked(town: Town) -> None:
    codes = a_zone(town.held.catalogue)
    evaluation = town.evaluation(codes[0])
    officer = town.signed_in(town.person(Role.OFFICER, codes[0]))
    elsewhere = "35013" if "35013" not in codes else "24062"
    officer.send(
        f"/evaluations/{evaluation.id}/zone",
        municipality=elsewhere,
        **{f"cluster-{elsewhere}": "6"},
    )
    assert town.held.store.zones.of(evaluation.id) == ()
    refused = officer.send(f"/evaluations/{evaluation.id}/zone", municipality=codes[1])
    assert refused.status_code == 422


def test_nobody_answers_for_another_municipality(town: Town) -> None:
    evaluation, _ = asked(town)
    stranger = town.signed_in(town.person(Role.OFFICER, "35013"))
    answer = stranger.send(
        "/municipality/zones", evaluation=evaluation.id, confirm="1", cluster="6"
    )
    assert answer.status_code == 422
    assert {m.state for m in town.held.store.zones.of(evaluation.id)} == {MemberState.ASKED}
    assert stranger.get(f"/evaluations/{evaluation.id}").status_code == 404


def test_on_one_machine_the_municipalities_count_at_once(
    client: FlaskClient, catalogue: Catalogue
) -> None:
    codes = a_zone(catalogue)
    address = begun(client, codes[0])
    page = client.get(f"{address}/zone")
    fields = {f"cluster-{code}": "2" for code in codes[1:]}
    sent = send(client, page, "/zone", fields={"municipality": codes[1:], **fields})
    assert sent.status_code == 303
    section = client.get(f"{address}/sections/structure/1")
    send(client, section, "structure/1", livcr_presence="yes_police_zone")
    send(client, client.get(f"{address}/check"), "/finish")
    results = client.get(f"{address}/results").get_data(as_text=True)
    for code in codes:
        assert catalogue.register.municipalities[code].name in results
    assert 'id="zone"' in results


def test_deleting_takes_the_questions_along(town: Town) -> None:
    evaluation, codes = asked(town)
    town.held.evaluations.delete(evaluation.id)
    assert town.held.store.zones.asked_of(codes[1]) == ()
