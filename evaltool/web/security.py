"""What every answer carries and every request must have, whatever the page."""

from flask import Flask, Response, abort, request

from evaltool.web import logs
from evaltool.web.settings import LOCAL_HOSTS, Settings

_DEFAULT_PORTS = {"http": "80", "https": "443"}

POLICY = "Content-Security-Policy"
HEADERS = {
    POLICY: (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def policy_with_form_to(origin: str) -> str:
    """The policy of a page with a form that leads to another site."""
    return HEADERS[POLICY].replace("form-action 'self'", f"form-action 'self' {origin}")


HOSTED_HEADERS = {
    # Two years, as browsers ask before they take a host up in their lists.
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}
"""What is added where people come over the internet."""


def protect(app: Flask, settings: Settings) -> None:
    """Check by which host and how every request came, and add the headers to every answer."""

    hosted = settings.hosted
    headers = HEADERS if hosted is None else {**HEADERS, **HOSTED_HEADERS}

    @app.before_request
    def check_host() -> None:
        if hosted is not None:
            if request.environ.get("HTTP_HOST", "").lower() != hosted.host:
                logs.refuse("asked for another host than that of public_url")
                abort(400, "host")
            # A monitor on the machine itself asks past the proxy, and is told one word.
            if hosted.tells_scheme and not request.is_secure and request.blueprint != "probes":
                logs.refuse("came without TLS, by what the nearest proxy says")
                abort(400, "scheme")
            return
        # A name that somebody else's server resolves to this machine (DNS rebinding) would
        # let a foreign page read ours.
        host, _, port = request.environ.get("HTTP_HOST", "").lower().rpartition(":")
        if not host or port.endswith("]"):
            host, port = (f"{host}:{port}" if host else port), _DEFAULT_PORTS[request.scheme]
        ports = {str(settings.port), str(request.environ.get("SERVER_PORT", ""))}
        if host not in LOCAL_HOSTS or port not in ports:
            abort(400, "host")

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            # Answers stay out of caches, and "back" shows what is saved now.
            response.headers["Cache-Control"] = "no-store"
        return response
