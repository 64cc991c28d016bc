"""What clients send, in two dialects: OpenAI's and vits-simple-api's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, model_validator

from ffvits.errors import ServeError
from ffvits.serve.encoders import FORMATS
from ffvits.speak.script import asked_silence

_Speed = Annotated[float, Field(ge=0.25, le=4, allow_inf_nan=False)]
_Noise = Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]
_Seed = Annotated[int, Field(ge=0, lt=2**63)]
_Format = Annotated[str, Field(max_length=20, description=", ".join(FORMATS)), AfterValidator(str.lower)]

LONGEST_SILENCE = 300.0  # seconds of all the breaks of one request
_NOTHING = ("", "none", "null", "undefined")


def refuse_long_silence(text: str) -> None:
    """Raises ServeError (413) for a text whose breaks last too long: a short one can ask for hours, of gigabytes."""
    silence = asked_silence(text)
    if silence > LONGEST_SILENCE:
        raise ServeError(
            f"the breaks of the text last {silence:.0f} s together, more than {LONGEST_SILENCE:.0f}", status=413,
            code="silence_too_long", cure="cut it at a full stop and send the parts one after the other",
        )  # fmt: skip


def _without(values: Any, absent: Callable[[Any], bool], but: str = "") -> Any:
    """A mapping without the values that only say that there is none."""
    if not isinstance(values, Mapping):
        return values
    return {name: value for name, value in values.items() if name == but or not absent(value)}


class VoiceName(BaseModel):
    """OpenAI's other way to name a voice."""

    id: str = Field(max_length=200)


class SpeechRequest(BaseModel):
    """OpenAI's request; `noise`, `noise_w` and `seed` are ours, `instructions` is taken and not followed."""

    input: str
    voice: Annotated[str, Field(max_length=200)] | VoiceName
    model: str = Field("ffvits", max_length=200, description="a voice (a run's name), or anything")
    response_format: _Format = "mp3"
    speed: _Speed | None = None
    stream_format: Literal["audio", "sse"] = "audio"
    instructions: str | None = None
    noise: _Noise | None = None
    noise_w: _Noise | None = None
    seed: _Seed | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_usual(cls, values: Any) -> Any:
        """A client that sends every field has null for those that nobody set."""
        return _without(values, lambda value: value is None)

    @property
    def manner(self) -> dict[str, float | int | None]:
        """As `Voice.stream` takes it."""
        return {"speed": self.speed, "noise": self.noise, "noise_w": self.noise_w, "seed": self.seed}


class VitsRequest(BaseModel):
    """vits-simple-api's parameters.

    `segment_size` and `max` are taken, but phrases are cut by ffvits itself; `lang` as well, but every voice speaks
    Mandarin (vits-simple-api ignores it for a voice of one language). A key in the body counts no more than it does
    there.
    """

    text: str
    id: int = Field(0, ge=0, le=1_000_000)
    format: _Format = "wav"
    lang: str = Field("auto", max_length=100)
    length: _Speed | None = None
    noise: _Noise | None = None
    noisew: _Noise | None = None
    segment_size: int | None = None
    max: int | None = None
    streaming: bool = False
    seed: _Seed | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_usual(cls, values: Any) -> Any:
        """As vits-simple-api has it: plugins send `&noise=`, and Python's None or JavaScript's null in letters."""
        return _without(values, lambda value: value is None or str(value).strip().lower() in _NOTHING, but="text")

    @property
    def manner(self) -> dict[str, float | int | None]:
        """As `Voice.stream` takes it."""
        speed = None if self.length is None else 1 / self.length
        return {"speed": speed, "noise": self.noise, "noise_w": self.noisew, "seed": self.seed}


class VitsQuery(VitsRequest):
    """vits-simple-api's parameters behind an address, where the key may stand too: `ffvits.serve.gate` looks at it."""

    api_key: str | None = Field(None, max_length=1000)
