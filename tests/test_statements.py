"""The public statements: on one machine and on the internet, in both languages."""

import re
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from evaltool import __version__
from evaltool.domain.access import ACCOUNT_ROLES, Role
from evaltool.domain.accounts import LinkPurpose, Stage
from evaltool.domain.language import LANGUAGES, Language
from evaltool.identity.oidc_identity import OidcSettings
from evaltool.identity.tokens import digest
from evaltool.mail import MailSettings, Security
from evaltool.web import create_app
from tests.browsing import begun, parsed, send, text_of
from tests.conftest import CheckedClient
from tests.hosting import PASSWORD, PUBLIC, Town, a_token, a_town
from tests.organisations import OURS, settings_for, town_of
from tests.provider.forging import ForgedProvider, forged_provider, rsa_key, signed

PAGES = ("/privacy", "/accessibility")
MAIL = MailSettings("127.0.0.1", 1, "no-reply@evaluatie.example", security=Security.NONE)
SIGN_ON = OidcSettings(
    issuer="https://aanmelden.example",
    client_id="id",
    client_secret="secret",
    redirect_uri=f"{PUBLIC}/single-sign-on/callback",
    post_logout_redirect_uri=f"{PUBLIC}/sign-in",
)

# Where the privacy page tells of each table of the database.
TOLD_OF = {
    "accounts": "Uw account",
    "recovery_codes": "Uw account",
    "sessions": "Waar u bent aangemeld",
    "attempts": "Pogingen om aan te melden",
    "evaluations": "Wat uw gemeente invult",
    "section_answers": "Wat uw gemeente invult",
    "snapshots": "Wat uw gemeente invult",
    "actions": "Wat uw gemeente invult",
    "meetings": "Wat uw gemeente invult",
    "agenda_items": "Wat uw gemeente invult",
    "decisions": "Wat uw gemeente invult",
    "carried_over": "Wat uw gemeente invult",
    "reasons": "Wat uw gemeente invult",
    "zone_members": "Wat uw gemeente invult",
    "assessments": "Wat uw gemeente invult",
    "coach_entries": "Notities en sessies van een coach",
    "links": "Uitnodigingen en toelatingen",
    "consents": "Uitnodigingen en toelatingen",
    "outbox": "E-mail die nog moet vertrekken",
    "lists": "Lijsten van gemeenten",
    "audit": "Het logboek",
}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path / "instance", keep_months=31, backup_days=17)


def main_of(answer: TestResponse) -> Element:
    """The content of a page, without what stands on every page."""
    assert answer.status_code == 200
    found = parsed(answer).find(".//main")
    assert found is not None
    return found


def words(client: CheckedClient, path: str, language: Language = "nl") -> str:
    return text_of(main_of(client.get(path, query_string={"lang": language})))


def outline(element: Element) -> list[str]:
    return [e.tag for e in element.iter() if re.fullmatch("h[1-6]", str(e.tag))]


