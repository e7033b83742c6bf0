"""Links that are used again or guessed, and invitations of those who are there already."""

import re
from datetime import timedelta

import pytest

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, AccountState, LinkPurpose
from evaltool.identity.tokens import digest
from tests.attacks.forms import filled, forms_on, sent
from tests.attacks.world import World, link_of, mark
from tests.hosting import OWN, PUBLIC, HostedClient, a_token, link_on

NEW = "nog een zin die niemand raadt 3"


def is_in(client: HostedClient) -> bool:
    """Whether somebody is signed in wholly."""
    return client.get("/account").status_code == 200


@pytest.mark.parametrize("purpose", [LinkPurpose.INVITATION, LinkPurpose.RESET])
def test_a_link_opens_once_whoever_comes_second(world: World, purpose: LinkPurpose) -> None:
    who, accounts = world.own.chair, world.town.held.store.accounts
    accounts.make_link(who.id, purpose, digest(a_token("token")), world.town.clock.at)
    first, second = world.client("nobody"), world.client("nobody")
    assert second.follow_link(a_token("token")).status_code == 200
    assert first.choose_by_link(a_token("token"), NEW).status_code == 303
    kept = accounts.get(who.id).password
    # Both had the page open; a third reads the link later on.
    late_form = {"password": f"{NEW} 4", "again": f"{NEW} 4"}
    assert second.send("/link/password", **late_form).status_code == 404
    for late in (second, world.client("nobody"), world.client("administrator")):
        assert late.choose_by_link(a_token("token"), f"{NEW} 4").status_code == 404
    assert accounts.get(who.id).password == kept
    assert world.rows("SELECT * FROM links WHERE account_id = ?", who.id) == []


def test_only_the_very_token_opens(world: World) -> None:
    who, accounts = world.own.chair, world.town.held.store.accounts
    token = "AbCdEf-_12345" + a_token("the rest")[:30]
    accounts.make_link(who.id, LinkPurpose.RESET, digest(token), world.town.clock.at)
    near = [
        *(token.lower(), token.upper(), token[::-1], f"{token[:-1]}_", f"-{token[1:]}"),
        *(f"{PUBLIC}/link#{token.swapcase()}", f"{PUBLIC}/link#{a_token('x')} {token}"),
    ]
    for other in near:
        assert world.client("nobody").follow_link(other).status_code == 404, other
    none = [
        *(token[:-1], token[1:], f"{token}x", f"_{token}", digest(token), f"{token}{token}"),
        *("%", "*", "' OR 1=1 --", "#", f"{PUBLIC}/link", f"{PUBLIC}/link#{token[:20]}"),
        *(f"{token[:20]}\0{token[20:]}", f"{token[:-1]}\u00e9", f"{token[:-1]}\uff11"),
    ]
    for other in none:
        answer = world.client("nobody").follow_link(other)
        assert answer.status_code == 422, other
        assert "Deze link is niet volledig" in answer.get_data(as_text=True), other
    for whole in (token, f" {token}\n", f"{PUBLIC}/link#{token}", f"#{token}"):
        assert world.client("nobody").follow_link(whole).status_code == 200, whole


@pytest.mark.parametrize(
    "pasted",
    [
        "{link}.",
        "<{link}>",
        "Beste, uw link is {link}, graag snel.",
        "Klik op {link} en kies een wachtwoord",
        "{host}/link%23{token}",
        "{host}/link%23{token}.",
        "{host}/link#{first} {last}",
        "{host}/link#{first}\r\n{last} en kies een wachtwoord",
        "{first}\n{last}",
        '"{token}"',
        "https://een-naam-van-precies-drieenveertig-letters-x.example/link#{token}",
    ],
)
def test_a_whole_link_opens_however_it_was_pasted(world: World, pasted: str) -> None:
    token = link_of(world.own.waiting)
    link = f"{PUBLIC}/link#{token}"
    typed = pasted.format(link=link, host=PUBLIC, token=token, first=token[:20], last=token[20:])
    assert world.client("nobody").follow_link(typed).status_code == 200


def test_no_address_opens_a_link(world: World) -> None:
    """A token in a path or a query would be in the logs of whatever passes it on."""
    token = link_of(world.own.waiting)
    for path in (f"/link/{token}", f"/link/password/{token}"):
        assert world.client("nobody").get(path).status_code == 404
        assert world.client("nobody").send(path, password=NEW, again=NEW).status_code == 404
    for name in ("link_code", "token", "code", "link"):
        for path in ("/link", "/link/password"):
            client = world.client("nobody")
            answer = client.get(path, query_string={name: token})
            assert world.own.waiting.address not in answer.get_data(as_text=True)
            client.post(f"{path}?{name}={token}", data={"csrf_token": world.tokens["nobody"]})
            assert client.get("/link/password").headers["Location"] == "/link"


