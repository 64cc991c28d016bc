"""Subtitles inside a film are read as those that lie beside it."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ffvits.label import embedded
from ffvits.label.subtitles import Line
from ffvits.label.transcripts import find

HEADER = b"[Script Info]\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
CHINESE = [",{\\an8}你好", ",世界\\NHello", ",{\\p1}m 0 0 l 9 9", "fx,啦"]  # effects and words


def film(path: Path, codec: str, subtitles: list[tuple[dict[str, str], list[str]]], began: int = 0) -> Path:
    """A silent film with such tracks of subtitles, each said for a second from 1, 3, 5 … s on.

    All its times are by `began` seconds later.
    """
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", rate=16000, layout="mono")
        streams = [container.add_stream(codec) for _ in subtitles]
        for stream, (tags, _) in zip(streams, subtitles, strict=True):
            stream.codec_context.subtitle_header = HEADER
            stream.metadata.update(tags)
        for start in range(8 * 16):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1000), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 16000, 1000 * start + 16000 * began
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
        for stream, (_, said) in zip(streams, subtitles, strict=True):
            for number, words in enumerate(said):
                data = f"{number},0,Default,,0,0,0,{words}".encode() if codec == "ass" else words.encode()
                packet = av.Packet(len(data).to_bytes(2, "big") + data if codec == "mov_text" else data)
                packet.stream, packet.time_base = stream, Fraction(1, 1000)
                packet.pts = packet.dts = 2000 * number + 1000 + 1000 * began
                packet.duration = 1000
                container.mux(packet)
    return path


@pytest.mark.parametrize(
    ("name", "codec", "said"),
    [
        ("a.mkv", "ass", CHINESE),
        ("a.mkv", "subrip", ["<i>你好</i>", "世界\nHello"]),
        ("a.mp4", "mov_text", ["你好", "世界\nHello"]),
    ],
)
def test_the_chinese_ones_are_read(tmp_path, name, codec, said):
    film(tmp_path / name, codec, [({"language": "eng"}, ["Hello", "World"]), ({"language": "chi"}, said)])
    found = find(tmp_path, [name])
    assert found.of(name) == [Line("你好", 1, 2), Line("世界", 3, 4)]
    assert found.files == (tmp_path / name,)


def test_a_film_that_was_cut_may_keep_its_former_times(tmp_path):
    film(tmp_path / "a.mkv", "ass", [({"language": "zh-Hant"}, CHINESE[:1])], began=600)
    (line,) = embedded.read(tmp_path / "a.mkv")
    assert (line.start, line.end) == pytest.approx((1, 2), abs=0.1)


def test_those_beside_the_film_go_before(tmp_path):
    film(tmp_path / "a.mkv", "ass", [({"title": "简体"}, CHINESE[:1])])
    (tmp_path / "a.srt").write_text("00:01,000 --> 00:02,000\n再见\n")
    assert find(tmp_path, ["a.mkv"]).of("a.mkv") == [Line("再见", 1, 2)]


def test_films_without_any_have_none(tmp_path):
    film(tmp_path / "a.mkv", "ass", [({"language": "jpn"}, [",こんにちは"])])
    (tmp_path / "b.mp4").write_bytes(b"nothing")
    with av.open(str(tmp_path / "c.mkv"), "w") as silent:
        stream = silent.add_stream("ass")
        stream.codec_context.subtitle_header = HEADER
        stream.metadata["language"] = "chi"
        packet = av.Packet("0,0,Default,,0,0,0,,你好".encode())
        packet.stream, packet.time_base, packet.pts, packet.dts, packet.duration = stream, Fraction(1, 1000), 0, 0, 1000
        silent.mux(packet)
    for name in ("a.mkv", "b.mp4", "c.mkv", "gone.mkv"):
        assert embedded.read(tmp_path / name) == []
