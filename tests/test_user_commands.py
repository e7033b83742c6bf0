"""The commands that look after accounts and the audit log."""

import contextlib
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evaltool.catalogue import Catalogue
from evaltool.cli import main
from evaltool.domain.access import Role
from evaltool.domain.accounts import (
    Account,
    AccountState,
    LinkNotFound,
    LinkPurpose,
    Stage,
)
from evaltool.domain.audit import Entry, Event, chained
from evaltool.identity.tokens import digest
from evaltool.store import Store, open_store
from evaltool.web import create_app
from evaltool.web.settings import Hosted

PUBLIC_URL = "https://livc-r.example.org"
LEUVEN = "24062"
ANTWERP_BEFORE = "11007"
"""Borsbeek, which is part of Antwerpen (11002) since 2025."""

Run = Callable[..., int]
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("EVALTOOL_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with settings that can be used."""
    key, path = tmp_path / "key", tmp_path / "settings.toml"
    key.write_text("0123456789abcdef" * 4)
    key.chmod(0o600)
    path.write_text(
        f'public_url = "{PUBLIC_URL}"\n'
        'secret_key_file = "key"\n'
        'organisation = "Vereniging van Voorbeelden"\n'
        'contact = "hulp@example.org"\n'
        'instance = "instance"\n'
    )
    return path


@pytest.fixture
def run(file: Path) -> Run:
    """Runs a command with those settings."""

    def run_(*arguments: str) -> int:
        return main([*arguments, "--settings", str(file)])

    return run_


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the settings say the database is; there is none yet."""
    return tmp_path / "instance" / "evaltool.sqlite"


@contextlib.contextmanager
def kept(database: Path) -> Iterator[Store]:
    """What is in the database."""
    with contextlib.closing(open_store(database)) as store:
        yield store


def add(run: Run, address: str = "ann@example.org", **options: str) -> int:
    """Run the command that makes an account, by default of an administrator."""
    given = {"name": "Ann", "role": "administrator", **options}
    return run(
        "user",
        "add",
        "--address",
        address,
        *(word for name, value in given.items() for word in (f"--{name}", value)),
    )


def account(database: Path, address: str = "ann@example.org") -> Account:
    """The account with an address."""
    with kept(database) as store:
        found = store.accounts.by_address(address)
    assert found is not None
    return found


def log(database: Path) -> list[Event]:
    """What is in the audit log."""
    with kept(database) as store:
        return [entry.event for entry in store.audit.entries()]


def token_in(told: str) -> str:
    """The token of the link that was printed, on a line of its own."""
    (link,) = re.findall(rf"^{re.escape(PUBLIC_URL)}/link#(\S+)$", told, re.MULTILINE)
    return str(link)


def activate(database: Path, address: str = "ann@example.org") -> Account:
    """Have an account as it is once its owner has chosen a password and a second factor."""
    who = account(database, address)
    with kept(database) as store:
        store.accounts.change(who.id, state=AccountState.ACTIVE, password="a hash")
        store.accounts.set_second_factor(who.id, "sealed", [digest("a recovery code")])
        now = datetime.now(UTC)
        store.sessions.start(digest(address), who.id, Stage.FULL, browser="Firefox", at=now)
        store.accounts.change(who.id, signed_in_at=now)
    return who


def test_the_first_administrator_is_made_with_a_link_that_works_once(
    run: Run, database: Path, capsys: Captured
) -> None:
    before = datetime.now(UTC)
    assert add(run, " Ann@Example.org", name=" Ann Peeters ") == 0
    told = capsys.readouterr().out
    made = account(database)
    assert (made.name, made.role, made.nis_code) == ("Ann Peeters", Role.ADMINISTRATOR, None)
    assert made.state is AccountState.INVITED
    assert "Ann Peeters" in told
    assert "ann@example.org" in told
    key = digest(token_in(told))
    lasts = timedelta(days=7)
    with kept(database) as store:
        assert store.accounts.behind_link(key, before + lasts)[1] is LinkPurpose.INVITATION
        with pytest.raises(LinkNotFound):
            store.accounts.behind_link(key, datetime.now(UTC) + lasts)
        store.accounts.use_link(key, before)
        with pytest.raises(LinkNotFound):
            store.accounts.use_link(key, before)


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_link_is_told_with_when_it_expires(
    lang: str, run: Run, database: Path, capsys: Captured
) -> None:
    assert add(run, lang=lang) == 0
    told = capsys.readouterr().out
    day = (account(database).created_at + timedelta(days=7)).astimezone()
    assert f"{day.day} " in told
    assert f"{day.hour:02d}{'.' if lang == 'nl' else ':'}{day.minute:02d}" in told


def test_the_link_leads_to_the_page_of_links(run: Run, tmp_path: Path, capsys: Captured) -> None:
    add(run)
    assert token_in(capsys.readouterr().out)
    hosted = Hosted(PUBLIC_URL, "k" * 32, "Vereniging van Voorbeelden", "hulp@example.org")
    app = create_app({"INSTANCE": tmp_path / "other", "HOSTED": hosted})
    endpoint, _ = app.url_map.bind("livc-r.example.org").match("/link")
    assert endpoint == "following.enter_code"


def test_a_token_is_nowhere_in_what_is_kept(run: Run, database: Path, capsys: Captured) -> None:
    add(run)
    token = token_in(capsys.readouterr().out).encode()
    assert not [path for path in database.parent.iterdir() if token in path.read_bytes()]


def test_an_officer_belongs_to_a_municipality(run: Run, database: Path) -> None:
    assert add(run, role="officer", municipality=LEUVEN) == 0
    made = account(database)
    assert (made.role, made.nis_code) == (Role.OFFICER, LEUVEN)
    (event,) = log(database)
    assert (event.action, event.nis_code, event.detail) == ("invited", LEUVEN, made.id)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"address": "ann"}, ["--address"]),
        ({"name": " "}, ["--name"]),
        ({"name": "Ann\nPeeters"}, ["--name"]),
        ({"role": "officer"}, ["--municipality"]),
        ({"role": "coach", "municipality": LEUVEN}, ["--municipality"]),
        ({"role": "chair", "municipality": "99999"}, ["--municipality", "99999"]),
        ({"role": "chair", "municipality": ANTWERP_BEFORE}, ["--municipality", "11002"]),
        ({"address": "ann", "name": "", "role": "chair"}, ["--address", "--name", "--munici"]),
    ],
)
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_details_that_cannot_be_are_refused_all_at_once(
    options: dict[str, str], words: list[str], lang: str, run: Run, database: Path, capsys: Captured
) -> None:
    assert add(run, **options, lang=lang) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert all(word in told.err for word in words)
    with kept(database) as store:
        assert store.accounts.listing() == ()
        assert list(store.audit.entries()) == []


def test_an_address_has_one_account(run: Run, database: Path, capsys: Captured) -> None:
    assert add(run) == 0
    assert add(run, "ANN@example.org", role="coach") == 1
    assert "ann@example.org" in capsys.readouterr().err
    assert account(database).role is Role.ADMINISTRATOR
    assert len(log(database)) == 1


@pytest.mark.parametrize("role", ["contributor", "local", "nobody", "boss"])
def test_a_role_that_is_not_given_by_command_is_wrong_usage(role: str, run: Run) -> None:
    with pytest.raises(SystemExit) as caught:
        add(run, role=role)
    assert caught.value.code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["user"],
        ["user", "rename"],
        ["user", "add", "--address", "a@example.org"],
        ["user", "link"],
        ["audit"],
        ["audit", "mend"],
        ["audit", "export", "--after", "-1"],
        ["audit", "export", "--after", "x"],
        ["audit", "export", "--instance", "a", "--settings", "b"],
        ["audit", "verify", "--expect", "1"],
        ["audit", "verify", "--expect", "1:" + "g" * 64],
        ["audit", "verify", "--expect", "-1:" + "0" * 64],
        ["audit", "verify", "--expect", "1:" + "0" * 63],
        ["audit", "verify", "--instance", "a", "--settings", "b"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_help_names_every_action(capsys: Captured) -> None:
    for command, actions in (
        ("user", ("add", "list", "link", "close", "delete")),
        ("audit", ("verify", "export")),
    ):
        for arguments in ([command], *([command, action] for action in actions)):
            with pytest.raises(SystemExit) as caught:
                main([*arguments, "--help"])
            assert caught.value.code == 0
            told = capsys.readouterr().out
            assert "--lang" in told
            assert len(arguments) == 2 or all(action in told for action in actions)


def test_the_language_can_be_said_before_the_action(run: Run, capsys: Captured) -> None:
    assert (
        run("user", "--lang", "en", "add", "--address", "x", "--name", "X", "--role", "coach") == 1
    )
    assert "e-mail address" in capsys.readouterr().err


def test_accounts_are_listed_with_what_they_are(run: Run, database: Path, capsys: Captured) -> None:
    add(run)
    add(run, "bo@example.org", name="Bo", role="officer", municipality=LEUVEN)
    activate(database)
    capsys.readouterr()
    assert run("user", "list") == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert re.split(r"  +", head)[:3] == ["E-mailadres", "Naam", "Rol"]
    today = datetime.now().astimezone().date().isoformat()
    assert [re.split(r"  +", line) for line in lines] == [
        ["ann@example.org", "Ann", "beheerder", "-", "actief", "ja", today],
        [
            *("bo@example.org", "Bo", "preventieambtenaar", "Leuven"),
            *("uitgenodigd", "nee", "nog nooit"),
        ],
    ]
    assert [event.action for event in log(database)] == ["invited", "invited", "accounts_listed"]


def test_a_new_link_takes_the_place_of_the_one_before(
    run: Run, database: Path, capsys: Captured
) -> None:
    add(run)
    first = token_in(capsys.readouterr().out)
    assert run("user", "link", "--address", "Ann@example.org") == 0
    second = token_in(capsys.readouterr().out)
    now = datetime.now(UTC)
    with kept(database) as store:
        assert store.accounts.behind_link(digest(second), now)[1] is LinkPurpose.INVITATION
        with pytest.raises(LinkNotFound):
            store.accounts.behind_link(digest(first), now)
    assert [event.action for event in log(database)] == ["invited", "link_made"]


def test_who_has_a_password_gets_a_link_to_choose_another(
    run: Run, database: Path, capsys: Captured
) -> None:
    add(run)
    who = activate(database)
    capsys.readouterr()
    assert run("user", "link", "--address", who.address) == 0
    key, now = digest(token_in(capsys.readouterr().out)), datetime.now(UTC)
    with kept(database) as store:
        assert store.accounts.behind_link(key, now)[1] is LinkPurpose.RESET
        with pytest.raises(LinkNotFound):
            store.accounts.behind_link(key, now + timedelta(hours=1))
        assert len(store.sessions.of(who.id)) == 1
    assert account(database).second_factor == "sealed"


def test_a_second_factor_that_is_lost_is_removed_with_every_session(
    run: Run, database: Path, capsys: Captured
) -> None:
    add(run)
    who = activate(database)
    capsys.readouterr()
    assert run("user", "link", "--address", who.address, "--remove-second-factor") == 0
    assert token_in(capsys.readouterr().out)
    assert account(database).second_factor is None
    with kept(database) as store:
        assert store.accounts.recovery_codes_left(who.id) == 0
        assert store.sessions.of(who.id) == ()
    actions = [event.action for event in log(database)]
    assert actions == ["invited", "second_factor_removed", "link_made"]


def test_a_closed_account_has_no_sessions_and_gets_no_link(
    run: Run, database: Path, capsys: Captured
) -> None:
    add(run)
    add(run, "bo@example.org", name="Bo", role="coach")
    who = activate(database, "bo@example.org")
    assert run("user", "close", "--address", who.address) == 0
    assert account(database, who.address).state is AccountState.CLOSED
    with kept(database) as store:
        assert store.sessions.of(who.id) == ()
    capsys.readouterr()
    assert run("user", "link", "--address", who.address) == 1
    told = capsys.readouterr()
    assert (told.out, who.address in told.err) == ("", True)
    # Once more changes nothing.
    assert run("user", "close", "--address", who.address) == 0
    actions = [(event.action, event.detail) for event in log(database)[2:]]
    assert actions == [("account_closed", who.id)]


def test_a_deleted_account_is_gone_and_its_address_is_free(
    run: Run, database: Path, capsys: Captured
) -> None:
    add(run)
    add(run, "bo@example.org", name="Bo Zonderling", role="officer", municipality=LEUVEN)
    who = activate(database, "bo@example.org")
    assert run("user", "delete", "--address", who.address) == 0
    with kept(database) as store:
        assert store.accounts.by_address(who.address) is None
    event = log(database)[-1]
    assert (event.action, event.detail, event.nis_code) == ("account_deleted", who.id, LEUVEN)
    for path in database.parent.iterdir():
        assert b"Zonderling" not in path.read_bytes(), path.name
    assert add(run, "bo@example.org", name="Bo", role="coach") == 0


@pytest.mark.parametrize("action", ["link", "close", "delete"])
def test_an_address_without_an_account_is_refused(
    action: str, run: Run, database: Path, capsys: Captured
) -> None:
    add(run)
    capsys.readouterr()
    assert run("user", action, "--address", "nobody@example.org") == 1
    told = capsys.readouterr()
    assert (told.out, "nobody@example.org" in told.err) == ("", True)
    assert len(log(database)) == 1


@pytest.mark.parametrize("action", ["close", "delete"])
def test_the_only_administrator_stays(
    action: str, run: Run, database: Path, capsys: Captured
) -> None:
    add(run)
    add(run, "bo@example.org", name="Bo")
    assert run("user", "close", "--address", "bo@example.org") == 0
    capsys.readouterr()
    assert run("user", action, "--address", "ann@example.org") == 1
    assert "--role administrator" in capsys.readouterr().err
    assert account(database).state is AccountState.INVITED
    # A closed one can go: with or without it, one is left.
    assert run("user", action, "--address", "bo@example.org") == 0


@pytest.mark.parametrize("action", ["close", "delete"])
def test_without_its_last_officer_a_municipality_lets_no_coach_in(
    action: str, run: Run, database: Path, capsys: Captured
) -> None:
    for address in ("bo@example.org", "cas@example.org"):
        add(run, address, role="officer", municipality=LEUVEN)
    add(run, "coach@example.org", role="coach")
    coach = account(database, "coach@example.org")
    officers = [account(database, a) for a in ("bo@example.org", "cas@example.org")]
    with kept(database) as store:
        for officer in officers:
            store.accounts.change(officer.id, state=AccountState.ACTIVE, password="a hash")
        store.consents.give(LEUVEN, coach.id, by=officers[0].id, at=datetime.now(UTC))
    capsys.readouterr()
    for officer in officers:
        with kept(database) as store:
            assert len(store.consents.to_coach(coach.id)) == 1
        assert run("user", action, "--address", officer.address) == 0
    with kept(database) as store:
        assert store.consents.to_coach(coach.id) == ()
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "preventieambtenaar" in line] == lines[-1:]
    assert "Leuven heeft nu geen actieve preventieambtenaar meer" in lines[-1]
    told = [(event.action, event.detail) for event in log(database)[-3:]]
    done = "account_closed" if action == "close" else "account_deleted"
    assert told == [
        (done, officers[0].id),
        ("consent_withdrawn", coach.id),
        (done, officers[1].id),
    ]


def test_a_link_does_not_outlive_the_closing_of_an_account(
    run: Run, database: Path, capsys: Captured
) -> None:
    add(run, "bo@example.org", role="coach")
    token = token_in(capsys.readouterr().out)
    assert run("user", "close", "--address", "bo@example.org") == 0
    who = account(database, "bo@example.org")
    with kept(database) as store:
        store.accounts.change(who.id, state=AccountState.INVITED)
        with pytest.raises(LinkNotFound):
            store.accounts.behind_link(digest(token), datetime.now(UTC))


def test_every_command_is_written_down_as_one_of_nobody_in_particular(
    run: Run, database: Path, catalogue: Catalogue
) -> None:
    add(run)
    add(run, "bo@example.org", name="Bo", role="coach")
    run("user", "list")
    run("user", "link", "--address", "bo@example.org", "--remove-second-factor")
    run("user", "close", "--address", "bo@example.org")
    run("user", "delete", "--address", "bo@example.org")
    events = log(database)
    assert [event.action for event in events] == [
        *("invited", "invited", "accounts_listed", "second_factor_removed", "link_made"),
        *("account_closed", "account_deleted"),
    ]
    assert {(event.actor, event.role, event.evaluation) for event in events} == {
        ("", "command", "")
    }
    assert "role.command" in catalogue.texts
    # Codes alone: no name and no address is in the log.
    held = " ".join(f"{event}" for event in events)
    assert not re.search(r"Ann|Bo|@", held)
    assert run("audit", "verify") == 0


@pytest.mark.parametrize(
    "arguments",
    [["list"], *([action, "--address", "a@example.org"] for action in ("link", "close", "delete"))],
)
def test_a_command_on_what_is_not_there_makes_nothing(
    arguments: list[str], run: Run, database: Path, capsys: Captured
) -> None:
    assert run("user", *arguments) == 1
    assert str(database) in capsys.readouterr().err
    assert not database.exists()


def test_settings_that_cannot_be_used_are_refused_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("EVALTOOL_INSTANCE", str(tmp_path / "instance"))
    for arguments in (["user", "list"], ["audit", "verify"]):
        assert main(arguments) == 1
        assert "public_url" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_settings_can_be_in_the_environment(
    file: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for line in file.read_text().splitlines():
        name, _, value = line.partition(" = ")
        monkeypatch.setenv(f"EVALTOOL_{name.upper()}", value.strip('"'))
    monkeypatch.chdir(file.parent)
    arguments = ["--address", "ann@example.org", "--name", "Ann", "--role", "administrator"]
    assert main(["user", "add", *arguments]) == 0
    assert account(database).name == "Ann"


# The audit log.


def a_log(database: Path, length: int = 5) -> list[Entry]:
    """Keep a log of so many entries."""
    start = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with kept(database) as store, store.together():
        return [
            store.audit.append(
                Event(
                    at=start + timedelta(minutes=number),
                    actor=f"account-{number}",
                    role="officer",
                    action="fill_in",
                    nis_code=LEUVEN,
                    evaluation=f"evaluation-{number}",
                    detail="structure",
                )
            )
            for number in range(length)
        ]


@contextlib.contextmanager
def behind_its_back(database: Path) -> Iterator[sqlite3.Connection]:
    """The database in the hands of somebody who can write the file, and drops the triggers."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        connection.commit()


def chain_anew(connection: sqlite3.Connection) -> None:
    """Give every entry the digest that fits what it says now."""
    connection.row_factory = sqlite3.Row
    head = "0" * 64
    for row in connection.execute("SELECT * FROM audit ORDER BY number").fetchall():
        columns = ("actor", "role", "action", "nis_code", "evaluation", "detail")
        event = Event(datetime.fromisoformat(row["at"]), *(row[name] for name in columns))
        head = chained(head, row["number"], event)
        connection.execute("UPDATE audit SET digest = ? WHERE number = ?", [head, row["number"]])


def told_numbers(told: str) -> list[int]:
    """The numbers in what was printed."""
    return [int(number) for number in re.findall(r"\b\d+\b", told)]


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_sound_log_is_told_with_its_length_and_its_head(
    lang: str, run: Run, database: Path, capsys: Captured
) -> None:
    last = a_log(database)[-1]
    assert run("audit", "verify", "--lang", lang) == 0
    told = capsys.readouterr()
    assert (told.err, f" 5:{last.digest}\n" in told.out) == ("", True)


def test_what_was_told_is_what_can_be_expected_later(
    run: Run, database: Path, capsys: Captured
) -> None:
    a_log(database)
    run("audit", "verify")
    (written,) = re.findall(r"\b\d+:[0-9a-f]{64}\b", capsys.readouterr().out)
    with kept(database) as store:
        store.audit.append(Event(datetime.now(UTC), "", "command", "accounts_listed"))
    assert run("audit", "verify", "--expect", written) == 0
    assert " 6:" in capsys.readouterr().out
    assert run("audit", "verify", "--expect", written.upper()) == 0


def test_an_empty_log_is_sound(run: Run, database: Path, capsys: Captured) -> None:
    with kept(database):
        pass
    assert run("audit", "verify") == 0
    assert f" 0:{'0' * 64}\n" in capsys.readouterr().out
    assert run("audit", "verify", "--expect", f"0:{'0' * 64}") == 0
    assert run("audit", "verify", "--expect", f"0:{'1' * 64}") == 1


def test_a_long_log_is_followed_to_its_end(run: Run, database: Path, capsys: Captured) -> None:
    entries = a_log(database, 2500)
    assert run("audit", "verify", "--expect", f"1001:{entries[1000].digest}") == 0
    assert f" 2500:{entries[-1].digest}\n" in capsys.readouterr().out
    with behind_its_back(database) as connection:
        connection.execute("UPDATE audit SET detail = '' WHERE number = 2001")
    assert run("audit", "verify") == 1
    assert told_numbers(capsys.readouterr().err) == [2001, 2000]


def test_the_database_itself_refuses_to_change_the_log(database: Path) -> None:
    a_log(database)
    with contextlib.closing(sqlite3.connect(database)) as connection:
        for statement in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit"):
            with pytest.raises(sqlite3.IntegrityError, match="append only"):
                connection.execute(statement)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2026-11-23T09:02:01+00:00"),
        ("at", "yesterday"),
        ("at", "0001-01-01T00:00:00+14:00"),
        ("at", 5),
        ("actor", "account-9"),
        ("role", "coach"),
        ("role", b"officer"),
        ("action", "read"),
        ("nis_code", "11002"),
        ("evaluation", "evaluation-9"),
        ("detail", ""),
        ("digest", "0" * 64),
        ("digest", ""),
    ],
)
def test_an_altered_entry_is_found(
    column: str, value: object, run: Run, database: Path, capsys: Captured
) -> None:
    a_log(database)
    with behind_its_back(database) as connection:
        connection.execute(f"UPDATE audit SET {column} = ? WHERE number = 3", [value])
    assert run("audit", "verify") == 1
    told = capsys.readouterr()
    assert (told.out, told_numbers(told.err)) == ("", [3, 2])
    assert run("audit", "verify", "--lang", "en") == 1
    assert told_numbers(capsys.readouterr().err) == [3, 2]


