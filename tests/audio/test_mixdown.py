"""One mono track out of any recording: nothing cancels, nothing is lost between the parts, memory stays small."""

import tracemalloc

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from media import encode, tone, write

from ffvits.audio.files import Undecodable
from ffvits.audio.mixdown import parts, survey
from ffvits.audio.sound import Sound


def mono(path, max_rate: int = 48000, seconds: float = 300.0) -> Sound:
    found = list(parts(path, survey(path), max_rate=max_rate, seconds=seconds))
    return Sound(np.concatenate([sound.samples for _, sound in found]), found[0][1].rate)


def level(samples: np.ndarray) -> float:
    return 20 * np.log10(np.sqrt(np.mean(np.square(samples))) + 1e-12)


VOICE = tone(level=0.3)
OTHER = tone(frequency=1234, level=0.3)


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        ([VOICE, VOICE], ""),
        ([VOICE, 0 * VOICE], ""),
        ([VOICE, OTHER], ""),
        ([VOICE, -VOICE], "out of phase"),
        ([VOICE, -0.9 * VOICE], "out of phase"),
        ([VOICE, -0.5 * VOICE], "out of phase"),  # a quarter of it would be left
        ([VOICE, -VOICE, VOICE, -VOICE], "out of phase"),
        ([0.01 * OTHER, 0.01 * OTHER, VOICE, 0 * VOICE, OTHER, OTHER], "centre"),
        ([VOICE, VOICE, 0 * VOICE, 0 * VOICE, 0 * VOICE, 0 * VOICE], ""),
        ([0 * VOICE] * 31 + [VOICE], ""),
    ],
)
def test_the_voice_survives_the_mix(tmp_path, channels, said):
    path = write(tmp_path / "a.wav", np.stack(channels, axis=1))
    heard = survey(path)
    assert said in " ".join(heard.notes)
    assert bool(said) == bool(heard.notes)
    samples = mono(path).samples
    spectrum = np.abs(np.fft.rfft(samples))
    assert np.argsort(spectrum)[-2:].tolist().count(440) == 1
    assert level(samples) >= level(VOICE) - 20 * np.log10(len(channels)) - 0.1


def test_an_offset_is_removed(tmp_path):
    path = write(tmp_path / "a.wav", VOICE + 0.25, subtype="FLOAT")
    assert np.abs(mono(path).samples - VOICE).max() < 1e-4
    assert "offset of 25.0%" in survey(path).notes[0]


def test_peaks_above_full_scale_keep_their_shape(tmp_path):
    path = write(tmp_path / "a.wav", 5 * VOICE, subtype="FLOAT")
    samples = mono(path).samples
    assert np.abs(samples).max() == pytest.approx(1.0, abs=1e-6)
    assert np.abs(samples - VOICE / 0.3).max() < 1e-4
    assert "3.5 dB" in survey(path).notes[0]


def test_samples_that_are_no_numbers_become_silence(tmp_path):
    broken = VOICE.copy()
    broken[100:110], broken[200], broken[300] = np.nan, np.inf, 3e38
    path = write(tmp_path / "a.wav", broken, subtype="FLOAT")
    samples = mono(path).samples
    assert np.isfinite(samples).all()
    assert "12 samples" in survey(path).notes[0]
    good = np.abs(broken) < 1
    assert np.abs(samples[good] - VOICE[good]).max() < 1e-3


