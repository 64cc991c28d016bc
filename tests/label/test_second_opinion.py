"""What is read from the encoder's states: the arithmetic, and that the words and tones that were said fit best."""

import numpy as np
import pytest
import torch

from ffvits.evaluate.aligner import SILENCE, load_aligner
from ffvits.evaluate.syllables import intended
from ffvits.label import recogniser, second_opinion
from ffvits.recipe import TranscribeSettings

LINES = ["line_03.mp3", "line_04.flac", "line_07.ogg", "line_12.ogg", "line_17.wav", "line_22.flac", "line_27.mp3"]


@pytest.fixture(scope="module")
def reader() -> second_opinion.Reader:
    return second_opinion.load(TranscribeSettings())


def test_only_where_it_is_wanted_and_knows_the_network_it_is_loaded():
    assert second_opinion.load(TranscribeSettings(model="small")) is None
    assert second_opinion.load(TranscribeSettings(by_sound=False)) is None


def test_it_knows_the_parts_that_the_aligner_found(reader):
    assert reader.names == load_aligner().names and SILENCE in reader.names


def test_it_computes_what_was_trained(reader):
    states = np.random.default_rng(0).normal(size=(30, 512)).astype(np.float32)
    own = {name: torch.from_numpy(value) for name, value in reader.weights.items()}
    linear = torch.nn.functional.linear
    x = torch.nn.functional.layer_norm(torch.from_numpy(states), (512,), own["norm.weight"], own["norm.bias"])
    x = torch.relu(linear(x, own["narrow.weight"], own["narrow.bias"]))
    near = torch.cat([x[(torch.arange(30) + step).clamp(0, 29)] for step in second_opinion.NEAR], dim=1)
    hidden = torch.relu(linear(near, own["hidden.weight"], own["hidden.bias"]))
    found = linear(hidden, own["answer.weight"], own["answer.bias"])
    parts, tones = found.split([len(reader.names), second_opinion.TONES], dim=1)
    expected = [0.5 * (x.log_softmax(1) - own[prior].log()) for x, prior in ((parts, "prior"), (tones, "tone_prior"))]
    read = reader(states)
    for ours, theirs in zip((read.parts, read.tones), expected, strict=True):
        assert np.allclose(ours, theirs.numpy(), atol=1e-4)


@pytest.mark.slow
def test_the_words_and_the_tones_that_were_said_fit_best(reader, recording, said):
    whisper = recogniser.load(TranscribeSettings(by_sound=False), "cpu")
    for name in LINES:
        right = intended(said[name])
        other_tone = [*right[:-1], right[-1][:-1] + ("4" if right[-1][-1] != "4" else "2")]
        half, longer, other = right[: len(right) // 2], [*right, "jin1", "tian1"], intended(said["line_00.ogg"])
        states = whisper.states(recording(name))
        best, *rest = reader(states).likelihoods([right, half, longer, other, other_tone])
        assert best > max(rest), name
        assert best > max(rest[:3]) + 0.02, name
