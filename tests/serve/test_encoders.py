"""Whatever the format, what comes out is what went in: as long, as loud, at the same pitch."""

import io
import itertools
import wave

import numpy as np
import pytest

from ffvits.errors import ServeError
from ffvits.serve.encoders import FORMATS, PCM_RATE, format_named, whole

RATE, SECONDS, PITCH = 22050, 1.5, 440.0
TONE = (0.5 * np.sin(2 * np.pi * PITCH * np.arange(round(RATE * SECONDS)) / RATE)).astype(np.float32)
PIECES = np.array_split(TONE, 4)


def decoded(name: str, data: bytes) -> tuple[np.ndarray, int]:
    import av

    if name == "pcm":
        return np.frombuffer(data, "<i2") / 32768, PCM_RATE
    if name == "silk":
        import pysilk

        out = io.BytesIO()
        pysilk.decode(io.BytesIO(data), out, 24000)
        return np.frombuffer(out.getvalue(), "<i2") / 32768, 24000
    with av.open(io.BytesIO(data)) as container:
        rate = container.streams.audio[0].rate
        resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
        return np.concatenate([frame.to_ndarray()[0] for frame in frames]), rate


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_tone_comes_back(name):
    if not FORMATS[name].available:
        pytest.skip(f"no encoder of {name} here")
    samples, rate = decoded(name, whole(name, b"".join(FORMATS[name].encode(iter(PIECES), RATE))))
    assert len(samples) / rate == pytest.approx(SECONDS, abs=0.1)
    middle = samples[len(samples) // 4 : 3 * len(samples) // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.fft.rfftfreq(len(middle), 1 / rate)[spectrum.argmax()] == pytest.approx(PITCH, abs=5)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.25)


@pytest.mark.parametrize("name", ["wav", "pcm", "mp3", "opus", "aac", "flac"])
def test_what_streams_leaves_before_the_end_is_there(name):
    taken = []

    def pieces():
        for number in range(40):
            taken.append(number)
            yield TONE

    coded = FORMATS[name].encode(pieces(), RATE)
    first = next(piece for piece in coded if piece)
    assert first and len(taken) < 5
    assert len(b"".join(coded)) > len(first)


@pytest.mark.parametrize("name", ["wav", "flac"])
def test_a_finished_file_knows_its_length(name):
    import soundfile

    data = whole(name, b"".join(FORMATS[name].encode(iter(PIECES), RATE)))
    samples, rate = soundfile.read(io.BytesIO(data), dtype="float32")
    assert (len(samples), rate) == (len(TONE), RATE)
    if name == "wav":  # other readers believe the header where libsndfile looks at the file's size
        with wave.open(io.BytesIO(data)) as file:
            assert file.getnframes() == len(TONE)
    assert np.abs(samples - TONE).max() < 1e-4


@pytest.mark.parametrize(("name", "rate"), list(itertools.product(["mp3", "opus", "aac"], [8000, 16000, 44100, 48000])))
def test_every_rate_of_a_voice_finds_a_rate_of_the_format(name, rate):
    samples, found = decoded(name, b"".join(FORMATS[name].encode([np.zeros(rate, np.float32)], rate)))
    assert found >= rate or name == "opus"
    assert len(samples) / found == pytest.approx(1, abs=0.15)


def test_louder_than_full_scale_is_limited_and_does_not_wrap():
    data = b"".join(FORMATS["pcm"].encode([np.full(24000, 1.5, np.float32)], 24000))
    assert np.frombuffer(data, "<i2")[1000:-1000].min() > 30000


def test_nothing_said_is_a_valid_file():
    assert whole("wav", b"".join(FORMATS["wav"].encode([np.zeros(0, np.float32)], RATE)))[:4] == b"RIFF"


def test_an_unknown_format_lists_the_known_ones():
    with pytest.raises(ServeError, match="no format 'midi'") as caught:
        format_named("midi")
    assert caught.value.status == 400 and "mp3" in caught.value.cure


def test_a_format_whose_encoder_is_missing_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ServeError) as caught:
        format_named("silk")
    assert caught.value.status == 400 and "silk-python" in caught.value.cure
