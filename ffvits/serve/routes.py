"""What can be asked of the server: OpenAI's speech endpoint, vits-simple-api's, and how it is doing."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import uuid
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from ffvits import __version__, console
from ffvits.errors import ServeError, TextError
from ffvits.serve.encoders import FORMATS, format_named, whole
from ffvits.serve.forms import SpeechRequest, VitsQuery, VitsRequest, refuse_long_silence
from ffvits.serve.metrics import Metrics
from ffvits.serve.refusals import errors, not_json, reason
from ffvits.serve.registry import Registry
from ffvits.serve.settings import Settings
from ffvits.serve.speakers import Speaker
from ffvits.serve.turns import AHEAD, Turn, Turns

LOOK = 0.05  # seconds after which a client that waits for the voices looks again
_AUDIO = {"description": "The speech", "content": {format.mime: {} for format in FORMATS.values()}}


class Stream(StreamingResponse):
    """Sends pieces as they come; a client that takes none for too long, or leaves, gives its place back.

    What goes wrong after the first piece has no status any more: the connection is closed, so that nobody takes what
    came for the whole, and a warning says why.
    """

    def __init__(
        self, turn: Turn, pieces: AsyncIterator[bytes], patience: float, media_type: str, **headers: str
    ) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **headers}
        super().__init__(pieces, media_type=media_type, headers=headers)
        self._turn = turn
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def timely(message: Message) -> None:
            try:
                await asyncio.wait_for(send(message), self._patience)
            except asyncio.TimeoutError as error:
                raise ServeError("the client takes nothing any more", status=408, code="timeout") from error

        try:
            await super().__call__(scope, receive, timely)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 — it is told here, since no answer can tell it
            console.warn(f"a stream broke off: {reason(error)}")
        finally:
            self._turn.cancel()


@dataclass(frozen=True)
class Desk:
    """Where requests are taken: everything that a route needs."""

    registry: Registry
    turns: Turns
    settings: Settings
    metrics: Metrics

    async def voices_loaded(self) -> None:
        """Waits while the server has only just begun. Raises ServeError (503) if it takes longer than patience."""
        latest = time.monotonic() + self.settings.patience
        while not self.registry.loaded.is_set():  # no thread waits for it: there are few, and any number of clients
            if time.monotonic() > latest:
                raise ServeError(
                    "the voices are still being loaded", status=503, code="loading", cure="try again soon", wait=5
                )
            await asyncio.sleep(LOOK)

    def begin(self, who: Speaker, text: str, format: str, ahead: int | None, **manner: Any) -> Turn:
        """Admits a text to be spoken. Raises ServeError if it is too long or the queue is full, TextError if empty."""
        coder = format_named(format)
        limit = self.settings.max_text
        if len(text) > limit:
            raise ServeError(
                f"the text has {len(text)} characters, more than {limit}", status=413, code="text_too_long",
                cure="cut it at a full stop and send the parts one after the other",
            )  # fmt: skip
        # Half of a surrogate pair is no character, and JSON can hold one.
        text = text.encode("utf-8", "replace").decode("utf-8")
        if not text.strip():
            raise TextError("the text is empty", cure="give some words")
        lost = text.count("\ufffd")
        if lost > 2 * (sum(not letter.isascii() for letter in text) - lost):  # of GBK, some letters pass for UTF-8
            raise TextError("the text is not UTF-8", cure="send it in UTF-8, in an address as %E4%BD%A0")
        refuse_long_silence(text)

        def heard() -> Iterator:
            self.metrics.characters.labels(who.name).inc(len(text))
            # All of it is read first: what cannot be spoken is then refused with a status, wherever it stands.
            for piece in who.voice.stream(text, who.speaker, read_first=True, **manner):
                self.metrics.audio.labels(who.name).inc(len(piece) / who.voice.sample_rate)
                yield piece

        def spoken() -> Generator[bytes]:
            yield from coder.encode(heard(), who.voice.sample_rate)

        return self.turns.enter(spoken(), ahead=ahead)

    async def streamed(self, turn: Turn, media_type: str, wrapped=None, **headers: str) -> Response:
        """The answer as it is made. Waits for the first audio, so that what can be refused is refused with a status."""
        began = time.monotonic()
        try:
            first = await turn.next(self.settings.patience)
        except BaseException:
            turn.cancel()
            raise
        self.metrics.first.observe(time.monotonic() - began)

        async def pieces() -> AsyncIterator[bytes]:
            piece: bytes | None = first
            while piece is not None:
                if piece:
                    yield piece
                piece = await turn.next(self.settings.patience)

        made = wrapped(pieces()) if wrapped else pieces()
        return Stream(turn, made, self.settings.patience, media_type, **headers)

    async def finished(self, request: Request, turn: Turn) -> bytes:
        """All of it, unless the client leaves before. Patience is for each piece: a long text may take its time."""

        async def everything() -> bytes:
            made = []
            while (piece := await turn.next(self.settings.patience)) is not None:
                made.append(piece)
            return b"".join(made)

        speaking = asyncio.ensure_future(everything())
        leaving = asyncio.ensure_future(_left(request))
        try:
            await asyncio.wait({speaking, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not speaking.done():
                raise ServeError("the client has left", status=499, code="client_left")
            return speaking.result()
        finally:
            turn.cancel()
            speaking.cancel()
            leaving.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue


async def _events(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """OpenAI's server-sent events."""
    async for piece in pieces:
        delta = {"type": "speech.audio.delta", "audio": base64.b64encode(piece).decode("ascii")}
        yield f"data: {json.dumps(delta)}\n\n".encode()
    usage = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
    yield f"data: {json.dumps({'type': 'speech.audio.done', 'usage': usage})}\n\n".encode()


