"""The bare application behind the same server as ours, as a program of its own.

``python -m tests.performance.bare_server DATABASE`` prints its address; with ``--hello`` it has
no pages, and shows how long the parts that both are made of take to start.
"""

import argparse
import sys
from pathlib import Path

from flask import Flask
from waitress.server import TcpWSGIServer, create_server

THREADS = 8
"""As many as ours has."""


def main() -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("database", type=Path)
    parser.add_argument("--hello", action="store_true")
    options = parser.parse_args()
    app = _hello() if options.hello else _with_pages(options.database)
    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS, ident=None)
    assert isinstance(server, TcpWSGIServer)
    assert server.socket is not None
    print(f"http://127.0.0.1:{server.socket.getsockname()[1]}/", flush=True)
    server.run()
    return 0


def _hello() -> Flask:
    app = Flask("hello")

    @app.get("/")
    def index() -> str:
        return "<!doctype html><title>hello</title>"

    return app


def _with_pages(database: Path) -> Flask:
    # Here, so that --hello starts with nothing of ours.
    from evaltool.catalogue import loaded
    from tests.golden import document_of
    from tests.performance.bare import bare_app, bare_pages
    from tests.performance.sites import GOLDEN, answered

    catalogue = loaded()
    municipality = document_of(catalogue, GOLDEN).municipality.name
    pages = bare_pages(catalogue, answered(catalogue), municipality)
    return bare_app(pages, database)


if __name__ == "__main__":
    sys.exit(main())
