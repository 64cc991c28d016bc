"""Where an application listens, and how it is run there."""

from __future__ import annotations

import errno
import logging
import socket
from typing import TYPE_CHECKING

from ffvits.errors import FfvitsError
from ffvits.files import system_words

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI


def listening(host: str, port: int) -> socket.socket:
    """A socket that waits for clients. Raises FfvitsError if the address cannot be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, OverflowError, UnicodeError) as error:  # the others of a port or a name that there cannot be
        raise FfvitsError(
            f"cannot listen at {host}:{port}: {_why(error, port)}", cure="choose another with --port, or --host"
        ) from error


# By number: of the system's words some Pythons append what they tried, and Windows speaks the user's language.
_REFUSED = {
    errno.EADDRINUSE: "Address already in use",
    errno.EACCES: "Permission denied",
    errno.EADDRNOTAVAIL: "Cannot assign requested address",
}


def _why(error: Exception, port: int) -> str:
    if not 0 <= port <= 65535:
        return "a port is 0 to 65535"
    if isinstance(error, socket.gaierror | UnicodeError):
        return "Name or service not known"
    number = getattr(error, "errno", None)
    return _REFUSED.get(number) or system_words(error)


def server_of(app: FastAPI) -> uvicorn.Server:
    """What runs an application; told to stop, it gives requests under way a few seconds to end."""
    import uvicorn

    from ffvits.serve.typed import TypedRequests

    config = uvicorn.Config(
        app, http=TypedRequests, log_level="warning", access_log=False, server_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,  # longer than any client keeps one: else it closes just as the next request is sent
        h11_max_incomplete_event_size=65536,
    )  # fmt: skip
    # An answer that breaks off is told where it breaks off, with the reason.
    logging.getLogger("uvicorn.error").addFilter(_unless_told)
    return uvicorn.Server(config)


def serve_app(app: FastAPI, door: socket.socket) -> None:
    """Runs an application behind a socket until it is stopped."""
    server_of(app).run(sockets=[door])


def _unless_told(record: logging.LogRecord) -> bool:
    return "without completing response" not in record.msg