@pytest.mark.parametrize("number", [1, 3, 4])
def test_a_removed_entry_is_found(number: int, run: Run, database: Path, capsys: Captured) -> None:
    a_log(database)
    with behind_its_back(database) as connection:
        connection.execute("DELETE FROM audit WHERE number = ?", [number])
    assert run("audit", "verify") == 1
    assert told_numbers(capsys.readouterr().err) == [number, number - 1]


def test_a_removed_entry_is_found_when_the_others_move_up(
    run: Run, database: Path, capsys: Captured
) -> None:
    a_log(database)
    with behind_its_back(database) as connection:
        connection.execute("DELETE FROM audit WHERE number = 2")
        for number in (3, 4, 5):
            connection.execute("UPDATE audit SET number = number - 1 WHERE number = ?", [number])
    assert run("audit", "verify") == 1
    assert told_numbers(capsys.readouterr().err) == [2, 1]


@pytest.mark.parametrize("number", [1, 3, 6])
def test_an_added_entry_is_found(number: int, run: Run, database: Path, capsys: Captured) -> None:
    a_log(database)
    with behind_its_back(database) as connection:
        for later in range(5, number - 1, -1):
            connection.execute("UPDATE audit SET number = number + 1 WHERE number = ?", [later])
        connection.execute(
            "INSERT INTO audit SELECT ?, at, 'account-9', role, action, nis_code, evaluation,"
            " detail, digest FROM audit WHERE number = 2",
            [number],
        )
    assert run("audit", "verify") == 1
    assert told_numbers(capsys.readouterr().err) == [number, number - 1]


