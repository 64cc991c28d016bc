"""The server, put together."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from fastapi import FastAPI

from ffvits import __version__, console
from ffvits.device import choose_device
from ffvits.serve.door import listening, serve_app
from ffvits.serve.gate import Gate
from ffvits.serve.metrics import Metrics
from ffvits.serve.pages import Pages
from ffvits.serve.refusals import refuse_in_json
from ffvits.serve.registry import Registry, find_voices
from ffvits.serve.routes import Desk, routes
from ffvits.serve.settings import Settings
from ffvits.serve.turns import Turns


def create_app(settings: Settings) -> FastAPI:
    """The application; when it starts it begins to load its voices. Raises RunError then if the folder is not there."""
    workers, threads = settings.threads
    registry = Registry(settings.folder, device=settings.device, rows=settings.rows)
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
    app.add_middleware(  # outermost: a browser asks before it sends a key, and shows no page a refusal without it
        Pages, allow_origins=settings.origins, allow_methods=["GET", "POST"], allow_headers=["*"],
        expose_headers=["Content-Disposition", "Retry-After"],
    )  # fmt: skip

    refuse_in_json(app)
    return app


def run(settings: Settings) -> None:
    """Serves until it is stopped. Raises FfvitsError if the port is taken or there is no such device, RunError if the
    folder is not there."""
    find_voices(settings.folder)
    if settings.device != "cpu":  # else a server would run that can load no voice; those in ONNX need no torch
        settings = replace(settings, device=choose_device(settings.device))
    with listening(settings.host, settings.port) as door:
        host, port = door.getsockname()[:2]
        console.info(f"http://{f'[{host}]' if ':' in host else host}:{port}  (docs: /docs)")
        if not settings.key and not ipaddress.ip_address(host).is_loopback:
            console.warn("anybody who reaches this machine can use it: set --api-key, or FFVITS_API_KEY")
        serve_app(create_app(settings), door)
