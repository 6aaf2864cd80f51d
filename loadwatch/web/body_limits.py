"""Bodies of requests are refused at their headers, before a byte of them is kept.

waitress keeps a whole body, in a file where it is long, before the application sees the request.
A page of another site could fill the disk that way, although the application refuses it later.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver
from waitress.utilities import BadRequest, Error, RequestEntityTooLarge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from waitress.adjustments import Adjustments
    from waitress.server import BaseWSGIServer

    # headers by their names in capitals with underscores, and the path -> why a body is refused
    BodyCheck = Callable[[Mapping[str, str], str], "Refusal | None"]

MAX_DISCARDED_BYTES: Final = 64 * 1024**3
NEEDS_LENGTH: Final = "A body without its length is not taken.\n"


class Refusal:
    """Why a body is refused, and whether it is read to its end before that is answered.

    A browser shows the answer only once it has sent all; strangers are cut off.
    """

    def __init__(self, error: Error, *, reads_body: bool = False) -> None:
        """Hold the answer."""
        self.error = error
        self.reads_body = reads_body


class Forbidden(Error):
    """Answer to a body of somebody who may not send any."""

    code = 403
    reason = "Forbidden"


class LengthRequired(BadRequest):
    """Answer to a body that comes in chunks of unknown number."""

    code = 411
    reason = "Length Required"


def refuse_stranger(why: str) -> Refusal:
    """Return the refusal of a body of another site, host or person."""
    return Refusal(Forbidden(why))


def refuse_size(why: str) -> Refusal:
    """Return the refusal of a body that is too large; `why` says what to do."""
    return Refusal(RequestEntityTooLarge(why), reads_body=True)


class _Discarded(OverflowableBuffer):
    """A buffer that keeps nothing."""

    def append(self, _: bytes) -> None:
        """Take bytes and forget them."""


class CheckedParser(HTTPRequestParser):
    """The parser of one request, which looks at its headers before it takes the body."""

    def __init__(self, adj: Adjustments, check: BodyCheck) -> None:
        """Hold what decides on a body: `check(headers, path)`."""
        super().__init__(adj)
        self._check = check
        self.path = ""
        self._refusal: Refusal | None = None
        self._is_checked = False

    def received(self, data: bytes) -> int:
        """Take bytes of the request; return how many."""
        consumed = super().received(data)
        if self.headers_finished and not self._is_checked:
            self._is_checked = True
            if self.error is None and self.body_rcv is not None:
                self._check_body()
        if self.completed and self._refusal and self.error is None:
            self.error = self._refusal.error
        return consumed

    def _check_body(self) -> None:
        refusal = self._check(self.headers, self.path)
        if refusal is None and self.chunked:
            refusal = Refusal(LengthRequired(NEEDS_LENGTH))
        if refusal is None:
            return
        self._refusal = refusal
        if refusal.reads_body and self.content_length <= MAX_DISCARDED_BYTES:
            self.body_rcv = FixedStreamReceiver(self.content_length, _Discarded(0))
        else:
            self.completed = True


class CheckedChannel(HTTPChannel):
    """One connection; one that sends its headers for ever is closed as an idle one."""

    def handle_read(self) -> None:
        """Read what has come; only a whole header or a part of a body counts as activity."""
        before = self.last_activity
        super().handle_read()
        request = self.request
        if request is not None and not request.headers_finished:
            self.last_activity = before


def check_bodies(server: BaseWSGIServer, check: BodyCheck) -> None:
    """Let `check(headers, path)` decide on every body that is sent to `server`."""
    parser = staticmethod(partial(CheckedParser, check=check))
    server.channel_class = type("Channel", (CheckedChannel,), {"parser_class": parser})
