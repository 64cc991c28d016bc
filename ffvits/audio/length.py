"""How long a recording is, before it is decoded."""

from __future__ import annotations

import math
from pathlib import Path

from ffvits.audio.ffmpeg import media, sound_track
from ffvits.audio.files import probe


def seconds_of(path: Path) -> float:
    """The seconds that a recording's header states, or that its packets have where it states none.

    So browsers record (WebM out of a MediaRecorder), and programs that write into a pipe. 0 where nothing tells. Raises
    Undecodable if nothing can read it.
    """
    return probe(path).seconds or _by_packets(path)


def _by_packets(path: Path) -> float:
    import av

    try:
        with path.open("rb") as file, media(file) as container:
            stream, _ = sound_track(container)
            start, end = math.inf, -math.inf
            for packet in container.demux(stream):
                if packet.pts is not None:
                    start, end = min(start, packet.pts), max(end, packet.pts + (packet.duration or 0))
            return float((end - start) * stream.time_base) if end > start and stream.time_base else 0.0
    except (av.error.FFmpegError, OSError, ValueError, IndexError):  # IndexError: there is no sound track
        return 0.0
