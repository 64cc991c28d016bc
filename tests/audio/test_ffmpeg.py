"""What FFmpeg's libraries read: streams that become others midway are heard to their end, in one format."""

import numpy as np
import pytest
from media import encode, tone

from ffvits.audio.ffmpeg import _past_padding
from ffvits.audio.files import opened


@pytest.mark.parametrize("suffix", [".ts", ".aac"])
@pytest.mark.parametrize(
    ("first", "second"), [((32000, 1), (32000, 2)), ((32000, 2), (32000, 1)), ((32000, 1), (48000, 1))]
)
def test_a_recording_that_goes_on_in_another_format_is_heard_to_its_end(tmp_path, suffix, first, second):
    """As television does at a break between programmes."""
    parts = []
    for pitch, (rate, channels) in ((440, first), (880, second)):
        samples = np.stack([tone(rate, 2.0, pitch)] * channels, axis=1)
        parts.append(encode(tmp_path / f"{pitch}{suffix}", samples, rate, "aac").read_bytes())
    (tmp_path / f"a{suffix}").write_bytes(b"".join(parts))
    with opened(tmp_path / f"a{suffix}") as reader:
        samples = np.concatenate(list(reader.blocks))
        assert not reader.damage
    rate, channels = first
    assert samples.shape == (pytest.approx(4.0 * rate, abs=0.2 * rate), channels)
    for begin, pitch in ((0.5, 440), (2.5, 880)):
        heard = samples[round(begin * rate) : round((begin + 1) * rate), 0]
        assert np.abs(np.fft.rfft(heard)).argmax() == pytest.approx(pitch, abs=2)  # of a second: in hertz


def test_ffmpeg_reads_an_ordinary_file_without_python_of_ours(tmp_path):
    """A Ctrl-C during such a call back is lost or cuts the sound short."""
    file = tmp_path / "a.m4a"
    file.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(40))
    with file.open("rb") as plain:
        assert _past_padding(plain) is plain
        assert plain.tell() == 0
