"""Who may come in: key, rate and size are checked before a request is read any further."""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import secrets
import time
from collections import OrderedDict
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ffvits.errors import ServeError
from ffvits.serve.metrics import Metrics
from ffvits.serve.refusals import refused
from ffvits.serve.settings import Settings

# Clients send no key where they ask who can speak; the others hold nothing of the voices.
OPEN = frozenset({"/", "/healthz", "/readyz", "/docs", "/openapi.json", "/voice/speakers", "/v1/audio/voices"})
_SLASHES = re.compile("/{2,}")
REMEMBERED = 10_000  # clients whose rate is known


class Gate:
    """Wraps the application: everything that comes in passes here once."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics
        self._rates = _Rates(settings.rate)
        self._keys = _spellings(settings.key)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if "//" in scope["path"]:  # from an address that was written with a slash at its end
            scope = {**scope, "path": _SLASHES.sub("/", scope["path"])}
        began, status = time.monotonic(), 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            try:
                self._admit(scope)
                body = await self._body(Request(scope, receive))
            except ServeError as error:
                await refused(error)(scope, receive, counted)
                return
            except ClientDisconnect:  # before all of it was sent: nobody is there to be answered
                status = 499
                return
            await self._app(scope, _replay(body, receive), counted)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.requests.labels(route, status).inc()
            self._metrics.seconds.labels(route).observe(time.monotonic() - began)

    def _admit(self, scope: Scope) -> None:
        """Raises ServeError for too many requests, those with a wrong key among them, or for a wrong key."""
        if scope["path"] in OPEN:
            return
        client = scope.get("client")
        self._rates.take(client[0] if client else "")
        given = _key(scope)
        if self._keys and not any(secrets.compare_digest(given, key) for key in self._keys):
            raise ServeError(
                "the API key is missing or wrong", status=401, code="invalid_api_key",
                cure="send it as 'Authorization: Bearer …', 'X-API-KEY: …' or ?api_key=…",
            )  # fmt: skip

    async def _body(self, request: Request) -> bytes:
        """The whole body. Raises ServeError if it is too large, or does not come."""
        limit = self._settings.body_limit
        too_large = ServeError(
            f"the body is larger than {limit} bytes", status=413, code="body_too_large", cure="send a shorter text"
        )
        body = bytearray()

        async def read() -> None:
            async for part in request.stream():
                body.extend(part)
                if len(body) > limit:
                    raise too_large

        declared = request.headers.get("content-length", "0")
        if not declared.isascii() or not declared.isdigit() or int(declared) > limit:
            raise too_large
        try:
            await asyncio.wait_for(read(), self._settings.patience)
        except asyncio.TimeoutError as error:
            raise ServeError("the body did not arrive", status=408, code="timeout", cure="send it again") from error
        return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """What the application receives: the body at once, then whatever the client does next (it leaves)."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message


def _key(scope: Scope) -> bytes:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    bearer = headers.get(b"authorization", b"")
    if bearer[:7].lower() == b"bearer ":
        return bearer[7:].strip()
    if b"x-api-key" in headers:
        return headers[b"x-api-key"]
    return parse_qs(scope["query_string"].decode("utf-8", "replace")).get("api_key", [""])[0].encode()


def _spellings(key: str) -> tuple[bytes, ...]:
    """A key as clients send it: in UTF-8, or as old HTTP has it in Latin-1. Nothing if there is no key."""
    if not key:
        return ()
    spelled = [key.encode("utf-8", "surrogateescape")]
    with contextlib.suppress(UnicodeEncodeError):
        spelled.append(key.encode("latin-1"))
    return tuple(spelled)


class _Rates:
    """A bucket of a minute's requests for each client, refilled as time goes by."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> None:
        """Raises ServeError (429) if the client has asked too often."""
        if not self._rate:
            return
        now = time.monotonic()
        left, then = self._left.pop(client, (float(self._rate), now))
        left = min(self._rate, left + (now - then) * self._rate / 60)
        self._left[client] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        if left < 1:
            wait = math.ceil((1 - left) * 60 / self._rate)
            raise ServeError(
                f"more than {self._rate} requests a minute", status=429, code="rate_limit", cure=f"wait {wait} s",
                wait=wait,
            )  # fmt: skip
