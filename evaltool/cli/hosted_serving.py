"""Serving on the internet, behind a proxy, for all who have an account."""

import contextlib
import os
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaltool import __version__
from evaltool.cli.hosting import DEFAULT_HOST, HostedRun, hosted_run
from evaltool.cli.output import REFUSED, reason, refuse
from evaltool.cli.serving import THREADS, opened, run_until_stopped, store_of
from evaltool.domain.access import Role
from evaltool.domain.accounts import AccountState
from evaltool.domain.language import Texts
from evaltool.store import check_usable, is_kept, open_store
from evaltool.web.settings import LARGEST_REQUEST

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from flask import Flask
    from waitress.server import BaseWSGIServer, MultiSocketServer

_LARGEST_RECEIVED = 4 * LARGEST_REQUEST
"""Bytes. What is a little too large is refused by a page; the rest is not even taken in."""
_SOCKET_MODE = "660"
"""Its owner and its group may open the socket, nobody else."""


def serve_hosted(file: Path | None, t: Texts) -> int:
    """Serve until stopped; refuses to start where the settings or the accounts are not in order."""
    run = hosted_run(file, t, serving=True)
    if run is None:
        return REFUSED
    named = "" if file is None else f" --settings {shlex.quote(str(file))}"
    there = opened(run.database.exists, run.instance, t)
    if there is None:
        return REFUSED
    if not there:
        return refuse(t("hosting.no_database", path=run.database, settings=named))
    with contextlib.ExitStack() as held:
        # Before the database is opened and a socket is taken over.
        try:
            held.enter_context(sole(run.lock))
        except BlockingIOError:
            return refuse(t("hosting.serving_already", path=run.database))
        except OSError as error:
            return refuse(t("hosting.no_lock", path=run.lock, reason=reason(error, t)))
        return _serve_alone(run, named, t)


@contextlib.contextmanager
def sole(path: Path) -> Iterator[None]:
    """Be the only process that holds this file; the system lets go of it when the process ends.

    The file is made where it is not there, and stays. Never the database itself: closing it a
    second time would let go of the locks of SQLite. Without ``fcntl`` (Windows) nothing is held.

    Raises:
        BlockingIOError: another holds it.
        OSError: it cannot be opened or held.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with contextlib.suppress(ImportError):
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _serve_alone(run: HostedRun, named: str, t: Texts) -> int:
    """Serve until stopped, where no other does; ``named`` is the option with the settings."""
    from evaltool.web.logs import event, to_standard_error

    # Before the database is opened, which may bring it up to date.
    to_standard_error()
    administered = opened(lambda: _has_administrator(run), run.instance, t)
    if administered is None:
        return REFUSED
    if not administered:
        return refuse(t("hosting.no_administrator", settings=named))
    from evaltool.web import create_app

    config = {"INSTANCE": run.instance, "PORT": run.port, "HOSTED": run.hosted}
    app = opened(lambda: create_app(config), run.instance, t)
    if app is None:
        return REFUSED
    sockets: dict[int, Any] = {}
    try:
        server = listen(app, run, sockets)
    except OSError as error:
        why = reason(error, t)
        return refuse(t("hosting.not_listening", place=run.place, reason=why))
    except ValueError:
        # What waitress says of a name that no address belongs to.
        return refuse(t("hosting.no_such_host", host=run.host))
    if run.metrics_place:
        try:
            listen_for_metrics(app, run, sockets)
        except OSError as error:
            why = reason(error, t)
            return refuse(t("hosting.no_metrics", place=run.metrics_place, reason=why))
    address = run.hosted.public_url
    print(t("hosting.serving", address=address, place=run.place), flush=True)
    event("started", version=__version__)
    store_of(app).audit.heed_clock(datetime.now(UTC))
    status = run_until_stopped(server, store_of(app))
    event("stopped")
    return status


def _has_administrator(run: HostedRun) -> bool:
    """Whether somebody can, or was invited to, administer it. Makes no database to find out.

    Raises:
        StoreError: the database cannot be used, or not be written.
    """
    if not is_kept(run.database):
        return False
    with contextlib.closing(open_store(run.database)) as store:
        # As /ready asks it: what may only be read can be opened all the same.
        check_usable(run.database)
        found = store.accounts.listing(role=Role.ADMINISTRATOR)
        return any(one.state is not AccountState.CLOSED for one in found)


def listen(
    app: "WSGIApplication", run: HostedRun, sockets: dict[int, Any] | None = None
) -> "BaseWSGIServer | MultiSocketServer":
    """A server that listens, and answers once it is run.

    What it listens on is added to ``sockets``; once run, it lets all that is in there answer.

    Raises:
        OSError: it cannot listen there.
        ValueError: the host is no address and no name of one.
    """
    from waitress.server import create_server

    place: dict[str, Any] = {"host": run.host.strip("[]"), "port": run.port}
    if run.socket is not None:
        place = _at(run.socket)
    return create_server(
        app,
        map=sockets,
        **place,
        threads=THREADS,
        ident=None,
        # By default waitress trusts no proxy and takes X-Forwarded-For and -Proto out of every
        # request. The application would then see the proxy itself ask everything, over plain
        # HTTP. It believes as many proxies as the settings say, by ProxyFix, so it must get
        # them; where there is no proxy nobody has to.
        clear_untrusted_proxy_headers=run.hosted.proxies == 0,
        max_request_body_size=_LARGEST_RECEIVED,
    )


def _at(path: Path) -> dict[str, Any]:
    """What makes waitress listen on a socket of the file system."""
    return {"unix_socket": str(path), "unix_socket_perms": _SOCKET_MODE}


def listen_for_metrics(app: "Flask", run: HostedRun, sockets: dict[int, Any]) -> None:
    """Count what the application answers, and tell that on a socket or a port of this machine.

    It answers once the server that has these ``sockets`` is run, in a thread of its own.

    Raises:
        OSError: it cannot listen there.
    """
    from waitress.server import create_server

    # Loaded here: it is of no use where nobody asked for figures.
    from evaltool.web.metrics import measure

    place: dict[str, Any] = {"host": DEFAULT_HOST, "port": run.metrics_port}
    if run.metrics_socket is not None:
        place = _at(run.metrics_socket)
    create_server(measure(app), map=sockets, **place, threads=1, ident=None)