@pytest.mark.parametrize("number", [0, -1, -(2**63)])
def test_an_entry_put_before_the_first_is_found(number: int, run: Run, database: Path) -> None:
    a_log(database)
    with behind_its_back(database) as connection:
        connection.execute(
            "INSERT INTO audit SELECT ?, at, actor, role, action, nis_code, evaluation, detail,"
            " digest FROM audit WHERE number = 2",
            [number],
        )
    assert run("audit", "verify") == 1


def test_an_entry_removed_at_the_end_is_found_by_what_is_expected(
    run: Run, database: Path, capsys: Captured
) -> None:
    last = a_log(database)[-1]
    with behind_its_back(database) as connection:
        connection.execute("DELETE FROM audit WHERE number = 5")
    assert run("audit", "verify") == 0
    capsys.readouterr()
    assert run("audit", "verify", "--expect", f"5:{last.digest}") == 1
    told = capsys.readouterr()
    assert (told.out, told_numbers(told.err)) == ("", [5, 4])


def test_a_chain_made_anew_is_found_by_what_is_expected(
    run: Run, database: Path, capsys: Captured
) -> None:
    entries = a_log(database)
    with behind_its_back(database) as connection:
        connection.execute("UPDATE audit SET actor = 'account-9' WHERE number = 3")
        chain_anew(connection)
    assert run("audit", "verify") == 0
    capsys.readouterr()
    assert run("audit", "verify", "--expect", f"2:{entries[1].digest}") == 0
    for entry in entries[2:]:
        capsys.readouterr()
        assert run("audit", "verify", "--expect", f"{entry.number}:{entry.digest}") == 1
        told = capsys.readouterr()
        assert (told.out, told_numbers(told.err)) == ("", [entry.number])


def test_a_broken_chain_is_told_before_what_is_expected_of_its_rest(
    run: Run, database: Path, capsys: Captured
) -> None:
    entries = a_log(database)
    with behind_its_back(database) as connection:
        connection.execute("UPDATE audit SET actor = 'account-9' WHERE number = 3")
    assert run("audit", "verify", "--expect", f"5:{entries[4].digest}") == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert run("audit", "verify", "--expect", f"1:{entries[4].digest}") == 1
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_log_can_be_verified_without_settings(database: Path, capsys: Captured) -> None:
    last = a_log(database)[-1]
    assert main(["audit", "verify", "--instance", str(database.parent)]) == 0
    assert f" 5:{last.digest}\n" in capsys.readouterr().out


@pytest.mark.parametrize("action", ["verify", "export"])
def test_looking_at_a_log_that_is_not_there_makes_nothing(
    action: str, run: Run, database: Path, capsys: Captured
) -> None:
    assert run("audit", action) == 1
    told = capsys.readouterr()
    assert str(database) in told.err
    assert told.out == ""
    assert not database.exists()


def test_a_log_is_written_out_as_lines_from_which_its_chain_can_be_followed(
    run: Run, database: Path, capsys: Captured
) -> None:
    entries = a_log(database, 1003)
    assert run("audit", "export") == 0
    told = capsys.readouterr()
    assert told.err == ""
    rows = [json.loads(line) for line in told.out.splitlines()]
    assert [row["digest"] for row in rows] == [entry.digest for entry in entries]
    head = "0" * 64
    for row in rows:
        names = ("actor", "role", "action", "municipality", "evaluation", "detail")
        event = Event(datetime.fromisoformat(row["at"]), *(row[name] for name in names))
        head = chained(head, row["number"], event)
        assert head == row["digest"]


def test_what_was_added_to_a_log_is_written_out_apart(
    run: Run, database: Path, capsys: Captured
) -> None:
    a_log(database, 5)
    assert main(["audit", "export", "--after", "3", "--instance", str(database.parent)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["number"] for line in lines] == [4, 5]
    assert run("audit", "export", "--after", "5") == 0
    assert capsys.readouterr().out == ""


def test_an_entry_that_cannot_be_read_ends_what_is_written_out_and_is_told(
    run: Run, database: Path, capsys: Captured
) -> None:
    a_log(database, 5)
    with behind_its_back(database) as connection:
        connection.execute("UPDATE audit SET at = 'nooit' WHERE number = 1")
    assert run("audit", "export") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told_numbers(told.err) == [0]
