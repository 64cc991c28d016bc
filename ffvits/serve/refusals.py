"""How every refusal looks: JSON with a cause and a cure, in both dialects at once."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from ffvits import chinese, console
from ffvits.errors import FfvitsError, ServeError, TextError


def refuse_in_json(app: FastAPI) -> None:
    """Makes an application answer every error in this form."""

    @app.exception_handler(RequestValidationError)
    @app.exception_handler(HTTPException)
    @app.exception_handler(FfvitsError)
    @app.exception_handler(Exception)
    async def refuse(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, HTTPException) and error.status_code in (404, 405):
            asked = f"{request.method} {request.url.path}"
            error = HTTPException(error.status_code, f"{asked} is not answered here: see /docs", error.headers)
        return refused(error)


def refusal(message: str, *, status: int, code: str, cure: str = "", **headers: str) -> JSONResponse:
    """An error as both dialects know it: OpenAI's `error`, vits-simple-api's `status` and `message`.

    `said` is the whole of it in English and Chinese, for people.
    """
    error = {"message": f"{message} — {cure}" if cure else message, "type": "invalid_request_error", "code": code}
    if status >= 500:
        error["type"] = "server_error"
    said = {"en": error["message"], "zh": chinese.with_cure(message, cure)}
    body = {"status": "error", "message": message, "cure": cure, "said": said, "error": {**error, "param": None}}
    return JSONResponse(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


def refused(error: Exception) -> JSONResponse:
    """The answer to whatever went wrong; what nobody foresaw is written to the terminal and not to the client."""
    if isinstance(error, ServeError):
        headers = {"retry_after": str(error.wait or 1)} if error.wait or error.status == 429 else {}
        return refusal(error.message, status=error.status, code=error.code, cure=error.cure, **headers)
    if isinstance(error, RequestValidationError):
        # What is not said to be JSON is not read as JSON.
        cure = 'send JSON, with "Content-Type: application/json"' if isinstance(error.body, bytes) else ""
        return refusal(_first_wrong(error), status=422, code="bad_parameter", cure=cure)
    if isinstance(error, TextError):
        return refusal(error.located, status=400, code="text", cure=error.cure)
    if isinstance(error, FfvitsError):
        return refusal(error.message, status=400, code="bad_request", cure=error.cure)
    if isinstance(error, HTTPException):
        if isinstance(error.__cause__, ValueError | RecursionError):  # FastAPI tells no more of a body than that
            return refused(not_json(error.__cause__))
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
        return refusal(str(error.detail), status=error.status_code, code=code, **(error.headers or {}))
    console.error(f"{type(error).__name__}: {error}", "this is a bug in ffvits: please report it")
    return refusal("something went wrong inside the server", status=500, code="internal", cure="see its terminal")


def not_json(error: Exception) -> ServeError:
    """What to say of a body that could not be read as JSON; `error` is why."""
    cure = "send it in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)[:200]
    return ServeError("the body is not JSON", status=422, code="bad_json", cure=cure)


def reason(error: Exception) -> str:
    """What went wrong, in a line for the terminal."""
    return str(error) if isinstance(error, FfvitsError) else f"{type(error).__name__}: {error}"


def _first_wrong(error: RequestValidationError) -> str:
    """The first thing that is wrong, in one line."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first.get("loc", ())[1:])
    return f"{where}: {first['msg']}" if where else str(first["msg"])


def errors() -> dict[int | str, dict[str, Any]]:
    """What may be refused, for the OpenAPI description."""
    told = {
        400: "The text cannot be spoken, or the format cannot be made",
        401: "Missing or wrong API key",
        404: "No such voice",
        408: "The body did not arrive",
        413: "Too long",
        422: "A parameter is missing, of the wrong type or out of bounds",
        429: "Too many requests",
        503: "No voice yet",
        504: "Not spoken in time",
    }
    schema = {
        "type": "object",
        "required": ["status", "message", "error"],
        "properties": {
            "status": {"const": "error"},
            "message": {"type": "string"},
            "cure": {"type": "string"},
            "said": {"type": "object", "required": ["en", "zh"]},
            "error": {"type": "object", "required": ["message", "type", "code"]},
        },
    }
    return {
        status: {"description": text, "content": {"application/json": {"schema": schema}}}
        for status, text in told.items()
    }
