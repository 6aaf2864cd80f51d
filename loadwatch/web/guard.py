"""Who may ask: this machine's browser with the token; no other site, no other host."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from flask import Response, current_app, redirect, request

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as BaseResponse

COOKIE: Final = "loadwatch_token"
# what a page may load: its own style, script and pictures, and nothing from elsewhere
POLICY: Final = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
SAFE_METHODS: Final = ("GET", "HEAD")
REFUSED_VISITOR = (
    "This page is for the person who started loadwatch. "
    "Open the link that `loadwatch serve` printed.\n"
)
WRONG_HOST = "loadwatch answers at 127.0.0.1 only.\n"
WRONG_ORIGIN = "A form of another page was refused.\n"
READ_ONLY = "This loadwatch was started with --read-only: nothing is written.\n"


def guard_app(app: Flask) -> None:
    """Check every request to `app` before its page, and add the headers of every answer.

    `app.config` holds TOKEN, and READ_ONLY.
    """
    app.before_request(_check_request)
    app.after_request(_add_headers)


def _check_request() -> BaseResponse | None:
    """Return a refusal, the page without the token in its address, or None to go on."""
    port = request.environ.get("SERVER_PORT", "")
    hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
    if request.headers.get("Host", "") not in hosts:
        return _refuse(WRONG_HOST)
    given = request.args.get("token", "")
    if given and request.method == "GET" and _is_token(given):
        return _remember_token()
    if not _is_token(request.cookies.get(COOKIE, "")):
        return _refuse(REFUSED_VISITOR)
    if request.method in SAFE_METHODS:
        return None
    if request.headers.get("Origin", "") not in {f"http://{host}" for host in hosts}:
        return _refuse(WRONG_ORIGIN)
    if current_app.config["READ_ONLY"]:
        return _refuse(READ_ONLY)
    return None


def _is_token(given: str) -> bool:
    return hmac.compare_digest(given.encode(), current_app.config["TOKEN"].encode())


def _remember_token() -> BaseResponse:
    """Return the same page without the token, which is a cookie from then on."""
    answer = redirect(request.path, 303)
    token = current_app.config["TOKEN"]
    answer.set_cookie(COOKIE, token, httponly=True, samesite="Strict")
    return answer


def _refuse(why: str) -> Response:
    return Response(why, 403, content_type="text/plain; charset=utf-8")


def _add_headers(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer
