"""Of a base's voices, the one that sounds like the speaker is found, by whatever ear is given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ffvits.audio.sound import Sound
from ffvits.base import Base, adapt, load_base, nearest_voice
from ffvits.errors import BaseError
from ffvits.voice import Voice

TEXTS = ("山上有座庙。", "你在想什么呢？")


def colour(sound: Sound) -> np.ndarray:
    """A plain ear: the long-term spectrum in 40 bands, without its mean, of length one."""
    spectrum = np.abs(np.fft.rfft(sound.samples[: len(sound.samples) // 1024 * 1024].reshape(-1, 1024))).mean(0)
    bands = np.log(spectrum[1:481].reshape(40, 12).mean(1) + 1e-5)
    centred = bands - bands.mean()
    return centred / np.linalg.norm(centred)


@pytest.fixture(scope="module")
def four_voices() -> Base:
    """The real embedded base with four voices that colour its sound: the decoder's speaker layer is made strong."""
    base = load_base("mandarin-lite")
    adapted = adapt(base, speakers=["甲", "乙", "丙", "丁"])
    noise = torch.randn(adapted.state["dec.cond.weight"].shape, generator=torch.Generator().manual_seed(2))
    state = {**adapted.state, "dec.cond.weight": 3 * noise}
    return replace(base, config=adapted.config, generator=state, speakers=adapted.speakers)


@pytest.mark.parametrize("spoken_by", ["甲", "乙", "丙", "丁"])
def test_a_voices_own_speech_is_nearest_to_it(four_voices, spoken_by):
    voice = Voice.from_base(four_voices)
    clips = [Sound(voice.say(text, speaker=spoken_by, seed=1), voice.sample_rate) for text in TEXTS]
    found = nearest_voice(four_voices, clips, embed=colour, sentence="".join(TEXTS))
    assert found.name == spoken_by
    assert list(found.scores) == list(four_voices.speakers)
    assert all(-1.001 <= score <= 1.001 for score in found.scores.values())
    adapted = adapt(four_voices, speakers=["新"], start_from=found.name)
    row = four_voices.speakers.index(spoken_by)
    assert torch.equal(adapted.state["emb_g.weight"][0], four_voices.generator["emb_g.weight"][row])


def test_what_cannot_be_judged_is_said(four_voices):
    clip = Sound(np.zeros(22050, np.float32), 22050)
    with pytest.raises(BaseError, match="one voice only"):
        nearest_voice(load_base("mandarin-lite"), [clip], embed=colour)
    with pytest.raises(BaseError, match="no clips"):
        nearest_voice(four_voices, [], embed=colour)
    with pytest.raises(BaseError, match="cannot speak Mandarin"):
        nearest_voice(replace(four_voices, front_end=""), [clip], embed=colour)