def routes(desk: Desk) -> APIRouter:
    """Every route of the server."""
    router = APIRouter()
    spoken = {**errors(), 200: _AUDIO}
    voiced = [Depends(desk.voices_loaded)]  # the others answer from the first moment

    @router.post("/v1/audio/speech", responses=spoken, response_class=Response, tags=["OpenAI"], dependencies=voiced)
    async def speech(asked: SpeechRequest) -> Response:
        """Speaks, in OpenAI's form; the audio comes while it is made."""
        name = asked.voice if isinstance(asked.voice, str) else asked.voice.id
        who = desk.registry.find(name, asked.model)
        turn = desk.begin(who, asked.input, asked.response_format, AHEAD, **asked.manner)
        if asked.stream_format == "sse":
            return await desk.streamed(turn, "text/event-stream", _events)
        return await desk.streamed(turn, FORMATS[asked.response_format].mime)

    @router.get("/v1/models", responses=_some(401, 429, 503), tags=["OpenAI"], dependencies=voiced)
    async def models() -> dict[str, Any]:
        """The voices, in OpenAI's form."""
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "ffvits"} for name in desk.registry.names]
        return {"object": "list", "data": data}

    @router.get("/v1/audio/voices", responses=_some(503), tags=["OpenAI"], dependencies=voiced)
    async def voices() -> dict[str, list[dict[str, str]]]:
        """Who can speak, as programs ask that let one choose (open-webui)."""
        names = [who.title for who in desk.registry.speakers.everybody()]
        return {"voices": [{"id": name, "name": name} for name in names]}

    async def vits(request: Request, asked: VitsRequest) -> Response:
        who = desk.registry.number(asked.id)
        format = "mp3" if asked.streaming else asked.format  # as vits-simple-api does
        turn = desk.begin(who, asked.text, format, AHEAD if asked.streaming else None, **asked.manner)
        mime = FORMATS[format].mime
        named = {"Content-Disposition": f"attachment; filename={uuid.uuid4()}.{format}"}
        if asked.streaming:
            return await desk.streamed(turn, mime, **named)
        return Response(whole(format, await desk.finished(request, turn)), media_type=mime, headers=named)

    for path in ("/voice/vits", "/voice", "/voice/"):
        common = {
            "responses": spoken, "response_class": Response, "tags": ["vits-simple-api"],
            "include_in_schema": path != "/voice/", "dependencies": voiced,
        }  # fmt: skip

        @router.get(path, **common)
        async def vits_get(request: Request, asked: Annotated[VitsQuery, Query()]) -> Response:
            """Speaks, in vits-simple-api's form."""
            return await vits(request, asked)

        schema = VitsRequest.model_json_schema()
        kinds = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
        body = {"requestBody": {"required": True, "content": {kind: {"schema": schema} for kind in kinds}}}

        @router.post(path, **common, openapi_extra=body)
        async def vits_post(request: Request) -> Response:
            """Speaks, in vits-simple-api's form: JSON, a form, or multipart."""
            return await vits(request, await _posted(request))

    @router.get("/voice/speakers", responses=_some(503), tags=["vits-simple-api"], dependencies=voiced)
    async def speakers() -> dict[str, list[dict[str, Any]]]:
        """Who can speak, by the id that /voice/vits takes."""
        return _speakers(desk)

    @router.post("/voice/speakers", responses=_some(503), tags=["vits-simple-api"], dependencies=voiced)
    async def speakers_post() -> dict[str, list[dict[str, Any]]]:
        """Who can speak, by the id that /voice/vits takes."""
        return _speakers(desk)

    @router.head("/healthz", include_in_schema=False)  # as some that watch over servers ask
    @router.get("/healthz", tags=["server"])
    async def health() -> dict[str, Any]:
        """Whether the server is up, and with how many voices: it answers while they are still being loaded."""
        return {
            "status": "ok",
            "version": __version__,
            "voices": len(desk.registry.names),
            "turns_taken": desk.turns.taken,
            "places": desk.turns.places,
        }

    @router.head("/readyz", include_in_schema=False)
    @router.get("/readyz", responses=_some(503), tags=["server"])
    async def ready() -> dict[str, Any]:
        """Whether anybody can speak yet, for what sends requests to those servers only that are ready."""
        if not desk.registry.names:
            raise ServeError("no voice can speak yet", status=503, code="not_ready", cure="ask again", wait=1)
        return {"status": "ok", "voices": len(desk.registry.names)}

    @router.get("/metrics", response_class=Response, responses=_some(401, 429), tags=["server"])
    async def metrics() -> Response:
        """Prometheus' text form."""
        return Response(desk.metrics.text(), media_type=desk.metrics.content_type)

    @router.get("/", include_in_schema=False)
    @router.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(resources.files("ffvits.serve").joinpath("docs.html").read_text(encoding="utf-8"))

    return router


def _some(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: told for status, told in errors().items() if status in statuses}


def _speakers(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """vits-simple-api's table: only its VITS column has anybody."""
    speakers = desk.registry.speakers
    labels = speakers.labels()
    known = [
        {"id": number, "name": labels[number], "lang": ["zh"], "voice": who.name}
        for number, who in speakers.by_number().items()
    ]
    return {"VITS": known, "HUBERT-VITS": [], "W2V2-VITS": [], "BERT-VITS2": [], "GPT-SOVITS": []}


async def _posted(request: Request) -> VitsRequest:
    """Raises RequestValidationError as a declared body would."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body, values = await request.body(), {}
    if kind == "application/json" or body.lstrip()[:1] == b"{":  # curl -d calls everything a form
        try:
            values = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise not_json(error) from error
    else:
        async with request.form(max_fields=50) as form:
            values = {name: value for name, value in form.items() if isinstance(value, str)}
    try:
        return VitsRequest.model_validate(values)
    except ValidationError as error:
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in error.errors()]) from error
