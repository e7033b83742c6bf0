"""One LIVC-R for a police zone: who takes part, and a column for each."""

import io
from pathlib import Path

import pdfplumber
import pytest
from flask.testing import FlaskClient

from evaltool.catalogue import Catalogue
from evaltool.domain.access import Role
from evaltool.domain.evaluation import Evaluation, View
from evaltool.domain.supplements import ZoneView
from evaltool.domain.wording import Wording
from evaltool.domain.zone import MemberState, ZoneMember, proposed, taking_part, zone_view
from evaltool.pdf.zone import blocks
from tests.browsing import begun, form_of, parsed, send, text_of
from tests.factories import some_answers
from tests.hosting import OTHER, PASSWORD, Town, a_town

ANSWERS = some_answers(
    livcr_presence="yes_police_zone",
    specific_policy="yes",
    radicalisation_signals="none",
    polarisation_signals="no",
    chair="mayor",
)
"""With signals: one of the questions is then compared in two ways."""


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


def columns(catalogue: Catalogue, *members: tuple[str, int]) -> ZoneView:
    """What the report says of the municipalities of a zone, each with its cluster."""
    texts = catalogue.in_language("nl")
    view = zone_view(
        catalogue.questionnaire,
        catalogue.benchmark,
        Wording(texts, catalogue.questionnaire, catalogue.register.clusters),
        texts,
        answers=ANSWERS,
        members=[(catalogue.register.known(code), cluster) for code, cluster in members],
    )
    assert view is not None
    return view


def test_each_municipality_is_compared_with_its_own_cluster(catalogue: Catalogue) -> None:
    view = columns(catalogue, ("24062", 5), ("24104", 2), ("35013", 6))
    assert view.clusters[0] == "cluster 5, centrumgemeenten"
    rows = {row.source: row for row in view.rows}
    assert set(rows) == {"Tabel 1", "Tabel 3", "Tabel 5", "Tabel 8"}
    presence, policy = rows["Tabel 8"].cells, rows["Tabel 5"].cells
    assert "van 22" in presence[0]
    assert "van 42" in presence[1]
    assert "te weinig in de eigen cluster" in presence[2]
    assert [cell.rpartition(", ")[2] for cell in policy] == [
        "centrumgemeenten",
        "landelijke gemeenten",
        "gemeenten in Vlaanderen (te weinig in de eigen cluster)",
    ]
    assert len(set(policy)) == 3
    # What the survey does not publish per cluster cannot differ between municipalities.
    chair = catalogue.questionnaire.by_id["chair"]
    assert chair.text.nl not in {row.question for row in view.rows}


def test_a_cluster_too_small_to_compare_with_says_its_counts(catalogue: Catalogue) -> None:
    view = columns(catalogue, ("24062", 5), ("35013", 6))
    assert len(view.notes) == len(view.rows) == 4
    small = catalogue.register.known("35013").name
    for note in view.notes:
        assert note.startswith(f"{small}, “")
        assert "te weinig om mee te vergelijken" in note
        assert "Hun aantallen: “" in note


def test_where_nobody_can_confirm_those_who_were_chosen_count() -> None:
    members = [ZoneMember(str(number), number, state) for number, state in enumerate(MemberState)]
    assert taking_part(members, alone=False) == (("1", 1),)
    assert taking_part(members, alone=True) == (("0", 0), ("1", 1))


@pytest.mark.parametrize(
    ("number", "sizes"), [(1, [1]), (3, [3]), (4, [2, 2]), (7, [3, 2, 2]), (8, [3, 3, 2])]
)
def test_the_tables_of_a_zone_are_about_as_wide(number: int, sizes: list[int]) -> None:
    found = list(blocks(number))
    assert [part.stop - part.start for part in found] == sizes
    assert [place for part in found for place in range(number)[part]] == list(range(number))


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
    assert "in het volgende krijgt ze een kolom" in other.get("/municipality/zones").text
    # What was reported before stays as it was.
    assert 'id="zone"' not in officer.get(f"{address}/results").text
    officer.send(f"{address}/reopen")
    officer.send(f"{address}/finish")
    assert 'id="zone"' not in officer.get(f"{address}/results?version=1").text
    assert {m.nis_code: m.state for m in town.held.store.zones.of(evaluation.id)} == {
        codes[1]: MemberState.CONFIRMED,
        **dict.fromkeys(codes[2:], MemberState.ASKED),
    }
    for reader in (other, chair):
        assert reader.get(address).status_code == 200
        assert reader.get(f"{address}/results").status_code == 200
        assert reader.get(f"{address}/report.pdf").status_code == 200
        assert reader.get(f"{address}/sections/structure/1").status_code == 403
        assert reader.get(f"{address}/answers.json").status_code == 403
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
    # The column of what was reported stays; so does what the log says of it.
    assert 'id="zone"' in officer.get(f"{address}/results").text
    done = [
        event.action
        for entry in town.held.store.audit.entries()
        if (event := entry.event).action not in ("read", "results", "document")
    ]
    assert done == ["zone", "finish", "zone_confirmed", "reopen", "finish", "zone_refused"]


