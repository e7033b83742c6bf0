"""The command that fills an empty hosted database with a demonstration."""

import argparse
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from evaltool.cli.output import REFUSED, SOUND, refuse

if TYPE_CHECKING:
    from evaltool.catalogue import Catalogue
    from evaltool.cli.demo_story import Story
    from evaltool.store import Store

Command = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]
Load = Callable[[argparse.Namespace], "Catalogue | None"]


def declare(command: Command, load: Load) -> None:
    """Declare the command with ``command``; it loads the catalogue with ``load``."""
    demo = command(
        "demo",
        partial(_demo, load),
        "Fill an empty database of a hosted tool with twelve municipalities, their coach and two "
        "invented years, and print the accounts.",
    )
    demo.add_argument(
        "--instance", type=Path, required=True, metavar="FOLDER", help="folder of the database"
    )
    demo.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="TOML file with the settings of the tool, to print where to sign in",
    )


def _demo(load: Load, options: argparse.Namespace) -> int:
    from evaltool.cli.hosting import hosted_run
    from evaltool.cli.serving import opened
    from evaltool.store import open_store

    catalogue = load(options)
    if catalogue is None:
        return REFUSED
    t = catalogue.in_language(options.lang)
    folder: Path = options.instance
    run = None
    if options.settings is not None:
        run = hosted_run(options.settings, t)
        if run is None:
            return REFUSED
        if run.instance.resolve() != folder.resolve():
            return refuse(t("demo.other_instance", other=run.instance))
    database = folder / "evaltool.sqlite"

    def done() -> int:
        with contextlib.closing(open_store(database)) as store:
            story = told(catalogue, store, datetime.now(UTC), options.lang)
            if story is None:
                return refuse(t("demo.not_empty", path=database))
            _print(story, folder, "" if run is None else run.hosted.public_url)
        return SOUND

    status = opened(done, folder, t)
    return REFUSED if status is None else status


def told(catalogue: "Catalogue", store: "Store", now: datetime, language: str) -> "Story | None":
    """The demonstration, kept whole in an empty store; None where that holds anything.

    ``now`` is the moment at which its two years end.
    """
    from evaltool.cli.demo_story import Story
    from evaltool.identity import passwords

    with store.together():
        if not _is_empty(store):
            return None
        story = Story(catalogue, store, "en" if language == "en" else "nl", now, passwords.hashed)
        story.tell()
    return story


def _is_empty(store: "Store") -> bool:
    from evaltool.domain.lists import ListKind

    return not (
        store.accounts.listing()
        or store.evaluations.listing()
        or any(store.lists.history(kind) for kind in ListKind)
        or next(iter(store.audit.entries()), None)
    )


def _print(story: "Story", folder: Path, url: str) -> None:
    """The accounts, with their passwords, which can be printed only now."""
    t = story.t
    print(t("demo.made", path=folder, municipalities=len(story.towns)))
    print(t("demo.invented"))
    print(t("demo.where", url=url) if url else t("demo.serve"))
    print(t("demo.second"))
    print(t("demo.once"))
    print()
    known = {account.id: account for account in story.store.accounts.listing()}
    rows = [(t("field.name"), t("field.address"), t("demo.password"))]
    rows += [
        (known[id_].name, known[id_].address, password) for id_, password in story.passwords.items()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for name, address, password in rows:
        print(f"{name.ljust(widths[0])}  {address.ljust(widths[1])}  {password}")
