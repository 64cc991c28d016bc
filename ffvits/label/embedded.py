"""The Chinese subtitles inside a film."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.audio.ffmpeg import is_chinese, media, sound_track
from ffvits.label.subtitles import Line, spoken, styled

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.subtitles.stream import SubtitleStream

SUFFIXES = frozenset({".mkv", ".mp4", ".m4v", ".mov", ".webm", ".mka"})
_TEXTS = frozenset({"srt", "subrip", "ass", "ssa", "mov_text", "webvtt", "text"})  # the others are pictures


def read(path: Path) -> list[Line]:
    """The lines of the first subtitles in a film that are text and marked as Chinese; empty if there are none."""
    import av

    try:
        with path.open("rb") as file, media(file) as film:
            stream = _chinese(film)
            return _lines(film, stream) if stream and film.streams.audio else []
    except (av.error.FFmpegError, OSError, ValueError):
        return []  # what cannot be read was told of when its sound was


def _chinese(film: InputContainer) -> SubtitleStream | None:
    for stream in film.streams.subtitles:
        context = stream.codec_context
        if context is not None and context.name in _TEXTS and is_chinese(stream.metadata):
            return stream
    return None


def _lines(film: InputContainer, stream: SubtitleStream) -> list[Line]:
    sound, _ = sound_track(film)
    began = float((sound.start_time or 0) * sound.time_base)  # a film that was cut may keep its former times
    cues = []
    for packet in film.demux(stream):
        if packet.pts is None or not packet.duration:
            continue
        start = float(packet.pts * packet.time_base) - began
        for shown in packet.decode():
            if shown.type == b"ass":
                # So FFmpeg writes all of them: ReadOrder, Layer, Style, Name, three margins, Effect, and the words.
                effect, words = shown.ass.decode("utf-8", "replace").split(",", 8)[-2:]
                cues.append((start, start + float(packet.duration * packet.time_base), styled(words, effect)))
    return spoken(cues)