def foot_links(answer: TestResponse) -> set[str | None]:
    foot = parsed(answer).find(".//footer")
    assert foot is not None
    return {link.get("href") for link in foot.iter("a")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_statement_in_both_ways_to_run(
    client: CheckedClient, town: Town, path: str, language: Language
) -> None:
    local, hosted = words(client, path, language), words(town.client(), path, language)
    assert local != hosted
    for text in (local, hosted):
        assert not set("{}") & set(text)
        assert "None" not in text
    assert "Een organisatie" in hosted
    assert "beheer@organisatie.example" in hosted
    assert "organisatie.example" not in local
    for one in (client, town.client()):
        headings = outline(main_of(one.get(path, query_string={"lang": language})))
        assert headings[0] == "h1"
        assert set(headings[1:]) == {"h2"}


def test_both_languages_say_as_much(client: CheckedClient, town: Town) -> None:
    for one in (client, town.client()):
        for path in PAGES:
            dutch, english = (
                main_of(one.get(path, query_string={"lang": language})) for language in LANGUAGES
            )
            assert [e.tag for e in dutch.iter()] == [e.tag for e in english.iter()]
            assert text_of(dutch) != text_of(english)


def test_everyone_may_read_them(client: CheckedClient, town: Town) -> None:
    readers = [client, town.client()]
    readers += [town.signed_in(town.person(role)) for role in ACCOUNT_ROLES]
    coach = town.person(Role.COACH)
    readers += [town.signed_in(coach, stage) for stage in (Stage.HALFWAY, Stage.ENROLLING)]
    for reader in readers:
        for path in PAGES:
            answer = reader.get(path)
            assert answer.status_code == 200
            assert set(PAGES) <= foot_links(answer)
            # Statements tell; what is done is done elsewhere.
            assert list(main_of(answer).iter("form")) == []


def test_every_page_leads_to_them(client: CheckedClient, town: Town) -> None:
    evaluation = begun(client)
    for path in ("/", "/glossary", evaluation, "/nowhere"):
        assert set(PAGES) <= foot_links(client.get(path)), path
    assert set(PAGES) <= foot_links(town.client().get("/sign-in"))


# Privacy


def test_every_table_of_the_database_is_told_of(tmp_path: Path) -> None:
    town = a_town(tmp_path / "instance", mail=MAIL)
    with sqlite3.connect(tmp_path / "instance" / "evaltool.sqlite") as database:
        rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = {name for (name,) in rows if not name.startswith(("sqlite_", "_"))}
    database.close()
    assert tables == set(TOLD_OF)
    terms = {text_of(term) for term in main_of(town.client().get("/privacy")).iter("dt")}
    assert set(TOLD_OF.values()) <= terms


def test_the_terms_are_those_that_count(town: Town) -> None:
    text = words(town.client(), "/privacy")
    for term in (
        "niemand het 31 maanden lang wijzigde",
        "Minstens 60 dagen vooraf",
        "na 17 dagen weg",
        "na 1 uur zonder gebruik, en altijd na 12 uur",
        "60 dagen, en een mislukte poging een dag. Ze worden gewist bij de eerste poging",
        "die niemand aanneemt 30 dagen na haar laatste link",
        "een uitnodiging werkt 7 dagen, een link voor een nieuw wachtwoord 1 uur",
    ):
        assert term in text


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"mail": MAIL}, "Lukt dat niet binnen 24 uur"),
        ({"mail": MAIL}, "krijgt dan ook een e-mail"),
        ({"single_sign_on": SIGN_ON}, "het kenmerk waarmee haar aanmelddienst u kent"),
        ({"single_sign_on": SIGN_ON}, "Daar geldt de privacytekst van die dienst"),
    ],
)
def test_what_is_not_set_up_is_not_told_of(
    tmp_path: Path, settings: dict[str, object], sentence: str
) -> None:
    assert sentence in words(a_town(tmp_path / "with", **settings).client(), "/privacy")
    assert sentence not in words(a_town(tmp_path / "without").client(), "/privacy")


def test_on_one_machine_there_is_no_word_of_accounts(client: CheckedClient) -> None:
    text = words(client, "/privacy")
    assert "Er zijn geen accounts" in text
    assert "evaltool.sqlite" in text
    for word in ("beheerder", "coach", "reservekopieën", "bewaartermijn", "wachtwoord"):
        assert word not in text


def test_it_names_the_way_out_that_the_overview_has(client: CheckedClient) -> None:
    text = words(client, "/privacy")
    overview = text_of(main_of(client.get(begun(client))))
    named = re.findall("“([^”]+)”", text[text.index("Op het overzicht daarvan") :])
    assert len(named) == 2
    assert all(name in overview for name in named)


def test_who_is_signed_in_gets_the_ways_to_her_rights(town: Town) -> None:
    def ways(client: CheckedClient) -> set[str | None]:
        return {link.get("href") for link in main_of(client.get("/privacy")).iter("a")}

    mail = {"mailto:beheer@organisatie.example"}
    assert ways(town.client()) == mail
    assert ways(town.signed_in(town.person(Role.COACH))) == mail | {"/account"}
    officer = town.signed_in(town.person(Role.OFFICER))
    assert ways(officer) == mail | {"/account", "/municipality"}
    for path in ("/account", "/municipality"):
        assert officer.get(path).status_code == 200


