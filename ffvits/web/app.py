"""The page's routes. It changes files and starts processes, so it answers its own page only."""

from __future__ import annotations

import contextlib
import importlib
import json
import re
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import resources
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ffvits import __version__, chinese
from ffvits.errors import FfvitsError, ServeError, TextError
from ffvits.run import Run
from ffvits.serve.refusals import refused
from ffvits.web.labels import Labels
from ffvits.web.speaking import Speaking
from ffvits.web.training import Training

_SCRIPTS = ("app.js", "page.js", "review.js", "speak.js", "train.js", "words.js")
PAGE = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/style.css": ("style.css", "text/css; charset=utf-8"),
    **{f"/{name}": (name, "text/javascript; charset=utf-8") for name in _SCRIPTS},
}
_SAFE = "default-src 'self'; media-src 'self' blob:; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
_Text = Annotated[str, Field(max_length=4096)]


class Edit(BaseModel):
    """What is left out stays."""

    text: _Text | None = None
    status: Literal["keep", "reject"] | None = None
    seen: bool | None = None


class Split(BaseModel):
    """`at` in seconds of the clip; the two texts."""

    at: float = Field(ge=0, le=3600, allow_inf_nan=False)
    left: _Text
    right: _Text


class Join(BaseModel):
    """The clip that follows."""

    other: str = Field(max_length=200)


class Undo(BaseModel):
    """The number that a change was answered with."""

    change: int = Field(ge=1)


class Start(BaseModel):
    """What is left out is as the recipe has it; 0 lets ffvits choose."""

    steps: int | None = Field(None, ge=0, le=10_000_000)
    minutes: float | None = Field(None, ge=0, le=100_000, allow_inf_nan=False)


class Take(BaseModel):
    """Which checkpoint is to be the run's voice, by the id that the list of voices has for it."""

    voice: str = Field(max_length=200)


class Say(BaseModel):
    """What to say, and how; what is left out is as the voice likes it."""

    voice: str = Field(max_length=200)
    text: _Text
    speaker: str | None = Field(None, max_length=200)
    speed: float | None = Field(None, ge=0.25, le=4, allow_inf_nan=False)
    noise: float | None = Field(None, ge=0, le=2, allow_inf_nan=False)
    noise_w: float | None = Field(None, ge=0, le=2, allow_inf_nan=False)
    seed: int | None = Field(None, ge=0, lt=2**63)