def test_a_link_is_opened_for_one_browser_and_for_a_while(world: World) -> None:
    client, token = world.client("nobody"), link_of(world.own.waiting)
    assert client.follow_link(token).status_code == 200
    assert world.client("nobody").get("/link/password").headers["Location"] == "/link"
    at = world.town.clock.at
    try:
        world.town.clock.forward(minutes=14)
        assert client.get("/link/password").status_code == 200
        world.town.clock.forward(minutes=1)
        answer = client.send("/link/password", password=NEW, again=NEW)
    finally:
        world.town.clock.at = at
    assert answer.headers["Location"] == "/link"
    assert "Open uw link opnieuw" in client.get("/link").get_data(as_text=True)
    assert world.town.held.store.accounts.get(world.own.waiting.id).state is AccountState.INVITED


def test_what_a_browser_keeps_of_a_link_is_not_the_link(world: World) -> None:
    client, token = world.client("nobody"), link_of(world.own.waiting)
    client.follow_link(token)
    with client.session_transaction(base_url=PUBLIC) as session:
        (key, _) = session["link"]
        held = dict(session)
    assert key == digest(token)
    assert token not in repr(held)
    assert world.client("nobody").follow_link(key).status_code == 422


def test_a_password_goes_to_no_link_that_was_opened_in_another_tab(world: World) -> None:
    client, accounts = world.client("nobody"), world.town.held.store.accounts
    client.follow_link(link_of(world.own.waiting))
    client.follow_link(link_of(world.other.waiting))
    fields = {"address": world.own.waiting.address, "password": NEW, "again": NEW}
    page = client.send("/link/password", **fields)
    assert page.status_code == 422
    text = page.get_data(as_text=True)
    assert "andere link geopend" in text
    assert world.other.waiting.address in text
    for who in (world.own.waiting, world.other.waiting):
        assert accounts.get(who.id).state is AccountState.INVITED


def spoilt(world: World, how: str) -> None:
    """Have a link with the token "token" that opens nothing."""
    who, accounts = world.own.chair, world.town.held.store.accounts
    at, key = world.town.clock.at, digest(a_token("token"))
    began = at - timedelta(hours=2) if how == "expired" else at
    if how != "made up":
        accounts.make_link(who.id, LinkPurpose.RESET, key, began)
    if how == "used":
        accounts.use_link(key, at)
    if how == "replaced":
        accounts.make_link(who.id, LinkPurpose.RESET, digest(a_token("another")), at)
    if how == "closed":
        accounts.change(who.id, state=AccountState.CLOSED)


def test_nobody_can_tell_why_a_link_opens_nothing(world: World) -> None:
    told = set()
    for how in ("used", "replaced", "expired", "closed", "made up"):
        spoilt(world, how)
        answer = world.client("nobody").follow_link(a_token("token"))
        assert answer.status_code == 404, how
        # But for the token that protects the form.
        told.add(re.sub(r'name="csrf_token" value="[^"]+"', "", answer.get_data(as_text=True)))
        world.reset()
    (text,) = told
    assert "Deze link werkt niet (meer)" in text
    assert "Een link werkt één keer" in text
    assert f'value="{a_token("token")}"' in text


def test_a_link_never_opens_without_a_password_of_ones_own(world: World) -> None:
    client, path = world.client("nobody"), "/link/password"
    assert client.follow_link(link_of(world.own.waiting)).status_code == 200
    assert client.head(path).status_code == 200
    for password in ("", " " * 20, "kort", "password1234", world.own.waiting.address):
        assert client.send(path, password=password, again=password).status_code == 422
    assert not is_in(client)
    assert world.town.held.store.accounts.get(world.own.waiting.id).state is AccountState.INVITED


def test_following_a_link_does_not_follow_the_account_of_the_form(world: World) -> None:
    """The page names an address for password managers; it is not what decides."""
    waiting, officer = world.own.waiting, world.other.officer
    client, accounts = world.client("nobody"), world.town.held.store.accounts
    fields = {"account": officer.id, "id": officer.id}
    refused = client.choose_by_link(link_of(waiting), NEW, address=officer.address, **fields)
    assert refused.status_code == 422
    assert accounts.get(waiting.id) == waiting
    assert client.choose_by_link(link_of(waiting), NEW, **fields).status_code == 303
    assert accounts.get(officer.id) == officer
    assert accounts.get(waiting.id).state is AccountState.ACTIVE