@pytest.mark.parametrize(
    ("rate", "kept"), [(8000, 8000), (16000, 16000), (44100, 44100), (48000, 48000), (96000, 48000), (655350, 48000)]
)
def test_only_rates_above_the_limit_are_changed(tmp_path, rate, kept):
    path = write(tmp_path / "a.wav", tone(rate), rate, subtype="FLOAT")
    sound = mono(path)
    assert sound.rate == kept
    assert len(sound.samples) == pytest.approx(kept, abs=2)
    middle = slice(kept // 4, kept // 2)
    assert np.abs(sound.samples[middle] - tone(kept)[middle]).max() < 2e-3


def test_damage_in_the_middle_does_not_cost_the_rest(tmp_path):
    path = tmp_path / "a.flac"
    whole = bytearray(write(path, np.random.default_rng(0).normal(0, 0.1, 160000)).read_bytes())
    whole[len(whole) // 2 : len(whole) // 2 + 4000] = bytes(4000)
    path.write_bytes(whole)
    heard = survey(path)
    # PyAV before 18, all that Python 3.10 gets, loses what is whole in the same packet in front of the damage.
    assert heard.seconds > (9 if int(av.__version__.split(".")[0]) >= 18 else 8.5)
    assert heard.notes
    assert len(mono(path).samples) == heard.frames


def test_no_samples_at_all(tmp_path):
    with pytest.raises(Undecodable, match="no samples") as caught:
        survey(write(tmp_path / "a.wav", np.zeros(0)))
    assert caught.value.code == "empty"


def test_a_file_that_changes_between_the_passes_is_noticed(tmp_path):
    path = write(tmp_path / "a.wav", tone(seconds=2))
    heard = survey(path)
    write(path, tone(seconds=3))
    with pytest.raises(Undecodable, match="changed while"):
        list(parts(path, heard, max_rate=48000, seconds=300))
    write(path, np.stack([tone(seconds=2)] * 2, axis=1))
    with pytest.raises(Undecodable, match="changed while"):
        list(parts(path, heard, max_rate=48000, seconds=300))


@settings(max_examples=12)
@given(seconds=st.floats(0.01, 9), limit=st.floats(0.5, 4), rate=st.sampled_from([8000, 22050, 96000]))
def test_parts_follow_without_gap_or_overlap(tmp_path_factory, seconds, limit, rate):
    samples = np.random.default_rng(3).normal(0, 0.1, max(1, round(rate * seconds))).astype(np.float32)
    path = write(tmp_path_factory.mktemp("parts") / "a.wav", samples, rate, subtype="FLOAT")
    whole = mono(path, seconds=1000)
    found = list(parts(path, survey(path), max_rate=48000, seconds=limit))
    ends = [start + len(sound.samples) for start, sound in found]
    assert [start for start, _ in found] == [0, *ends[:-1]]
    assert all(sound.seconds <= limit + 1 / sound.rate for _, sound in found)
    joined = np.concatenate([sound.samples for _, sound in found])
    assert joined.shape == whole.samples.shape
    assert np.abs(joined - whole.samples).max() < 1e-6


def test_parts_are_cut_in_the_pause(tmp_path):
    samples = tone(16000, 12.0)
    pauses = [(3.6, 4.2), (7.2, 7.9)]
    for start, end in pauses:
        samples[round(start * 16000) : round(end * 16000)] = 0
    found = list(parts(write(tmp_path / "a.wav", samples), survey(tmp_path / "a.wav"), max_rate=48000, seconds=4.5))
    for (start, _), pause in zip(found[1:], pauses, strict=True):
        assert pause[0] < start / 16000 < pause[1]


def test_memory_does_not_grow_with_the_recording(tmp_path):
    """Forty minutes in 24 channels' worth of blocks take no more than four do."""

    def peak(minutes: int) -> int:
        path = tmp_path / f"{minutes}.wav"
        quiet = np.zeros((8000 * 60 * minutes, 1), np.uint8) + 128
        import soundfile

        with soundfile.SoundFile(str(path), "w", 8000, 1, "PCM_U8") as file:
            for start in range(0, len(quiet), 480000):
                file.write(quiet[start : start + 480000].astype(np.int16))
        del quiet
        heard = survey(path)
        tracemalloc.start()
        try:
            for _ in parts(path, heard, max_rate=48000, seconds=30):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(40) < 1.2 * peak(4)


def test_video_with_surround_takes_the_centre(tmp_path):
    rate = 48000
    centre, around = tone(rate, level=0.3), tone(rate, frequency=2000, level=0.3)
    path = tmp_path / "film.mkv"
    encode(path, np.stack([around, around, centre, 0 * centre, around, around], axis=1), rate, "pcm_s16le", video=True)
    samples = mono(path).samples
    assert np.argmax(np.abs(np.fft.rfft(samples[:rate]))) == 440
