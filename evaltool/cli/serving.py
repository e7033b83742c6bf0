"""The commands that use what is kept: serving, importing and exporting."""

import contextlib
import ipaddress
import logging
import shlex
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from evaltool.catalogue import Catalogue, Faulty, loaded
from evaltool.cli.output import REFUSED, SOUND, reason, refuse, write_all
from evaltool.cli.process import heed_termination, settle
from evaltool.domain.document import Document, document_of, write
from evaltool.domain.evaluation import Evaluation, NotFound
from evaltool.domain.language import Language, Texts
from evaltool.store import Store, StoreError, keep_document, open_store
from evaltool.store.readiness import closed_place
from evaltool.web.context import Services
from evaltool.web.settings import default_instance

if TYPE_CHECKING:
    from flask import Flask
    from waitress.server import BaseWSGIServer, MultiSocketServer

T = TypeVar("T")

_OF_THE_MACHINE = frozenset({"store_read_only", "store_not_a_database", "store_newer_version"})
"""What a page tells its reader in other words: whoever runs a command can get at the files."""

THREADS = 8


def is_loopback(host: str) -> bool:
    """Whether an address is one of this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def serve(host: str, port: int, instance: Path | None, language: Language) -> int:
    """Serve until stopped; refuses any address but this machine's own."""
    from waitress.server import create_server

    from evaltool.web import create_app

    try:
        t = loaded().in_language(language)
    except Faulty as faulty:
        return refuse(*(fault.sentence(language) for fault in faulty.faults))
    if not is_loopback(host):
        return refuse(t("cli.not_local", host=host))
    folder = default_instance() if instance is None else instance
    app = opened(lambda: create_app({"INSTANCE": folder, "PORT": port}), folder, t)
    if app is None:
        return REFUSED
    if store_of(app).accounts.listing():
        # Whoever is on this machine could read what each municipality answered.
        store_of(app).close()
        return refuse(t("cli.has_accounts", path=folder))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        server = create_server(app, host=host.strip("[]"), port=port, threads=THREADS, ident=None)
    except OSError as error:
        return refuse(t("cli.port_taken", port=port, reason=reason(error, t)))
    shown = f"[{host.strip('[]')}]" if ":" in host else host
    bound = getattr(server, "effective_port", port)
    print(t("cli.serving", address=f"http://{shown}:{bound}/"), flush=True)
    return run_until_stopped(server, store_of(app))


def store_of(app: "Flask") -> Store:
    """What the application keeps, to be closed when it stops."""
    held: Services = app.extensions["evaltool"]
    return held.store


def run_until_stopped(server: "BaseWSGIServer | MultiSocketServer", store: Store) -> int:
    """Answer until Ctrl+C or SIGTERM stops it; then the database is closed in order."""
    settle()
    try:
        heed_termination()
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
        store.close()
    return SOUND


def opened(make: Callable[[], T], folder: Path, t: Texts, database: Path | None = None) -> T | None:
    """What comes of a database; where that cannot be used, why is printed.

    ``folder`` is the one that is written to, and by default that of the database.
    """
    try:
        return make()
    except StoreError as error:
        refuse(*_told(error, database or folder / "evaltool.sqlite", t))
    except OSError as error:
        refuse(t("cli.no_instance", path=folder, reason=reason(error, t)))
    return None


def _told(error: StoreError, database: Path, t: Texts) -> tuple[str, str]:
    """What is wrong with a database, and what to do about it on the machine where it is."""
    code, place = error.code, closed_place(database) or database
    now = f"command_error.{code}" if code in _OF_THE_MACHINE else f"error.{code}.now"
    found = t(now, folder=shlex.quote(str(database.parent)), path=database, place=place)
    return t(f"error.{code}.what"), found


def _with_store(instance: Path | None, t: Texts, work: Callable[[Store], int]) -> int:
    """Do something with what is kept; where the database fails, why is printed."""
    folder = default_instance() if instance is None else instance

    def done() -> int:
        with contextlib.closing(open_store(folder / "evaltool.sqlite")) as store:
            return work(store)

    status = opened(done, folder, t)
    return REFUSED if status is None else status


def import_files(
    catalogue: Catalogue,
    documents: Sequence[tuple[Path, Document]],
    instance: Path | None,
    language: Language,
) -> int:
    """Keep each document as a new evaluation: all of them or none."""
    t = catalogue.in_language(language)

    def work(store: Store) -> int:
        with store.together():
            kept = [
                keep_document(
                    store.evaluations, catalogue.questionnaire, document, datetime.now(UTC)
                )
                for _, document in documents
            ]
        for evaluation, (path, document) in zip(kept, documents, strict=True):
            name = document.municipality.name
            print(t("cli.imported", path=path, id=evaluation.id, municipality=name))
        return SOUND

    return _with_store(instance, t, work)


def export_files(
    catalogue: Catalogue,
    ids: Sequence[str],
    folder: Path,
    instance: Path | None,
    language: Language,
) -> int:
    """Write evaluations, by default all, as files that can be imported: all of it or nothing."""
    t = catalogue.in_language(language)

    def work(store: Store) -> int:
        kept = store.evaluations
        found: list[Evaluation] = []
        missing: list[str] = []
        if not ids:
            found.extend(kept.listing())
        for id_ in ids:
            try:
                found.append(kept.get(id_))
            except NotFound:
                missing.append(t("cli.not_found", id=id_))
        if missing:
            return refuse(*missing)
        if not found:
            print(t("cli.nothing_kept"))
        files: dict[Path, bytes] = {}
        for evaluation in found:
            name = f"livc-r-{evaluation.nis_code}-{evaluation.day}-{evaluation.id[:6]}.json"
            municipality = catalogue.register.known(evaluation.nis_code)
            actions = [planned.action for planned in store.plans.of(evaluation.id)]
            text = write(document_of(evaluation, municipality, actions), catalogue.questionnaire)
            files[folder / name] = text.encode("utf-8")
        return write_all(files, t)

    return _with_store(instance, t, work)