def everybody(world: World) -> dict[str, Account]:
    """Accounts that the first municipality did not make."""
    other, people = world.other, world.people
    return {
        "an officer elsewhere": other.officer,
        "a chair elsewhere": other.chair,
        "a contributor of another": other.contributor,
        "one who was invited by another": other.waiting,
        "a coach": people["coach"],
        "an administrator": people["administrator"],
        "somebody without a second factor yet": people["enrolling"],
        "a colleague whom the administrator made": world.own.colleague,
    }


def invited(world: World, address: str) -> str:
    """The page after an officer asked an address for a view, with whatever that form wants."""
    path = f"/evaluations/{world.own.open.id}/contributors"
    html = world.client("officer").get(path).get_data(as_text=True)
    found = next(form for form in forms_on(path, html) if form.path == path)
    found.fields["csrf_token"] = world.tokens["officer"]
    fields = filled(world, "officer", found)
    fields["address"], fields["name"] = address, "Een andere naam"
    return sent(world.client("officer"), found, fields).get_data(as_text=True)


def test_an_invitation_gives_no_power_over_an_account_that_was_there(world: World) -> None:
    accounts = world.town.held.store.accounts
    for who, account in everybody(world).items():
        kept = accounts.get(account.id)
        for typed in (account.address, f"  {account.address.upper()}  "):
            page = invited(world, typed)
            link = link_on(page)
            # A coach and a prevention officer of her own are not asked, which tells her no more
            # than her pages of coaches and colleagues do.
            fills_in = account.role is Role.OFFICER and account.nis_code == OWN
            assert (not link) == (account.role is Role.COACH or fills_in), who
            if link:
                follower = world.client("nobody")
                assert follower.follow_link(link).headers["Location"] == "/sign-in", who
                answer = follower.send("/link/password", password=NEW, again=NEW)
                assert answer.headers["Location"] == "/sign-in", who
                assert not is_in(follower), who
            # Nor does whoever asks learn whose address it is.
            shown = page
            for path in (f"/evaluations/{world.own.open.id}/contributors", "/municipality/log"):
                shown += world.client("officer").get(path).get_data(as_text=True)
            assert account.name not in shown or account.nis_code == OWN, who
        assert accounts.get(account.id) == kept, who
        world.reset()


def test_a_colleague_is_no_account_that_was_there(world: World) -> None:
    accounts = world.town.held.store.accounts
    for who, account in everybody(world).items():
        kept = accounts.get(account.id)
        page = world.client("officer").post(
            "/municipality/colleagues",
            data={
                "csrf_token": world.tokens["officer"],
                "name": "Een andere naam",
                "address": account.address,
                "role": "officer",
            },
        )
        assert page.status_code == 422, who
        assert not link_on(page.get_data(as_text=True)), who
        assert accounts.get(account.id) == kept, who


def test_who_is_asked_for_a_view_gets_no_text_of_the_municipality(world: World) -> None:
    """What decides which questions are asked goes along, but not what was noted with it."""
    accounts = world.town.held.store.accounts
    link = link_on(invited(world, "nieuw@gemeente.example"))
    client = world.client("nobody")
    client.choose_by_link(link, NEW)
    assert is_in(client)
    who = accounts.by_address("nieuw@gemeente.example")
    assert who is not None
    (view,) = world.town.held.evaluations.views_by(who.id)
    paths = ["/account/data.json", "/", *(f"/evaluations/{view.id}{p}" for p in ("", "/check"))]
    shown = "".join(client.get(path).get_data(as_text=True) for path in paths)
    assert mark("answer", OWN) not in shown
    assert mark("name", OWN) not in shown


def test_nobody_makes_a_link_for_an_account_of_another(world: World) -> None:
    before = world.rows("SELECT * FROM links ORDER BY digest")
    for who, account in everybody(world).items():
        if account.nis_code != OWN:
            for actor in ("officer", "chair", "contributor", "coach", "halfway", "nobody"):
                client = world.client(actor)
                for path in ("/municipality/colleagues", "/admin/accounts"):
                    answer = client.post(
                        f"{path}/{account.id}/link", data={"csrf_token": world.tokens[actor]}
                    )
                    assert answer.status_code in (401, 403, 404), (who, actor)
    assert world.rows("SELECT * FROM links ORDER BY digest") == before