def cookie_of(answer: TestResponse) -> tuple[str, set[str]]:
    """The name of the one cookie of an answer, and what else is said of it."""
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, *attributes = (part.strip() for part in cookie.split(";"))
    return name.partition("=")[0], {part.partition("=")[0].lower() for part in attributes}


def test_there_is_one_cookie_for_as_long_as_the_browser_is_open(
    client: CheckedClient, town: Town
) -> None:
    for one, name, path in (
        (client, "evaltool", "/"),
        (town.client(), "__Host-evaltool", "/sign-in"),
    ):
        given, attributes = cookie_of(one.get(path))
        assert given == name
        assert not {"expires", "max-age", "domain"} & attributes
        assert f"cookie, {name}." in words(one, "/privacy")


IN_THE_COOKIE = {
    # What the cookie holds, and what the page on privacy says of it.
    "lang": "de taal die u koos",
    "told": "een melding voor de volgende pagina",
    "csrf_token": "een code die uw formulieren beschermt",
    "sid": "een willekeurige code die zegt dat u aangemeld bent",
    "link": "welke link u opende",
    "join": "welke link u opende",
    "after": "waar u heen wilde",
    "may_replace": "tot wanneer u een tweede slot kunt instellen",
    "single_sign_on": "terwijl u zich bij uw organisatie aanmeldt",
    "leaving": "terwijl u zich bij uw organisatie aanmeldt of afmeldt",
    "sent_again": "stuurde u iets toen u niet meer aangemeld was",
}


def test_the_cookie_holds_what_the_page_says_and_nothing_else(tmp_path: Path) -> None:
    with forged_provider() as provider:
        settings = replace(settings_for(provider.issuer), required={}, email_claim="email")
        town = town_of(tmp_path, settings)
        held = all_kept(town, provider)
        page = words(town.client(), "/privacy")
    assert held == set(IN_THE_COOKIE)
    assert [said for said in IN_THE_COOKIE.values() if said not in page] == []


def all_kept(town: Town, provider: ForgedProvider) -> set[str]:
    """The names of all that the cookie holds at one moment or another."""
    who, at = town.person(Role.OFFICER), town.clock.at
    client, make_link = town.client(), town.held.store.accounts.make_link
    held: set[str] = set()

    def look() -> None:
        with client.session_transaction(base_url=PUBLIC) as session:
            held.update(session)

    client.get("/sign-in?lang=en")
    client.get("/")
    look()
    client.send("/sign-in", address=who.address, password=PASSWORD)
    look()
    client.send("/account/sessions/end", session_password=PASSWORD)
    look()
    client.send("/account/second-factor/replace", password=PASSWORD)
    client.get("/account/second-factor")
    look()
    for purpose in (LinkPurpose.RESET, LinkPurpose.JOIN):
        make_link(who.id, purpose, digest(a_token(purpose)), at)
        client.send("/link", link_code=a_token(purpose))
        look()
    # A form that is sent too late.
    path = f"/evaluations/{town.evaluation().id}/sections/structure/1"
    token = client.token()
    town.held.store.sessions.end_all(who.id)
    late = client.post(path, data={"csrf_token": token, "note:meeting_frequency": "Soms."})
    assert late.status_code == 401
    look()
    # In by the provider, and out.
    begun = client.get("/single-sign-on/begin").headers["Location"]
    look()
    asked = parse_qs(urlsplit(begun).query)
    claims = provider.claims(
        nonce=asked["nonce"][0], vo_orgcode=OURS, evaltool_rol_3d="Officer", sid="one"
    )
    provider.userinfo = {"sub": claims["sub"]}
    provider.token = {
        "id_token": signed(claims, rsa_key()),
        "access_token": "access",
        "token_type": "Bearer",
    }
    query = {"state": asked["state"][0], "code": "the code"}
    assert client.get("/single-sign-on/callback", query_string=query).location == "/"
    look()
    assert client.send("/sign-out").status_code == 200
    look()
    return held


