"""Finding and decoding recordings: every format, and nothing that a folder may hold ends in a traceback."""

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from media import EXAMPLES, encode, tone, write

from ffvits.audio.files import AUDIO_SUFFIXES, Probe, Undecodable, find, opened, probe
from ffvits.audio.mixdown import survey
from ffvits.errors import AudioError

LIBSNDFILE = [
    ("a.wav", {"subtype": "PCM_U8"}, 8),
    ("a.wav", {"subtype": "PCM_16"}, 16),
    ("a.wav", {"subtype": "PCM_24"}, 24),
    ("a.wav", {"subtype": "PCM_32"}, 32),
    ("a.wav", {"subtype": "FLOAT"}, 32),
    ("a.wav", {"subtype": "DOUBLE"}, 64),
    ("a.wav", {"subtype": "ULAW"}, 8),
    ("a.wav", {"subtype": "IMA_ADPCM"}, 0),
    ("a.w64", {}, 16),
    ("a.rf64", {}, 16),
    ("a.caf", {}, 16),
    ("a.aiff", {}, 16),
    ("a.au", {}, 16),
    ("a.flac", {"subtype": "PCM_24"}, 24),
    ("a.mp3", {}, 0),
    ("a.ogg", {"subtype": "VORBIS"}, 0),
    ("a.opus", {"format": "OGG", "subtype": "OPUS"}, 0),
]
FFMPEG = [
    ("a.m4a", "aac", 44100, 1),
    ("a.m4a", "aac", 48000, 6),
    ("a.m4a", "alac", 44100, 2),
    ("a.aac", "aac", 22050, 2),
    ("a.mka", "libopus", 48000, 2),
    ("a.wma", "wmav2", 44100, 2),
    ("a.ac3", "ac3", 48000, 6),
    ("a.mp2", "mp2", 44100, 2),
    ("a.mkv", "pcm_s24le", 16000, 1),
    ("a.webm", "libopus", 48000, 1),
    ("a.tta", "tta", 44100, 2),
]


def read(path, decoder="any") -> tuple[Probe, np.ndarray]:
    with opened(path, decoder) as reader:
        return reader.probe, np.concatenate(list(reader.blocks))


def frequency(samples: np.ndarray, rate: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples))


@pytest.mark.parametrize(("name", "options", "bits"), LIBSNDFILE)
def test_formats_of_libsndfile(tmp_path, name, options, bits):
    path = write(tmp_path / name, np.stack([tone(), 0.5 * tone()], axis=1), **options)
    found, samples = read(path)
    assert (found.rate, found.channels, found.bits) == (16000, 2, bits)
    assert found.seconds == pytest.approx(1.0, abs=0.1)
    assert frequency(samples[:, 0], 16000) == pytest.approx(440, abs=2)
    assert np.abs(samples[4000:12000]).max(axis=0) == pytest.approx([0.5, 0.25], abs=0.03)


@pytest.mark.parametrize(("name", "codec", "rate", "channels"), FFMPEG)
@pytest.mark.parametrize("video", [False, True])
def test_formats_of_ffmpeg(tmp_path, name, codec, rate, channels, video):
    if video and not name.endswith((".m4a", ".mkv")):
        pytest.skip("this container holds no pictures")
    path = tmp_path / (name.replace(".m4a", ".mp4") if video else name)
    encode(path, np.stack([tone(rate)] * channels, axis=1), rate, codec, video)
    found, samples = read(path)
    assert (found.rate, found.channels) == (rate, channels)
    assert len(samples) / rate == pytest.approx(1.0, abs=0.1)
    assert frequency(samples[:, 0], rate) == pytest.approx(440, abs=2)


def test_what_bilibili_puts_before_its_m4s_is_passed_over(tmp_path):
    encode(tmp_path / "a.mp4", tone(44100)[:, None], 44100, "aac")
    for name, padding in (("audio.m4s", b""), ("30280.m4s", b"0" * 9)):
        (tmp_path / name).write_bytes(padding + (tmp_path / "a.mp4").read_bytes())
        found, samples = read(tmp_path / name)
        assert found.seconds == pytest.approx(1.0, abs=0.1)
        assert frequency(samples[:, 0], 44100) == pytest.approx(440, abs=2)
    assert [path.name for path in find(tmp_path).audio] == ["30280.m4s", "a.mp4", "audio.m4s"]