def create_app(run: Run, *, local_only: bool = True) -> FastAPI:
    """The page of one run; with `local_only` it is reached by this machine's own names only."""
    training = Training(run)
    labels = Labels(run, lambda: training.holding)
    speaking = Speaking(run, lambda: training.running)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=_import_training, daemon=True).start()
        yield
        training.stop(patience=60)

    app = FastAPI(title="ffvits web", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(OwnPageOnly, local_only=local_only)

    @app.exception_handler(RequestValidationError)
    @app.exception_handler(HTTPException)
    @app.exception_handler(FfvitsError)
    @app.exception_handler(Exception)
    async def refuse(_: Request, error: Exception) -> JSONResponse:
        return _refused_here(error)

    for path, (name, mime) in PAGE.items():
        app.add_api_route(path, _handed_out(name, mime), include_in_schema=False, response_model=None)

    @app.get("/api/run")
    def about() -> dict[str, Any]:
        recipe = run.recipe()
        return {
            "name": run.folder.resolve().name,
            "version": __version__,
            "sentences": list(recipe.speak.sentences),
            "seed": recipe.seed,
            "scores": {"zh": chinese.SCORES, "en": {}},
        }

    @app.get("/api/clips")
    def clips() -> list[dict[str, Any]]:
        return labels.rows()

    @app.patch("/api/clips/{id}")
    def edit(id: str, change: Edit) -> dict[str, Any]:
        return labels.told(labels.edit(id, **change.model_dump()))

    @app.post("/api/clips/{id}/split")
    def split(id: str, how: Split) -> dict[str, Any]:
        return labels.told(labels.split(id, how.at, (how.left, how.right)))

    @app.post("/api/clips/{id}/join")
    def join(id: str, how: Join) -> dict[str, Any]:
        return labels.told(labels.join(id, how.other))

    @app.post("/api/undo")
    def undo(what: Undo) -> dict[str, Any]:
        return labels.told(labels.undo(what.change))

    @app.get("/api/clips/{id}/audio")
    def audio(id: str, which: Literal["made", "original"] = "made") -> FileResponse:
        return FileResponse(
            labels.file(labels.known(id), original=which == "original"), headers={"Cache-Control": "no-cache"}
        )

    @app.get("/api/train")
    def training_status() -> dict[str, Any]:
        return training.status()

    @app.post("/api/train/start")
    def start(how: Start) -> dict[str, Any]:
        training.start({f"train.{name}": value for name, value in how.model_dump(exclude_none=True).items()})
        return training.status()

    @app.post("/api/train/stop")
    def stop() -> dict[str, Any]:
        training.stop()
        return training.status()

    @app.get("/api/train/samples/{step}")
    def sample(step: int, wanted: Annotated[str, Header(alias="range")] = "") -> Response:
        said = training.samples().get(step)
        if said is None:
            raise ServeError(f"there is no sample of step {step}", status=404, code="not_found", cure="reload the page")
        return _part(said, wanted)

    @app.get("/api/voices")
    def voices() -> list[dict[str, Any]]:
        return speaking.listing()

    @app.post("/api/voices/take")
    def take(what: Take) -> list[dict[str, Any]]:
        speaking.take(what.voice)
        return speaking.listing()

    @app.post("/api/say")
    def say(what: Say) -> Response:
        manner = what.model_dump(include={"speed", "noise", "noise_w", "seed"})
        return Response(speaking.say(what.voice, what.text, what.speaker, **manner), media_type="audio/wav")

    return app


def _import_training() -> None:
    """What the second tab needs takes seconds to import; the first is looked at meanwhile."""
    with contextlib.suppress(ImportError):  # who leaves torch out reviews and listens; training says what it lacks
        importlib.import_module("ffvits.train.session")


def _refused_here(error: Exception) -> JSONResponse:
    """The server's answer to what went wrong, and where: whoever sees this page may know."""
    answer = refused(error)
    body = json.loads(bytes(answer.body))
    # Of a text the server says where it is wrong as well.
    where = error.where if isinstance(error, FfvitsError) and not isinstance(error, TextError) else ""
    body["said"] = {language: where + text for language, text in body["said"].items()}
    headers = {name: value for name, value in answer.headers.items() if not name.startswith("content-")}
    return JSONResponse(body, answer.status_code, headers)


def _part(wav: bytes, wanted: str) -> Response:
    """A sound, or the bytes of it that are asked for: Safari plays nothing of a server that gives no parts."""
    headers, status = {"Accept-Ranges": "bytes"}, 200
    if found := re.fullmatch(r"bytes=(\d{1,12})-(\d{0,12})", wanted):
        first, last = int(found[1]), min(int(found[2] or len(wav)), len(wav) - 1)
        if first <= last:
            headers["Content-Range"], status = f"bytes {first}-{last}/{len(wav)}", 206
            wav = wav[first : last + 1]
    return Response(wav, status, headers, "audio/wav")


def _handed_out(name: str, mime: str) -> Callable[[], Response]:
    """A route for one file of static/. It takes no arguments: FastAPI would let whoever asks fill them in."""

    def page() -> Response:
        text = resources.files("ffvits.web").joinpath("static", name).read_text(encoding="utf-8")
        return Response(text, media_type=mime, headers={"Content-Security-Policy": _SAFE, "Cache-Control": "no-cache"})

    return page


class OwnPageOnly:
    """Refuses what another site's page sends here: by the name it calls us (DNS rebinding), or by its origin."""

    def __init__(self, app: ASGIApp, local_only: bool) -> None:
        self._app = app
        self._local_only = local_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            host = headers.get(b"host", b"").decode("latin-1")
            origin = headers.get(b"origin", b"").decode("latin-1")
            named = _hostname(f"//{host}")
            foreign = (self._local_only and named not in ("localhost", "127.0.0.1", "::1")) or (
                origin and origin.partition("://")[2] != host
            )
            if foreign:
                error = ServeError("only this page's own requests are answered", status=403, code="foreign", cure="")
                await refused(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