def test_what_another_municipality_reads_is_written_down(town: Town) -> None:
    evaluation, codes = asked(town)
    address = f"/evaluations/{evaluation.id}"
    officer = town.signed_in(town.person(Role.OFFICER, codes[0]))
    officer.send(f"{address}/finish")
    who = town.person(Role.OFFICER, codes[1])
    other = town.signed_in(who)
    send(other, other.get("/municipality/zones"), "/zones", confirm="1", cluster="3")
    for reader in (officer, other):
        for path in (address, f"{address}/check", f"{address}/results"):
            assert reader.get(path).status_code == 200
    read = [
        (event.actor, event.nis_code, event.action, event.evaluation)
        for entry in town.held.store.audit.entries()
        if (event := entry.event).action in ("read", "results")
    ]
    assert read == [
        (who.id, codes[0], action, evaluation.id) for action in ("read", "read", "results")
    ]
    log = officer.get("/municipality/log").text
    assert who.name in log


def test_nobody_is_watched_over_the_own_view(town: Town) -> None:
    """Also not an officer who gives a view for another municipality."""
    evaluation = town.evaluation()
    who = town.person(Role.OFFICER, OTHER)
    view = town.evaluation(view=View(evaluation.id, who.id, "municipality"))
    assert town.signed_in(who).get(f"/evaluations/{view.id}").status_code == 200
    assert [e.event.action for e in town.held.store.audit.entries()] == []


def test_who_takes_part_in_a_finished_evaluation_does_not_change(town: Town) -> None:
    evaluation, codes = asked(town)
    address = f"/evaluations/{evaluation.id}"
    officer = town.signed_in(town.person(Role.OFFICER, codes[0]))
    before = town.held.store.zones.of(evaluation.id)
    officer.send(f"{address}/finish")
    page = officer.get(f"{address}/zone")
    assert "Heropen ze om te wijzigen" in page.text
    assert not [f for f in parsed(page).iter("form") if f.get("action", "").endswith("/zone")]
    sent = officer.send(f"{address}/zone", municipality=[])
    assert sent.status_code == 303
    assert town.held.store.zones.of(evaluation.id) == before


def test_one_that_refused_is_asked_again_only_where_that_is_wanted(town: Town) -> None:
    evaluation, codes = asked(town)
    address = f"/evaluations/{evaluation.id}/zone"
    officer = town.signed_in(town.person(Role.OFFICER, codes[0]))
    other = town.signed_in(town.person(Role.OFFICER, codes[1]))
    send(other, other.get("/municipality/zones"), "/zones", refuse="1")

    def states() -> dict[str, MemberState]:
        return {m.nis_code: m.state for m in town.held.store.zones.of(evaluation.id)}

    page = officer.get(address)
    assert codes[1] not in form_of(page, "/zone").getlist("municipality")
    assert send(officer, page, "/zone").status_code == 303
    told = officer.get(address)
    assert "De gemeenten zijn gevraagd" not in told.text
    assert "doet niet mee" in told.text
    assert states()[codes[1]] is MemberState.REFUSED
    send(officer, told, "/zone", fields={"municipality": codes[1:]})
    assert "De gemeenten zijn gevraagd" in officer.get(address).text
    assert states() == dict.fromkeys(codes[1:], MemberState.ASKED)


def test_a_municipality_of_the_zone_sees_nothing_of_what_members_answered(town: Town) -> None:
    evaluation, codes = asked(town)
    address = f"/evaluations/{evaluation.id}"
    for discipline in ("mayor", "local_police", "schools"):
        view = View(evaluation.id, town.person(Role.CONTRIBUTOR).id, discipline)
        town.held.evaluations.finish(
            town.evaluation(codes[0], view=view, answers=ANSWERS).id, at=town.clock.at
        )
    officer = town.signed_in(town.person(Role.OFFICER, codes[0]))
    other = town.signed_in(town.person(Role.OFFICER, codes[1]))
    send(other, other.get("/municipality/zones"), "/zones", confirm="1", cluster="3")
    officer.send(f"{address}/finish")
    for reader, seen in ((officer, True), (other, False)):
        assert ('id="differences"' in reader.get(f"{address}/results").text) is seen
        assert (reader.get(f"{address}/views").status_code == 200) is seen
        assert 'id="zone"' in reader.get(f"{address}/results").text


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


def test_who_was_chosen_on_one_machine_is_bound_to_nothing_elsewhere(
    client: FlaskClient, catalogue: Catalogue
) -> None:
    codes = a_zone(catalogue)
    address = begun(client, codes[0])
    page = client.get(f"{address}/zone")
    sent = {"municipality": codes[1], f"cluster-{codes[1]}": "2"}
    send(client, page, "/zone", fields=sent)
    assert "De gemeenten zijn gevraagd" not in client.get(f"{address}/zone").text
    store = client.application.extensions["evaltool"].store
    id_ = address.rpartition("/")[2]
    assert store.zones.of(id_) == (ZoneMember(codes[1], 2, MemberState.ASKED),)
    assert store.evaluations.subject(id_).bound == frozenset()


def test_deleting_takes_the_questions_along(town: Town) -> None:
    evaluation, codes = asked(town)
    town.held.evaluations.delete(evaluation.id)
    assert town.held.store.zones.asked_of(codes[1]) == ()


def test_a_municipality_that_deletes_everything_leaves_the_zone(town: Town) -> None:
    evaluation, codes = asked(town)
    other = town.signed_in(town.person(Role.OFFICER, codes[1]))
    send(other, other.get("/municipality/zones"), "/zones", confirm="1", cluster="3")
    name = town.held.catalogue.register.municipalities[codes[1]].name
    gone = other.send("/municipality/delete", name=name, password=PASSWORD)
    assert gone.status_code == 303
    assert town.held.store.zones.asked_of(codes[1]) == ()
    assert {m.nis_code for m in town.held.store.zones.of(evaluation.id)} == set(codes[2:])
