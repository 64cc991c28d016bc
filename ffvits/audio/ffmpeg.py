"""Recordings and films through FFmpeg's libraries inside PyAV: opened, the right sound track chosen, its samples."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import numpy as np
    from av import AudioFrame, AudioResampler, Packet
    from av.audio.stream import AudioStream
    from av.container import InputContainer

# How one of several sound tracks is marked: by its language, by its title, or by both.
_CHINESE = re.compile(r"[国國][语語配]|普通[话話]|中[文配英日]|[华華][语語]|[简繁]|mandarin|chinese", re.IGNORECASE)
_CHINESE_TAGS = frozenset({"chi", "zho", "zh", "cmn"})
_CANTONESE = re.compile(r"[粤粵]|广东话|廣東話|cantonese", re.IGNORECASE)  # whose language is chi too
BLOCK_VALUES = 1 << 20  # samples, of all channels together, that are handed on at once


def media(file: BinaryIO) -> InputContainer:
    """A media file as FFmpeg sees it; nothing but the file itself is read. Raises what PyAV raises.

    A playlist that calls itself .mp3 must not make us fetch what it names, and tags may be no UTF-8: PyAV 19 reads
    them whatever they are, and the ones before have to be told.
    """
    import av

    lenient = {"metadata_errors": "replace"} if int(av.__version__.partition(".")[0]) < 19 else {}
    return av.open(_past_padding(file), options={"protocol_whitelist": ""}, **lenient)


def _past_padding(file: BinaryIO) -> BinaryIO | _PastPadding:
    """The open file, without the zeros that Bilibili's desktop program puts before its m4s.

    Others stay as they are: a Ctrl-C that comes while PyAV calls Python code of ours is lost, or ends the sound early.
    """
    start = file.read(24)
    file.seek(0)
    padded = start.startswith(b"0" * _PastPadding.LENGTH) and start[13:17] == b"ftyp"
    return _PastPadding(file) if padded else file


class _PastPadding:
    """An open file without its first bytes."""

    LENGTH = 9

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read = file.read
        self.seek(0)

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(place + (self.LENGTH if whence == os.SEEK_SET else 0), whence) - self.LENGTH

    def tell(self) -> int:
        return self._file.tell() - self.LENGTH


def sound_track(container: InputContainer) -> tuple[AudioStream, list[str]]:
    """The sound track of a film that is marked as Chinese, the first if none is, and what there is to say of it."""
    streams = container.streams.audio
    if len(streams) == 1:
        return streams[0], []
    for number, stream in enumerate(streams, 1):
        if is_chinese(stream.metadata):
            return stream, [f"sound track {number} of {len(streams)} was taken: it is marked as Chinese"]
    return streams[0], [f"the first of {len(streams)} sound tracks was taken: none is marked as Chinese"]


def is_chinese(tags: Mapping[str, str]) -> bool:
    """Whether the tags of a film's sound track or subtitles say that it is Chinese, and not Cantonese."""
    language, title = tags.get("language", "").lower(), tags.get("title", "")
    if _CANTONESE.search(title):
        return False
    return language.partition("-")[0] in _CHINESE_TAGS or bool(_CHINESE.search(title))


def blocks(container: InputContainer, stream: AudioStream, damage: list[str]) -> Iterator[np.ndarray]:
    """The samples of a sound track, float32 [T, C], as it begins; `damage` gets what could not be decoded, in words."""
    import av
    import numpy as np

    alike = _Alike(stream)
    pending, held, damaged = [], 0, 0
    for packet in _packets(container, stream, damage):
        try:
            found = [part for frame in packet.decode() for part in alike(frame)]
        except (av.error.FFmpegError, OSError, ValueError):
            damaged += 1
            continue
        pending += found
        held += sum(part.size for part in found)
        if held >= BLOCK_VALUES:
            yield np.concatenate(pending)
            pending, held = [], 0
    if pending := [*pending, *alike.rest()]:
        yield np.concatenate(pending)
    if damaged:
        damage.append(f"{damaged} damaged packets were left out")


def _packets(container: InputContainer, stream: AudioStream, damage: list[str]) -> Iterator[Packet]:
    """The packets of a sound track up to a place at which the file cannot be read on."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.error.FFmpegError, OSError) as error:
            damage.append(f"what follows is damaged ({getattr(error, 'strerror', None) or error})")
            return
        yield packet


class _Alike:
    """Frames as float32 [T, C], all at the rate and with the channels that their stream begins with.

    Some change in the middle: where television goes over to another programme, or two recordings were joined. PyAV's
    resampler takes frames of one kind only, so each kind has one of its own.
    """

    def __init__(self, stream: AudioStream) -> None:
        context = stream.codec_context
        self._rate, self._layout, self._channels = context.sample_rate, context.layout, context.channels
        self._kind: tuple[str, str, int] | None = None
        self._resampler: AudioResampler | None = None

    def __call__(self, frame: AudioFrame) -> list[np.ndarray]:
        """What there is when this frame has come, which may be more than it or less."""
        import av

        kind = frame.format.name, frame.layout.name, frame.sample_rate
        before = []
        if kind != self._kind:
            before, self._kind = self.rest(), kind
            self._resampler = av.AudioResampler(format="flt", layout=self._layout, rate=self._rate)
        return [*before, *self._samples(frame)]

    def rest(self) -> list[np.ndarray]:
        """What is still held back; no frame of this kind may follow."""
        return self._samples(None) if self._resampler else []

    def _samples(self, frame: AudioFrame | None) -> list[np.ndarray]:
        return [part.to_ndarray().reshape(-1, self._channels) for part in self._resampler.resample(frame)]