@pytest.mark.parametrize(
    ("tags", "pitch", "said"),
    [
        ([{"language": "jpn"}, {"language": "chi"}], 880, "sound track 2 of 2"),
        ([{"language": "jpn"}, {"title": "国语配音"}], 880, "sound track 2 of 2"),
        ([{"language": "chi", "title": "粤语"}, {"language": "chi", "title": "国语"}], 880, "sound track 2 of 2"),
        ([{}, {}], 440, "none is marked"),
        ([{"language": "chi"}], 440, ""),
    ],
)
def test_of_several_sound_tracks_the_chinese_is_read(tmp_path, tags, pitch, said):
    import av

    with av.open(str(tmp_path / "a.mkv"), "w") as container:
        streams = [container.add_stream("pcm_s16le", rate=16000, layout="mono") for _ in tags]
        for stream, values in zip(streams, tags, strict=True):
            stream.metadata.update(values)
        for stream, height in zip(streams, (440, 880), strict=False):
            samples = (tone(frequency=height) * 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
            frame.sample_rate = 16000
            container.mux(stream.encode(frame))
    _, samples = read(tmp_path / "a.mkv")
    assert frequency(samples[:, 0], 16000) == pytest.approx(pitch, abs=2)
    notes = survey(tmp_path / "a.mkv").notes
    assert said in " ".join(notes) and bool(notes) == bool(said)


def test_tags_that_are_no_unicode_keep_no_one_from_listening(tmp_path):
    import av

    with av.open(str(tmp_path / "a.mkv"), "w") as container:
        container.metadata["title"] = "BYTES"
        stream = container.add_stream("pcm_s16le", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray((tone() * 32767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = 16000
        container.mux(stream.encode(frame))
    written = (tmp_path / "a.mkv").read_bytes()
    assert written.count(b"BYTES") == 1
    (tmp_path / "a.mkv").write_bytes(written.replace(b"BYTES", "派蒙".encode("gbk") + b"1"))
    assert frequency(read(tmp_path / "a.mkv")[1][:, 0], 16000) == pytest.approx(440, abs=2)


def test_the_header_tells_the_length_without_decoding():
    assert probe(EXAMPLES / "line_04.flac").seconds > 1
    assert str(probe(EXAMPLES / "长 录音.m4a")).startswith("aac, ")


def test_an_ogg_cut_off_in_its_last_page_is_one_recording(tmp_path):
    whole = (EXAMPLES / "line_00.ogg").read_bytes()
    last = whole.rindex(b"OggS")
    for length in range(last, last + 20):
        (tmp_path / "a.ogg").write_bytes(whole[:length])
        with opened(tmp_path / "a.ogg") as reader:
            assert reader.decoder == "libsndfile"


def test_a_tag_behind_an_mp3_is_no_second_recording(tmp_path):
    one = write(tmp_path / "a.mp3", tone()).read_bytes()
    for tag in (b"TAG" + bytes(125), b"APETAGEX" + bytes(3000), b"TAG" + b"\xff" * 125):
        (tmp_path / "a.mp3").write_bytes(one + tag)
        assert read(tmp_path / "a.mp3")[0].seconds == pytest.approx(1.0, abs=0.01)


def test_both_decoders_hear_the_same(tmp_path):
    path = write(tmp_path / "a.wav", np.stack([tone(44100), tone(44100, frequency=1000)], axis=1), 44100)
    _, first = read(path, "libsndfile")
    _, second = read(path, "ffmpeg")
    assert np.abs(first - second).max() < 1e-4


def test_a_name_that_is_not_unicode(tmp_path):
    if sys.platform != "linux":
        pytest.skip("only on Linux is a file name any bytes")
    raw = "派蒙".encode("gbk")
    for suffix, make in ((b".wav", "a.wav"), (b".m4a", "a.m4a")):
        made = tmp_path / make
        write(made, tone()) if make == "a.wav" else encode(made, tone(44100)[:, None], 44100, "aac")
        os.rename(made, os.path.join(os.fsencode(tmp_path), raw + suffix))
    found = find(tmp_path).audio
    assert len(found) == 2
    for path in found:
        assert len(read(path)[1]) > 15000


def truncated_wav(path):
    whole = write(path, tone(seconds=3)).read_bytes()
    path.write_bytes(whole[: len(whole) // 3])


def streamed_wav(path):
    """What a program writes that cannot go back to fill in the length."""
    whole = bytearray(write(path, tone()).read_bytes())
    whole[4:8] = whole[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(whole)


def crashed_wav(path):
    """What a recorder leaves that fills in the length at the end, and did not come so far."""
    whole = bytearray(write(path, tone()).read_bytes())
    whole[4:8] = whole[40:44] = bytes(4)
    path.write_bytes(whole)


def streamed_flac(path):
    """As `flac -` and `ffmpeg -f flac -` write it: the number of samples, 36 bits of the header, is 0."""
    whole = bytearray(write(path, tone()).read_bytes())
    whole[21] &= 0xF0
    whole[22:26] = bytes(4)
    path.write_bytes(whole)


def joined(path, between=b"", **options):
    """As `cat` makes one of several, and who puts advertisements into programmes; an Ogg may be so by its standard."""
    path.write_bytes(between.join([write(path, tone(), **options).read_bytes() for _ in range(2)]))


@pytest.mark.parametrize(
    ("name", "make", "seconds", "said"),
    [
        ("joined.mp3", joined, 2.0, ""),
        ("joined.mp3", lambda path: joined(path, b"TAG" + bytes(125)), 2.0, ""),
        (
            "joined.mp3",
            lambda path: joined(path, b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)),
            2.0,
            "1 damaged",
        ),  # the tag
        ("joined.ogg", joined, 2.0, ""),
        ("joined.opus", lambda path: joined(path, format="OGG", subtype="OPUS"), 2.0, ""),
        ("crashed.wav", crashed_wav, 1.0, ""),
        ("streamed.flac", streamed_flac, 1.0, ""),
        ("cut.wav", truncated_wav, 1.0, "cut off"),
        ("streamed.wav", streamed_wav, 1.0, ""),
        ("cut.mp3", lambda path: path.write_bytes((EXAMPLES / "line_03.mp3").read_bytes()[:20000]), 1.0, ""),
        ("cut.ogg", lambda path: path.write_bytes((EXAMPLES / "line_00.ogg").read_bytes()[:20000]), 1.0, ""),
    ],
)
def test_what_a_broken_file_still_holds_is_kept(tmp_path, name, make, seconds, said):
    make(tmp_path / name)
    with opened(tmp_path / name) as reader:
        frames = sum(len(block) for block in reader.blocks)
    assert frames / reader.probe.rate > 0.9 * seconds
    assert said in " ".join(reader.damage)
    assert bool(reader.damage) == bool(said)


def wav_header(rate: int = 16000, channels: int = 1, bits: int = 16, data: bytes = bytes(32000)) -> bytes:
    width = channels * bits // 8
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, (rate * width) % 2**32, width % 2**16, bits)
    return b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVE" + form + b"data" + struct.pack("<I", len(data)) + data


GARBAGE = np.random.default_rng(1).bytes(5000)


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("empty.wav", b"", "empty", "0 bytes"),
        ("one.wav", b"R", "unreadable", "no decoder"),
        ("garbage.mp3", GARBAGE, "unreadable", "no decoder"),
        ("garbage.wav", b"RIFF" + GARBAGE, "unreadable", "no decoder"),
        ("header.mp3", b"\xff\xfb\x90" + GARBAGE[:997], "unreadable", "no decoder understands it (FFmpeg: "),
        ("garbage.flac", b"fLaC" + GARBAGE, "unreadable", ""),
        ("garbage.m4a", b"\0\0\0\x20ftypM4A " + GARBAGE, "unreadable", ""),
        ("text.mp3", "这不是录音".encode() * 100, "unreadable", ""),
        ("page.mp4", b"<html><body>404</body></html>", "unreadable", ""),
        ("zeros.mp3", bytes(5000), "unreadable", ""),
        ("rate0.wav", wav_header(rate=0), "unreadable", ""),
        ("rate1.wav", wav_header(rate=1), "unreadable", ""),
        ("rate.wav", wav_header(rate=4_000_000_000), "unreadable", ""),
        ("channels0.wav", wav_header(channels=0), "unreadable", ""),
        ("playlist.mp3", b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/secret.mp3\n", "unreadable", ""),
        ("wechat.silk", b"\x02#!SILK_V3" + GARBAGE, "unreadable", "WeChat"),
        ("qq.amr", b"\x02#!SILK_V3" + GARBAGE, "unreadable", "WeChat"),
        ("concat.mp4", b"ffconcat version 1.0\nfile '/etc/hostname'\n", "unreadable", ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_holds_no_sound_is_refused_with_a_reason(tmp_path, name, content, code, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Undecodable) as caught, opened(path) as reader:
        frames = sum(len(block) for block in reader.blocks)
        raise Undecodable(f"{frames} frames") if frames == 0 else AssertionError(f"{frames} frames of sound")
    assert caught.value.code == code
    assert said in caught.value.message
    assert caught.value.cure


def test_what_only_begins_like_sound_is_not_complained_of_by_a_library(capfd):
    """libsndfile's reader of MP3 writes to the terminal itself."""
    with pytest.raises(Undecodable):
        probe(EXAMPLES / "broken.mp3")
    assert capfd.readouterr().err == ""


def test_refused_besides(tmp_path):
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(Undecodable, match="not a regular file"):
        probe(tmp_path / "folder.wav")
    with pytest.raises(Undecodable, match="the file is gone"):
        probe(tmp_path / "gone.wav")
    silent = encode(tmp_path / "picture.mkv", tone(16000)[:, None], 16000, "pcm_s16le", video=True)
    import av

    with av.open(str(silent)) as source, av.open(str(tmp_path / "mute.mkv"), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    with pytest.raises(Undecodable, match="no sound track"):
        probe(tmp_path / "mute.mkv")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    path = write(tmp_path / "a.wav", tone())
    path.chmod(0)
    with pytest.raises(Undecodable, match="may not read"):
        probe(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on this system")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.wav")
    assert find(tmp_path).audio == (tmp_path / "pipe.wav",)
    with pytest.raises(Undecodable, match="not a regular file"):
        probe(tmp_path / "pipe.wav")


def test_find_sorts_recordings_from_the_rest(tmp_path):
    for name in (
        "b.WAV", "a b/派 蒙.Mp3", "a b/c/d.mkv", "._b.wav", ".hidden/x.wav", "Thumbs.db", "notes.txt", "b.srt", "b.lab",
        "x/desktop.ini", "__MACOSX/b.wav", "unknown.xyz", "nosuffix",
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    write(tmp_path / "a.tmp2", tone(), format="WAV")
    found = find(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in found.audio] == [
        "a b/c/d.mkv", "a b/派 蒙.Mp3", "a.tmp2", "b.WAV",
    ]  # fmt: skip
    assert [path.name for path in found.ignored] == ["b.lab", "b.srt", "nosuffix", "notes.txt", "unknown.xyz"]


def test_find_passes_over_what_the_system_does_not_let_us_look_at(tmp_path, monkeypatch):
    """In a folder that may be listed and not entered nothing but names is known."""
    (tmp_path / "a.wav").write_bytes(b"x")
    (tmp_path / "nosuffix").write_bytes(b"x")

    def refused(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", refused)
    found = find(tmp_path)
    assert ([path.name for path in found.audio], [path.name for path in found.ignored]) == (["a.wav"], ["nosuffix"])


def test_find_leaves_the_run_folder_out(tmp_path):
    write(tmp_path / "a.wav", tone())
    (tmp_path / "run" / "cache").mkdir(parents=True)
    write(tmp_path / "run" / "cache" / "b.wav", tone())
    assert find(tmp_path, skip=[tmp_path / "run"]).audio == (tmp_path / "a.wav",)


def test_find_ends_in_a_loop_of_links(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    write(tmp_path / "deep" / "a.wav", tone())
    try:
        (tmp_path / "deep" / "er" / "up").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "self.wav").symlink_to(tmp_path / "self.wav")
        (tmp_path / "nowhere.wav").symlink_to(tmp_path / "gone.wav")
    except OSError:
        pytest.skip("links need rights here")
    assert find(tmp_path).audio == (tmp_path / "deep" / "a.wav", tmp_path / "nowhere.wav", tmp_path / "self.wav")
    for name in ("self.wav", "nowhere.wav"):
        with pytest.raises(Undecodable):
            probe(tmp_path / name)


def test_find_says_what_is_no_folder(tmp_path):
    with pytest.raises(AudioError, match="no such folder"):
        find(tmp_path / "gone")
    with pytest.raises(AudioError, match="not a folder"):
        find(write(tmp_path / "a.wav", tone()))


@pytest.mark.slow
def test_find_in_a_folder_of_many_files(tmp_path):
    for number in range(20_000):
        os.close(os.open(tmp_path / f"{number:05d}.wav", os.O_CREAT | os.O_WRONLY))
    found = find(tmp_path)
    assert len(found.audio) == 20_000
    assert found.audio[0].name == "00000.wav"
    shutil.rmtree(tmp_path)


def test_suffixes_are_lower_case_and_start_with_a_dot():
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in AUDIO_SUFFIXES)


def test_nothing_heavy_is_imported():
    code = "import ffvits.audio.files, sys; print(*{m.split('.')[0] for m in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "av", "soundfile", "torch"} & set(loaded)
