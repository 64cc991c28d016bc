"""The server, put together."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ffvits import __version__, console
from ffvits.errors import FfvitsError
from ffvits.serve.gate import Gate, refused
from ffvits.serve.metrics import Metrics
from ffvits.serve.registry import Registry
from ffvits.serve.routes import Desk, invalid, routes
from ffvits.serve.settings import Settings
from ffvits.serve.turns import Turns


def create_app(settings: Settings) -> FastAPI:
    """The application; its voices are loaded when it starts. Raises RunError then if the folder is not there."""
    workers, threads = settings.threads
    registry = Registry(settings.folder, device=settings.device)
    turns = Turns(workers=workers, threads=threads, places=settings.queue)
    metrics = Metrics(waiting=lambda: turns.taken, voices=lambda: len(registry.names))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        registry.start()
        turns.start()
        yield
        registry.stop()
        turns.close()

    app = FastAPI(
        title="ffvits", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None, redirect_slashes=False,
        description="Voices made with ffvits, in OpenAI's and vits-simple-api's form.",
    )  # fmt: skip
    app.include_router(routes(Desk(registry, turns, settings, metrics)))
    app.add_middleware(Gate, settings=settings, metrics=metrics)

    @app.exception_handler(RequestValidationError)
    async def wrong_parameter(_, error: RequestValidationError):
        return invalid(error)

    @app.exception_handler(HTTPException)
    @app.exception_handler(FfvitsError)
    @app.exception_handler(Exception)
    async def refuse(_, error: Exception):
        return refused(error)

    return app


def run(settings: Settings) -> None:
    """Serves until it is stopped. Raises FfvitsError if the port is taken, RunError if the folder is not there."""
    from ffvits.serve.registry import find_voices

    find_voices(settings.folder)
    with listening(settings.host, settings.port) as door:
        host, port = door.getsockname()[:2]
        console.info(f"http://{f'[{host}]' if ':' in host else host}:{port}  (docs: /docs)")
        if not settings.key and not ipaddress.ip_address(host).is_loopback:
            console.warn("anybody who reaches this machine can use it: set --api-key, or FFVITS_API_KEY")
        serve_app(create_app(settings), door)


def listening(host: str, port: int) -> socket.socket:
    """A socket that waits for clients. Raises FfvitsError if the address cannot be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise FfvitsError(
            f"cannot listen at {host}:{port}: {error.strerror}", cure="choose another with --port, or --host"
        ) from error


def serve_app(app: FastAPI, door: socket.socket) -> None:
    """Runs an application behind a socket until it is stopped; requests under way get a few seconds to end."""
    import uvicorn

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=65536,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[door])
