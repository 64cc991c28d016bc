"""Whose web pages may hear what they ask for."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from ffvits import console

TOLD = 20  # origins that are named in the terminal at most


class Pages(CORSMiddleware):
    """Tells browsers whose pages may hear. One that may not is told nothing by its browser, so the terminal says it."""

    def __init__(self, app: ASGIApp, **allowed: Any) -> None:
        super().__init__(app, **allowed)
        self._told: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._tell(Headers(scope=scope))
        await super().__call__(scope, receive, send)

    def _tell(self, headers: Headers) -> None:
        origin = headers.get("origin")
        if not origin or not origin.isascii():  # browsers write it in ASCII; others may send what a terminal obeys
            return
        own = origin.partition("://")[2] == headers.get("host")
        if own or origin in self._told or len(self._told) >= TOLD or self.is_allowed_origin(origin):
            return
        self._told.add(origin)
        console.warn(f"a page of {origin} asks, and its browser may not let it hear: allow it with --cors {origin}")
