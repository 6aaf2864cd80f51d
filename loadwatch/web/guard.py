"""Who may ask: this machine's browser with the token; no other site, no other host."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from flask import Response, current_app, redirect, render_template, request

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
KEEPING_NOTHING: Final = ("plan", "course")  # blueprints whose forms only ask
REFUSED_VISITOR = (
    "This page is for the person who started loadwatch. "
    "Open the link that `loadwatch serve` printed.\n"
)
WRONG_HOST = "loadwatch answers at 127.0.0.1 only.\n"
WRONG_ORIGIN = "A form of another page was refused.\n"
READ_ONLY = "This loadwatch was started with --read-only: nothing is written."


def guard_app(app: Flask) -> None:
    """Check every request to `app` before its page, and add the headers of every answer.

    `app.config` holds TOKEN, and READ_ONLY.
    """
    app.before_request(_check_request)
    app.after_request(_add_headers)


def name_cookie(port: int | str) -> str:
    """Return the name of the cookie of a server: browsers send one to every port of a host."""
    return f"{COOKIE}_{port}"


def find_stranger(
    token: str, port: int | str, *, host: str, origin: str, cookie: str
) -> str:
    """Return why a form is refused, "" where it comes from our own page and person.

    `host` and `origin` are the headers of these names, `cookie` is the token that came.
    """
    hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
    if host not in hosts:
        return WRONG_HOST
    if not hmac.compare_digest(cookie.encode(), token.encode()):
        return REFUSED_VISITOR
    if origin not in {f"http://{host}" for host in hosts}:
        return WRONG_ORIGIN
    return ""


def _check_request() -> BaseResponse | None:
    """Return a refusal, the page without the token in its address, or None to go on."""
    port = request.environ.get("SERVER_PORT", "")
    token = current_app.config["TOKEN"]
    host = request.headers.get("Host", "")
    cookie = request.cookies.get(name_cookie(port), "")
    is_safe = request.method in SAFE_METHODS
    origin = request.headers.get("Origin", "")
    if is_safe:
        origin = f"http://{host}"
    why = find_stranger(token, port, host=host, origin=origin, cookie=cookie)
    given = request.args.get("token", "")
    if why == REFUSED_VISITOR and request.method == "GET" and _is_token(given):
        return _remember_token(port)
    if why:
        return _refuse(why)
    if is_safe:
        return _check_reader(given)
    if current_app.config["READ_ONLY"] and request.blueprint not in KEEPING_NOTHING:
        page = render_template(
            "problem.html", title="Nothing written", problem=READ_ONLY
        )
        return Response(page, 403)
    return None


def _check_reader(given: str) -> BaseResponse | None:
    """Return a refusal of another site's picture or script, or the page without its token."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    if site not in ("same-origin", "none") and mode != "navigate":
        return _refuse(WRONG_ORIGIN)
    if given and request.method == "GET":
        return redirect(_clean_path(), 303)
    return None


def _clean_path() -> str:
    """Return the path of the request as one of this server: "//name" would be another."""
    return "/" + request.path.lstrip("/\\")


def _is_token(given: str) -> bool:
    return hmac.compare_digest(given.encode(), current_app.config["TOKEN"].encode())


def _remember_token(port: int | str) -> BaseResponse:
    """Return the same page without the token, which is a cookie from then on."""
    answer = redirect(_clean_path(), 303)
    token = current_app.config["TOKEN"]
    answer.set_cookie(name_cookie(port), token, httponly=True, samesite="Strict")
    return answer


def _refuse(why: str) -> Response:
    return Response(why, 403, content_type="text/plain; charset=utf-8")


def _add_headers(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer
