"""The commands of a tool that stands on the internet: accounts, audit log, single sign-on."""

import argparse
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from evaltool.cli.given import variable
from evaltool.cli.output import REFUSED, WRONG_USAGE, refuse

if TYPE_CHECKING:
    from evaltool.catalogue import Catalogue
    from evaltool.cli.accounts import Office

Command = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]
Load = Callable[[argparse.Namespace], "Catalogue | None"]

_ROLES = ("officer", "chair", "coach", "administrator")
"""Contributors are invited by the municipality that asks them, not here."""
_IN_SETTINGS = ("host", "port", "instance")


def declare(command: Command, serve: argparse.ArgumentParser, load: Load) -> None:
    """Declare the commands with ``command``; they load the catalogue with ``load``."""
    serve.add_argument(
        "--hosted", action="store_true", help="serve all who have an account, behind a proxy"
    )
    _add_settings(serve)
    user = command("user", partial(_user, load), "Manage the accounts of a hosted tool.")
    actions = user.add_subparsers(title="actions", required=True, metavar="ACTION")

    def action(name: str, summary: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=summary, description=summary)
        added.set_defaults(action=name)
        _add_language(added)
        _add_settings(added)
        return added

    add = action("add", "Make an account, and print its link, which works once.")
    action("list", "Print all accounts.")
    link = action("link", "Print a new link to choose a password with.")
    close = action("close", "Close an account: nobody can sign in to it any more.")
    delete = action("delete", "Delete an account with everything that belongs to it alone.")
    for added in (add, link, close, delete):
        added.add_argument("--address", required=True, metavar="A", help="its mail address")
    add.add_argument("--name", required=True, metavar="N", help="the name of its owner")
    add.add_argument("--role", required=True, choices=_ROLES, help="what its owner may do")
    add.add_argument(
        "--municipality", metavar="NIS", help="NIS code; needed for an officer and a chair"
    )
    link.add_argument(
        "--remove-second-factor",
        action="store_true",
        help="also have its owner set up the second factor anew",
    )

    audit = command("audit", partial(_audit, load), "Look after the audit log.")
    on_log = audit.add_subparsers(title="actions", required=True, metavar="ACTION")

    def log_action(name: str, summary: str) -> argparse.ArgumentParser:
        added = on_log.add_parser(name, help=summary, description=summary)
        added.set_defaults(action=name)
        _add_language(added)
        place = added.add_mutually_exclusive_group()
        _add_settings(place)
        place.add_argument("--instance", type=Path, help="folder of the database, without settings")
        return added

    verify_ = log_action("verify", "Follow the chain of the log from its first entry to its last.")
    export = log_action("export", "Print the log, a line of JSON for each entry.")
    export.add_argument(
        "--after",
        type=_number_of_entry,
        metavar="NUMBER",
        help="only the entries after this one",
    )
    verify_.add_argument(
        "--expect",
        type=_link_of_chain,
        metavar="NUMBER:DIGEST",
        help="also check that there is this entry, as an earlier run printed it",
    )

    oidc = command("oidc", partial(_oidc, load), "Set up single sign-on (OpenID Connect).")
    on_provider = oidc.add_subparsers(title="actions", required=True, metavar="ACTION")
    told = "Print the public half of a client key as a JWK Set, for the provider to register."
    key = on_provider.add_parser("key", help=told, description=told)
    _add_language(key)
    key.add_argument(
        "--key-file",
        type=Path,
        required=True,
        metavar="FILE",
        help="the private key, as in the setting oidc_client_key_file",
    )


def _add_settings(parser: "argparse._ActionsContainer") -> None:
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="TOML file with the settings; EVALTOOL_ variables go before it",
    )


def _add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lang",
        choices=("nl", "en"),
        # A default here would undo what was said before the name of the action.
        default=argparse.SUPPRESS,
        help="language of messages (default: nl)",
    )


def _link_of_chain(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"([0-9]{1,15}):([0-9a-fA-F]{64})", text)
    if found is None:
        raise argparse.ArgumentTypeError("a number, a colon and 64 hexadecimal digits")
    return int(found[1]), found[2].lower()


def _number_of_entry(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise argparse.ArgumentTypeError("the number of an entry")
    return int(text)


def asks_for_hosting(options: argparse.Namespace) -> bool:
    """Whether serving is asked with an option that only a hosted tool has."""
    return bool(options.hosted) or options.settings is not None


def serve(load: Load, options: argparse.Namespace) -> int:
    """Serve as a hosted tool, where that is what the options say."""
    catalogue = load(options)
    if catalogue is None:
        return REFUSED
    t = catalogue.in_language(options.lang)
    if not options.hosted:
        return refuse(t("hosting.settings_without_hosted"), status=WRONG_USAGE)
    misplaced = [name for name in _IN_SETTINGS if getattr(options, name) is not None]
    if misplaced:
        told = t(
            "hosting.belongs_in_settings",
            options=", ".join(f"--{name}" for name in misplaced),
            keys=", ".join(misplaced),
            variables=", ".join(map(variable, misplaced)),
        )
        return refuse(told, status=WRONG_USAGE)
    from evaltool.cli.hosted_serving import serve_hosted

    return serve_hosted(options.settings, t)


def _user(load: Load, options: argparse.Namespace) -> int:
    from evaltool.cli import accounts

    catalogue = load(options)
    if catalogue is None:
        return REFUSED
    work: Callable[[Office, argparse.Namespace], int] = accounts.ACTIONS[options.action]
    return accounts.with_office(catalogue, options, work)


def _audit(load: Load, options: argparse.Namespace) -> int:
    from evaltool.cli.auditing import export_log, verify_log

    catalogue = load(options)
    if catalogue is None:
        return REFUSED
    t = catalogue.in_language(options.lang)
    if options.action == "export":
        return export_log(options.instance, options.settings, options.after, t)
    return verify_log(options.instance, options.settings, options.expect, t)


def _oidc(load: Load, options: argparse.Namespace) -> int:
    from evaltool.cli.signing_on import print_keys

    catalogue = load(options)
    if catalogue is None:
        return REFUSED
    return print_keys(options.key_file, catalogue.in_language(options.lang))
