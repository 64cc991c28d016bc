"""Samples become the bytes of an audio format, piece by piece: PyAV and libsndfile do the work."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ffvits.errors import ServeError

if TYPE_CHECKING:
    import numpy as np

PCM_RATE = 24_000  # what OpenAI's clients expect of raw samples
SILK_RATE, SILK_BITS = 24_000, 24_000
UNKNOWN_SIZE = 0xFFFFFFFF


@dataclass(frozen=True)
class Format:
    """`mime` type; `encode` turns float32 pieces [T] at a rate (Hz) into bytes as they come."""

    mime: str
    encode: Callable[[Iterable[np.ndarray], int], Iterator[bytes]]
    needs: str = ""

    @property
    def available(self) -> bool:
        """Whether its encoder is here: a package of its own, or a part of FFmpeg that some builds leave out."""
        from importlib.util import find_spec

        if isinstance(self.encode, _Coded):
            return self.encode.available
        return not self.needs or find_spec(self.needs) is not None


def _integers(piece: np.ndarray) -> np.ndarray:
    """float32 [-1, 1] -> int16."""
    import numpy as np

    return np.round(np.clip(piece, -1, 1) * 32767).astype("<i2")


def _wav(pieces: Iterable[np.ndarray], rate: int) -> Iterator[bytes]:
    """16-bit mono; the sizes are not known before the end, and say so (`whole` writes them)."""
    header = struct.pack("<4sI8sIHHIIHH", b"RIFF", UNKNOWN_SIZE, b"WAVEfmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    held = header + struct.pack("<4sI", b"data", UNKNOWN_SIZE)
    for piece in pieces:
        yield held + _integers(piece).tobytes()
        held = b""


def whole(format: str, data: bytes) -> bytes:
    """A finished file: WAV and FLAC get the length that their header could not know, the others are whole already."""
    if format == "wav":
        return data[:4] + struct.pack("<I", len(data) - 8) + data[8:40] + struct.pack("<I", len(data) - 44) + data[44:]
    if format == "flac":
        import av

        with av.open(io.BytesIO(data)) as container:
            samples = sum(packet.duration or 0 for packet in container.demux(audio=0))
        # The lower 36 bits of the eight bytes behind the frame sizes (RFC 9639, section 8.2).
        known = int.from_bytes(data[18:26], "big") >> 36 << 36
        return data[:18] + (known | samples).to_bytes(8, "big") + data[26:]
    return data


def _resampled(pieces: Iterable[np.ndarray], rate: int, wanted: int) -> Iterator[bytes]:
    """int16 bytes at the wanted rate."""
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=wanted)
    for frame in _frames(pieces, rate):
        yield from (out.to_ndarray().tobytes() for out in resampler.resample(frame))
    yield from (out.to_ndarray().tobytes() for out in resampler.resample(None))


def _frames(pieces: Iterable[np.ndarray], rate: int) -> Iterator:
    import av

    place = 0
    for piece in pieces:
        if not len(piece):
            continue
        frame = av.AudioFrame.from_ndarray(_integers(piece)[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, place, Fraction(1, rate)
        place += len(piece)
        yield frame


def _pcm(pieces: Iterable[np.ndarray], rate: int) -> Iterator[bytes]:
    return _resampled(pieces, rate, PCM_RATE)


@dataclass(frozen=True)
class _Coded:
    """One of FFmpeg's encoders: at the voice's own rate, or the next of `rates` that holds all of it."""

    container: str
    codec: str
    rates: tuple[int, ...] = ()
    bits: int = 0  # a second
    options: tuple[tuple[str, str], ...] = ()

    @property
    def available(self) -> bool:
        import av

        try:
            return av.codec.Codec(self.codec, "w").is_encoder
        except av.codec.codec.UnknownCodecError:
            return False

    def __call__(self, pieces: Iterable[np.ndarray], rate: int) -> Iterator[bytes]:
        import av

        chosen = next((known for known in self.rates if known >= rate), self.rates[-1]) if self.rates else rate
        sink = _Sink()
        with av.open(sink, "w", format=self.container, options=dict(self.options)) as container:
            stream = container.add_stream(self.codec, rate=chosen)
            stream.layout = "mono"
            if self.bits:
                stream.bit_rate = self.bits
            for frame in _frames(pieces, rate):
                container.mux(stream.encode(frame))
                if sink.data:
                    yield sink.take()
            container.mux(stream.encode(None))
        yield sink.take()


class _Sink:
    """What PyAV writes to: not a file, so that nothing is looked up or gone back to."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self.data)
        self.data.clear()
        return taken


def _ogg(pieces: Iterable[np.ndarray], rate: int) -> Iterator[bytes]:
    """Vorbis, which only libsndfile encodes here; it leaves at the end."""
    import soundfile

    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", rate, channels=1, format="OGG", subtype="VORBIS") as file:
        for piece in pieces:
            file.write(piece)
            yield b""  # so that others get their turn
    yield out.getvalue()


def _silk(pieces: Iterable[np.ndarray], rate: int) -> Iterator[bytes]:
    """Tencent's form of SILK, as QQ and WeChat send it; it leaves at the end."""
    import pysilk

    raw = bytearray()
    for part in _resampled(pieces, rate, SILK_RATE):
        raw += part
        yield b""
    out = io.BytesIO()
    pysilk.encode(io.BytesIO(bytes(raw)), out, SILK_RATE, SILK_BITS)
    yield out.getvalue()


_MP3 = (16000, 22050, 24000, 32000, 44100, 48000)
FORMATS = {
    "wav": Format("audio/wav", _wav),
    "mp3": Format("audio/mpeg", _Coded("mp3", "libmp3lame", _MP3, 64_000, (("write_xing", "0"),))),
    "flac": Format("audio/flac", _Coded("flac", "flac")),
    "opus": Format(
        "audio/ogg",
        _Coded("ogg", "libopus", (8000, 12000, 16000, 24000, 48000), 32_000, (("page_duration", "200000"),)),
    ),
    "aac": Format("audio/aac", _Coded("adts", "aac", _MP3, 64_000)),
    "pcm": Format("audio/pcm", _pcm),
    "ogg": Format("audio/ogg", _ogg),
    "amr": Format("audio/amr", _Coded("amr", "libopencore_amrnb", (8000,), 12_200)),
    "silk": Format("audio/silk", _silk, needs="pysilk"),
}
_PACKAGES = {"pysilk": "silk-python"}


def format_named(name: str) -> Format:
    """Raises ServeError (400) for a format that is not known, or whose encoder is not installed."""
    found = FORMATS.get(name)
    if found is None:
        raise ServeError(
            f"there is no format {name!r}", status=400, code="unknown_format", cure=f"one of: {', '.join(FORMATS)}"
        )
    if not found.available:
        raise ServeError(
            f"{name} is not installed on this server", status=400, code="format_not_installed",
            cure=(f"pip install {_PACKAGES[found.needs]}" if found.needs else "ask for another: wav, mp3, flac, opus"),
        )  # fmt: skip
    return found