def test_no_law_is_cited_by_article(client: CheckedClient, town: Town) -> None:
    for one in (client, town.client()):
        for path in PAGES:
            for language in LANGUAGES:
                text = words(one, path, language)
                assert not re.search(r"\b[Aa]rt(\.|ikel|icle)", text)


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("beheer@organisatie.example", "mailto:beheer@organisatie.example"),
        ("https://organisatie.example/contact", "https://organisatie.example/contact"),
        ("02 000 00 00", None),
        ("Bel https://organisatie.example", None),
        ("javascript:alert(1)", None),
        ("https://organisatie.example/ nu", None),
        ('"><script>alert(1)</script>', None),
    ],
)
def test_a_contact_becomes_a_link_only_where_it_is_an_address(
    tmp_path: Path, contact: str, address: str | None
) -> None:
    client = a_town(tmp_path, contact=contact).client()
    for path in PAGES:
        content = main_of(client.get(path))
        links = {link.get("href") for link in content.iter("a")}
        assert links == ({address} if address else set())
        assert contact in text_of(content)
        assert list(content.iter("script")) == []


# Accessibility


def test_the_accessibility_statement_has_the_parts_of_the_model(
    client: CheckedClient, town: Town
) -> None:
    for one in (client, town.client()):
        content = main_of(one.get("/accessibility"))
        assert [text_of(e) for e in content.iter("h2")] == [
            "Waarvoor geldt dit?",
            "Nalevingsstatus",
            "Niet-toegankelijke inhoud",
            "Opstelling van deze verklaring",
            "Feedback en contact",
            "Handhavingsprocedure",
        ]
        text = text_of(content)
        for part in (
            f"versie {__version__}",
            "gedeeltelijk in overeenstemming",
            "WCAG) 2.1, niveau AA",
            "EN 301 549",
            "Bestuursdecreet van 7 december 2018",
            "(EU) 2018/1523",
            "opgesteld op 26 november 2026",
            "zelfbeoordeling",
            "Vlaamse Ombudsdienst",
            "Dit is een voorstel.",
        ):
            assert part in text
    assert PUBLIC in words(town.client(), "/accessibility")
    assert "wie u deze toepassing gaf" in words(client, "/accessibility")


def test_each_chart_has_the_table_that_the_statement_promises(client: CheckedClient) -> None:
    evaluation = begun(client)
    send(
        client,
        client.get(f"{evaluation}/sections/structure/1"),
        "structure/1",
        livcr_presence="yes_municipal",
    )
    send(client, client.get(f"{evaluation}/check"), "/finish")
    page = parsed(client.get(f"{evaluation}/results"))
    figures = [f for f in page.iter("figure") if f.get("class") == "comparison"]
    assert figures
    assert all(f.find(".//table") is not None for f in figures)


def test_the_statements_need_no_account_pages(tmp_path: Path) -> None:
    app: Flask = create_app({"INSTANCE": tmp_path, "TESTING": True})
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule == "/account"]
    assert all(app.test_client().get(path).status_code == 200 for path in PAGES)


@pytest.mark.parametrize(
    ("path", "setting"),
    [("/privacy", "privacy_confirmed_on"), ("/accessibility", "accessibility_confirmed_on")],
)
def test_a_page_is_a_proposal_until_the_organisation_confirmed_it(
    path: str, setting: str, tmp_path: Path
) -> None:
    proposed = a_town(tmp_path / "a").client().get(path).get_data(as_text=True)
    assert "Dit is een voorstel" in proposed
    other = {"privacy_confirmed_on", "accessibility_confirmed_on"} - {setting}
    day = date(2026, 11, 3)
    confirmed = a_town(tmp_path / "b", **{setting: day}).client()
    page = confirmed.get(path).get_data(as_text=True)
    assert "Een organisatie bevestigde deze" in page
    assert "op 3 november 2026" in page
    assert "voorstel" not in page
    # The one says nothing of the other.
    still = a_town(tmp_path / "c", **dict.fromkeys(other, day)).client().get(path)
    assert "Dit is een voorstel" in still.get_data(as_text=True)
