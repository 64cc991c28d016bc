"""The ear: the shape of what it hears, and the tones of real speech."""

from pathlib import Path

import numpy as np
import pytest
import torch

from ffvits.audio.pitch import Pitch, track
from ffvits.audio.sound import Sound
from ffvits.evaluate.aligner import load_aligner
from ffvits.evaluate.ear import FACTS, FRAME, POINTS, STATE_RATE, Register, load_ear, syllable_states, whisper_states
from ffvits.evaluate.ear_networks import MOMENTS, STATES, ToneNetwork
from ffvits.evaluate.panel import foreign_sounds
from ffvits.evaluate.sentences import load_sentences
from ffvits.evaluate.syllables import Span
from ffvits.evaluate.takes import speak
from ffvits.label import recogniser
from ffvits.label.recogniser import Recogniser
from ffvits.recipe import TranscribeSettings
from ffvits.text.syllables import INITIALS
from ffvits.voice import Voice

RATE = 16000
EXAMPLES = Path(__file__).parents[2] / "examples"


NOTHING = np.zeros((1, STATES), np.float32)  # what no Whisper hears


@pytest.fixture(scope="module")
def whisper() -> Recogniser:
    return recogniser.load(TranscribeSettings(), "cpu")


def drawn(shapes: list[tuple[float, float]]) -> tuple[Sound, list[Span]]:
    """A buzz of 0.25 s a syllable whose pitch goes from one level to another (semitones about 200 Hz)."""
    hz = [200 * 2 ** (np.linspace(a, b, RATE // 4) / 12) for a, b in shapes]
    phase = 2 * np.pi * np.cumsum(np.concatenate(hz)) / RATE
    wave = 0.2 * sum(np.sin(k * phase) / k for k in range(1, 15))
    wave *= np.tile(np.arange(RATE // 4) < 0.2 * RATE, len(shapes))  # 50 ms of quiet after each
    spans = [Span("ma1", number / 4, number / 4 + 0.25) for number in range(len(shapes))]
    return Sound(wave.astype(np.float32), RATE), spans


def test_probabilities_are_probabilities():
    sound, spans = drawn([(3, 3), (3, -4)])
    heard = load_ear().listen(sound, spans, Register(200.0, 3.0), NOTHING)
    assert heard.tones.shape == (2, 5)
    assert heard.initials.shape == (2, len(INITIALS) + 1)
    for chances in (heard.tones, heard.initials, heard.finals):
        assert chances.sum(axis=1) == pytest.approx(1)
    assert load_ear().listen(sound, [], Register(200.0, 3.0), NOTHING).tones.shape == (0, 5)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1])
def test_a_sound_shorter_than_its_syllables_is_heard_too(seconds, whisper):
    spans = [Span("ma1", 0.0, 0.0), Span("ma3", 0.1, 0.5)]
    silence = Sound(np.zeros(round(RATE * seconds), np.float32), RATE)
    heard = load_ear().listen(silence, spans, Register(200.0, 3.0), whisper_states(silence, whisper))
    assert np.isfinite(heard.tones).all() and heard.tones.shape == (2, 5)
    assert np.isfinite(heard.finals).all()


def test_sentences_heard_together_are_heard_as_if_alone():
    """What fills up the shorter one in a batch, as in training, is not heard."""
    network, random = ToneNetwork(FRAME, POINTS, FACTS).eval(), torch.Generator().manual_seed(1)
    frames = torch.randn(2, 60, FRAME, generator=random)
    frames[1, 40:] = 0
    places, facts = torch.rand(2, 5, POINTS, generator=random) * 30, torch.randn(2, 5, FACTS, generator=random)
    states = torch.randn(2, 5, MOMENTS, STATES, generator=random)
    with torch.inference_mode():
        both = network(frames, places, facts, states, torch.tensor([5, 3]))
        alone = network(frames[1:, :50], places[1:, :3], facts[1:, :3], states[1:, :3], torch.tensor([3]))
    assert torch.allclose(both[1, :3], alone[0], atol=1e-5)


@pytest.mark.slow
def test_the_tones_of_recorded_speech(whisper):
    """Lines that somebody really said, with what she said in them."""
    table = (EXAMPLES / "raw_clips.tsv").read_text(encoding="utf-8").splitlines()[1:]
    clean = [row for row in (line.split("\t") for line in table) if row[1] == "clean"][:8]
    sounds = [Sound.load(EXAMPLES / "raw_clips" / row[0]) for row in clean]
    register = Register.of([track(sound) for sound in sounds])
    right = []
    for sound, row in zip(sounds, clean, strict=True):
        spans = load_aligner().align(sound, row[3])
        heard = load_ear().listen(sound, spans, register, whisper_states(sound, whisper)).tones.argmax(axis=1) + 1
        right += [int(span.pinyin[-1]) == tone for span, tone in zip(spans, heard, strict=True) if span.tone != 5]
    assert len(right) > 80
    assert np.mean(right) > 0.8


@pytest.mark.slow
def test_the_tones_that_a_voice_was_told_to_say_are_likelier_than_others(whisper):
    voice = Voice.load("mandarin-lite")
    takes = [speak(voice, sentence, seed=1)[0] for sentence in load_sentences()[54:58]]
    pitches = [track(take.sound, take.hum) for take in takes]
    register = Register.of(pitches)
    right, others = [], []
    for take, pitch in zip(takes, pitches, strict=True):
        states = whisper_states(take.sound, whisper)
        tones = load_ear().listen(take.sound, take.spans, register, states, pitch).tones
        for span, chances in zip(take.spans, tones, strict=True):
            if span.tone <= 4:
                right.append(chances[span.tone - 1])
                others += [chance for tone, chance in enumerate(chances[:4], 1) if tone != span.tone]
    assert np.mean(right) > 0.45 > 0.25 > np.mean(others)


@pytest.mark.slow
def test_a_long_sound_is_looked_at_in_pieces(whisper):
    sound, _ = drawn([(-5, 5)] * 130)
    states = whisper_states(sound, whisper)
    assert states.shape == (pytest.approx(sound.seconds * STATE_RATE, abs=2), STATES)


def test_a_syllable_is_seen_from_a_little_before_to_a_little_after():
    states = np.arange(100, dtype=np.float32)[:, None].repeat(STATES, axis=1)
    seen = syllable_states(states, [Span("ma1", 0.5, 1.0), Span("ma1", 1.8, 9.0)])
    assert seen.shape == (2, MOMENTS, STATES)
    assert seen[0, 0, 0] == pytest.approx(0.45 * STATE_RATE, abs=1)
    assert seen[0, -1, 0] == pytest.approx(1.05 * STATE_RATE, abs=1)
    assert seen[1, -1, 0] == 99


def test_the_register_is_the_middle_of_a_voice():
    sound, _ = drawn([(-5, 5)] * 4)
    found = Register.of([track(sound)])
    assert found.hz == pytest.approx(200, rel=0.05)
    assert 2 < found.spread < 5
    silent = Pitch(np.zeros(10, np.float32), np.zeros(10, np.float32))
    assert Register.of([silent]).hz > 0


def test_a_foreign_sound_is_named_only_where_it_is_likelier():
    ear = load_ear()
    heard = ear.listen(*drawn([(0, 0)] * 3), Register(200.0, 3.0), NOTHING)
    initials = np.full_like(heard.initials, 0.001)
    initials[0, ear.initials.index("z")] = 0.9
    initials[1, ear.initials.index("zh")] = 0.9
    initials[2, ear.initials.index("z")] = 0.9
    finals = np.full_like(heard.finals, 0.01)
    judged = type(heard)(heard.tones, initials, finals)
    spans = [Span("zhong1", 0, 0.2), Span("zhong1", 0.2, 0.4), Span("r5", 0.4, 0.5)]
    assert foreign_sounds(spans, judged, ear) == ["zh→z", "", ""]
