"""The length of a recording, also of one whose header does not state it."""

import av
import pytest
from media import EXAMPLES, encode, tone

from ffvits.audio.files import Undecodable, probe
from ffvits.audio.length import seconds_of
from ffvits.recipe import Recipe


class Pipe:
    """What a recorder writes into that cannot go back, to fill in the length."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


def recorded(path, seconds: float, suffix: str = "webm"):
    """A recording as a browser's MediaRecorder leaves it."""
    whole = encode(path.with_suffix(".ogg"), tone(48000, seconds)[:, None], 48000, "libopus")
    pipe = Pipe()
    with av.open(str(whole)) as source, av.open(pipe, "w", format=suffix) as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    whole.unlink()
    path.write_bytes(pipe.data)
    return path


def test_a_browsers_recording_is_as_long_as_its_packets(tmp_path):
    path = recorded(tmp_path / "a.webm", 7.0)
    assert probe(path).seconds == 0, "its header does not say"
    assert seconds_of(path) == pytest.approx(7.0, abs=0.1)


def test_what_the_header_says_is_believed():
    path = EXAMPLES / "line_05.wav"
    assert seconds_of(path) == probe(path).seconds > 1


def test_what_cannot_be_read_has_no_length(tmp_path):
    (tmp_path / "a.webm").write_bytes(b"\x1aE\xdf\xa3" + b"x" * 100)
    with pytest.raises(Undecodable):
        seconds_of(tmp_path / "a.webm")


def test_a_dry_run_counts_the_minutes_of_a_browsers_recording(tmp_path):
    from ffvits.plan import plan

    (tmp_path / "raw").mkdir()
    recorded(tmp_path / "raw" / "a.webm", 30.0)
    recipe = Recipe(input=str(tmp_path / "raw"), out=str(tmp_path / "run"), base="mandarin-lite", device="cpu")
    assert plan(recipe).minutes == pytest.approx(0.5, abs=0.02)
