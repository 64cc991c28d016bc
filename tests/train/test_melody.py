"""What a decoder with a source is told: how high each clip is, and a recording as high as the base would be."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ffvits.audio.spectrogram import AudioFormat, linear_spectrogram
from ffvits.base import Base, adapt, load_base
from ffvits.errors import RecipeError
from ffvits.run import Run
from ffvits.text import front_end
from ffvits.train import course, state, train
from ffvits.train.dataset import Item, collate, prepare
from ffvits.train.guide import Staff, hire
from ffvits.train.learner import Learner
from ffvits.train.melody import SURE, cut, heard, known, melody, melody_loss, sing_along
from ffvits.train.plan import Plan, make_plan
from ffvits.vits import Vits
from ffvits.vits.source import MIDDLE, Melody
from ffvits.voice import Voice, VoiceInfo

AUDIO = AudioFormat()
FRAMES = 120


def item(folder, samples: np.ndarray, name: str = "clip", speaker: int = 0) -> Item:
    file = folder / f"{name}.npy"
    np.save(file, samples.astype(np.float32))
    return Item(name, (1, 2, 3), speaker, file, len(samples) // AUDIO.hop_length)


def pulses(hz: np.ndarray) -> np.ndarray:
    """A voice-like sound of these heights, one for each sample."""
    cycles = np.cumsum(hz) / AUDIO.sampling_rate
    return 0.1 * sum(np.sin(2 * np.pi * k * cycles) / k for k in range(1, 15))


def test_the_melody_of_a_glide(tmp_path):
    length = FRAMES * AUDIO.hop_length
    hz = np.linspace(150, 300, length)
    found = melody(item(tmp_path, pulses(hz)), AUDIO)
    assert found.shape == (FRAMES, 2) and found.dtype == np.float32
    assert found[5:-5, 1].all()
    centres = hz[AUDIO.hop_length // 2 :: AUDIO.hop_length]
    cycles = MIDDLE * 2.0 ** found[:, 0]
    assert np.abs(cycles[5:-5] * AUDIO.sampling_rate / AUDIO.hop_length / centres[5:-5] - 1).max() < 0.02


def test_silence_has_no_voice_and_is_bridged(tmp_path):
    third = FRAMES // 3 * AUDIO.hop_length
    tone = pulses(np.full(third, 200.0))
    found = melody(item(tmp_path, np.concatenate([tone, np.zeros(third), pulses(np.full(third, 250.0))])), AUDIO)
    inside = slice(FRAMES // 3 + 4, 2 * FRAMES // 3 - 4)
    assert not found[inside, 1].any()
    assert (np.diff(found[inside, 0]) > 0).all(), "from the one height to the other"
    assert np.isfinite(melody(item(tmp_path, np.zeros(third), "silent"), AUDIO)).all()


def test_what_was_listened_for_is_kept(tmp_path, monkeypatch):
    clip = item(tmp_path, pulses(np.full(FRAMES * AUDIO.hop_length, 200.0)))
    (first,) = sing_along([clip], AUDIO)
    monkeypatch.setattr("ffvits.train.melody.melody", None)
    assert sing_along([clip], AUDIO) == [first]
    batch = collate([first], AUDIO.hop_length)
    assert batch.melody.shape == (1, FRAMES, 2)
    assert known(batch).octaves.shape == (1, 1, FRAMES)
    assert set(known(batch).voicing.unique().tolist()) <= {-SURE, SURE}
    assert known(collate([clip], AUDIO.hop_length)) is None


def test_only_who_is_lower_than_the_base_is_raised(tmp_path):
    rows = [
        item(tmp_path, pulses(np.full(FRAMES * AUDIO.hop_length, hz)), str(n), n) for n, hz in enumerate((120, 240))
    ]
    batch = collate(rows, AUDIO.hop_length)
    spec = heard(batch, AUDIO, (1.0,))
    plain = linear_spectrogram(batch.wav[:, 0], AUDIO)
    assert torch.equal(spec[1], plain[1])
    assert torch.equal(heard(batch, AUDIO, ()), plain)
    lines = [int(row[:30, 60].argmax()) for row in (plain[0], spec[0], plain[1])]
    assert lines[1] == lines[2] != lines[0]


class TestLoss:
    real = Melody(torch.tensor([[[0.1, 0.2, 0.3, 9.0]]]), torch.tensor([[[SURE, SURE, -SURE, SURE]]]))
    mask = torch.tensor([[[1.0, 1.0, 1.0, 0.0]]])

    def test_it_is_0_for_the_truth(self):
        assert melody_loss(self.real, self.real, self.mask, 3) < 1e-6

    def test_by_hand(self):
        read = Melody(torch.tensor([[[0.2, 0.4, 5.0, 5.0]]]), torch.tensor([[[SURE, 0.0, -SURE, -SURE]]]))
        assert float(melody_loss(read, self.real, self.mask, 3)) == pytest.approx((0.1 + 0.2 + np.log(2)) / 3, rel=1e-4)


def test_every_part_learns(run, harmonic_base):
    base = load_base(harmonic_base)
    adapted = adapt(base, speakers=["派蒙"])
    items, held_out = prepare(run.clips(), run, base.audio, front_end("mandarin-lite"), ["派蒙"])
    items, held_out = sing_along(items, base.audio), sing_along(held_out, base.audio)
    settings = replace(run.recipe().train, steps=10, learning_rate=1e-3)
    plan = make_plan(settings, device="cpu", clips=4, small=True, judge=False, many_voices=True)

    def beginner() -> Learner:
        torch.manual_seed(0)
        model = Vits(adapted.config)
        model.load_state_dict(adapted.state)
        return Learner(model, base.audio, plan, new=adapted.report.created_names(), octaves=(0.4,))

    learner = beginner()
    before = {name: value.clone() for name, value in learner.model.state_dict().items()}
    batch = collate(items[:2], base.audio.hop_length)
    *_, last = (learner.step(batch, step).values for step in range(1, 11))
    assert {"spectrum", "pitch", "mel", "kl", "duration"} <= set(last)
    # Each step looks at another stretch, the tenth of a model that has learnt nothing at the same.
    unlearnt = beginner().step(batch, 10).values
    assert last["mel"] < unlearnt["mel"] and last["spectrum"] < unlearnt["spectrum"]
    for part in ("enc_p", "enc_q", "flow", "dp", "dec", "pitch", "emb_g"):
        assert any(
            not torch.equal(before[n], v) for n, v in learner.model.state_dict().items() if n.startswith(part)
        ), part
    assert learner.check(held_out) == learner.check(held_out)


def test_what_a_harmonic_decoder_is_told_has_its_weights(run, harmonic_base):
    """10 for the spectrum, 1 for the pitch, beside those of VITS."""
    base = load_base(harmonic_base)
    items, _ = prepare(run.clips(), run, base.audio, front_end("mandarin-lite"), ["派蒙"])
    batch = collate(sing_along(items[:2], base.audio), base.audio.hop_length)
    plan = make_plan(run.recipe().train, device="cpu", clips=4, small=True, judge=False)
    model = Vits(base.config)
    model.load_state_dict(base.generator)
    total, losses = Learner(model, base.audio, plan)._model_losses(batch, 1)
    alone = 45 * losses["mel"] + losses["kl"] + losses["duration"]
    assert total.item() == pytest.approx((alone + 10 * losses["spectrum"] + losses["pitch"]).item())
    assert min(loss.item() for loss in losses.values()) > 0


def test_the_way_from_text_to_sound_learns_from_the_recording_too(run, harmonic_base):
    """By the distances that the posterior's latents are taught with, and so does what reads the pitch off it."""
    base = load_base(harmonic_base)
    items, _ = prepare(run.clips(), run, base.audio, front_end("mandarin-lite"), ["派蒙"])
    batch = collate(sing_along(items[:2], base.audio), base.audio.hop_length)
    settings = replace(run.recipe().train, steps=10, learning_rate=1e-3)
    plan = make_plan(settings, device="cpu", clips=4, small=True, judge=False, many_voices=True)
    totals, learned = {}, {}
    for says in (False, True):
        learner, beginner = (_of_base(base, replace(plan, says=says)) for _ in range(2))
        with torch.no_grad():
            totals[says], losses = learner._model_losses(batch, 1)
        spoken = learner._spoken
        *_, last = (learner.step(batch, step).values for step in range(1, 11))
        learned[says] = last, beginner.step(batch, 10).values
    out, real = spoken.out, spoken.real
    far = learner._spectral_distance(real, out.said.audio, out.segment_mask)
    sung = cut(known(batch), out.starts, out.segment_mask.shape[2])
    untuned = melody_loss(out.said.melody, sung, out.segment_mask, int(out.segment_mask.sum()))
    added = 45 * losses["said"] + 10 * far + untuned
    assert float(totals[True] - totals[False]) == pytest.approx(float(added), rel=1e-4)
    assert min(map(float, (losses["said"], far, untuned))) > 0
    last, unlearnt = learned[True]
    assert last["said"] < unlearnt["said"]
    assert "said" not in learned[False][0]


def _of_base(base: Base, plan: Plan) -> Learner:
    model = Vits(base.config)
    model.load_state_dict(base.generator)
    return Learner(model, base.audio, plan)


def test_shares_of_a_batch_give_the_gradient_of_the_whole(run, harmonic_base):
    base = load_base(harmonic_base)
    items, _ = prepare(run.clips(), run, base.audio, front_end("mandarin-lite"), ["派蒙"])
    batch = collate(sing_along(items, base.audio), base.audio.hop_length)
    settings = replace(run.recipe().train, steps=10)
    plan = replace(make_plan(settings, device="cpu", clips=4, small=True, judge=False), says=True)
    model = Vits(base.config)
    model.load_state_dict(base.generator)
    learner = Learner(model, base.audio, plan)
    values = {}
    for parts in (1, len(items)):
        learner.parts, learner._spoken = parts, None
        sums = learner._gather(learner._alone, batch, 1)
        values[parts] = {name: float(sums[name]) for name in ("spectrum", "pitch", "said")}
    one, many = values.values()
    # Each share draws its own latents; what is drawn moves these by less than a share would.
    assert one["pitch"] == pytest.approx(many["pitch"], rel=0.05)
    assert one["spectrum"] == pytest.approx(many["spectrum"], rel=0.2)
    assert one["said"] == pytest.approx(many["said"], rel=0.2)


@pytest.fixture
def higher(monkeypatch):
    """The base reads five semitones higher than everybody; an untrained one has no pitch of its own."""
    monkeypatch.setattr(course, "semitones_above", lambda *_: 5.0)


def test_a_voice_is_moved_to_where_its_recordings_are(run, harmonic_base, higher, capsys):
    """By what the base reads higher; and its description says so, for whoever converts recordings of it."""
    recipe = run.recipe().override({"base": str(harmonic_base), "train.steps": 2, "train.replay": 0.25})
    train(recipe, run)
    info = VoiceInfo.load(run.voice)
    assert info.model["decoder"] == "harmonic" and info.octaves == (0.4167,)
    assert "5 semitones higher than 派蒙" in capsys.readouterr().err
    voice = Voice.load(run.folder)
    assert len(voice.say("你好", seed=1))
    model = voice._parts.model
    z, mask = torch.randn(1, 16, 9), torch.ones(1, 1, 9)
    low = model.pitch(z, mask, model.speaker(torch.tensor([0]))).octaves
    plain = model.pitch(z, mask).octaves
    assert torch.allclose(low - plain, torch.tensor(-info.octaves[0]), atol=0.01)
    assert len(voice.convert(np.zeros(22050, np.float32), "派蒙", "派蒙", seed=0))


def test_a_voice_that_is_trained_on_is_raised_as_before(run, harmonic_base, higher):
    recipe = run.recipe().override({"base": str(harmonic_base), "train.steps": 1, "train.replay": 0.25})
    train(recipe, run)
    known = VoiceInfo.load(run.voice).octaves
    base = load_base(run.voice)
    staff = hire(base, ["派蒙", "旅行者"], "派蒙")
    assert course._octaves(base, staff, (0.0, 6.0)) == (known[0], known[0] + 0.5)
    assert course._octaves(base, Staff(), (0.0,)) == (0.0,)


def test_a_base_of_its_own_is_not_raised(run, harmonic_base, higher, capsys):
    """It becomes the voice of the corpus, and has no other to stay true to."""
    recipe = run.recipe().override({"base": str(harmonic_base), "train.steps": 1})
    train(recipe, run, as_base=True)
    info = VoiceInfo.load(run.voice)
    assert not info.octaves and not info.speakers
    assert "moved" not in capsys.readouterr().err


def test_a_plain_base_gets_a_harmonic_decoder_if_told(run):
    train(run.recipe().override({"train.steps": 2, "train.decoder": "harmonic"}), run)
    assert VoiceInfo.load(run.voice).model["decoder"] == "harmonic"


def _rows(run: Run) -> int:
    return state.load(state.newest(run.checkpoints))[1]["model"]["emb_g.weight"].shape[0]


@pytest.mark.parametrize(("adversary", "rows"), [("auto", 1), ("on", 2)])
def test_where_the_text_teaches_the_base_replays_nothing(run, harmonic_base, adversary, rows):
    wanted = {"base": str(harmonic_base), "train.steps": 1, "train.replay": -1, "train.adversary": adversary}
    train(run.recipe().override(wanted), run)
    assert _rows(run) == rows


@pytest.mark.parametrize(("began", "goes_on", "rows"), [(0.25, "auto", 2), (0, "on", 1)])
def test_a_training_goes_on_with_the_readings_that_it_began_with(run, harmonic_base, capsys, began, goes_on, rows):
    """Though the recipe leaves it open, and a training that begins now would do otherwise."""
    wanted = {"base": str(harmonic_base), "train.steps": 1, "train.replay": began}
    train(run.recipe().override(wanted), run)
    later = {**wanted, "train.steps": 2, "train.replay": -1, "train.adversary": goes_on}
    train(run.recipe().override(later), run)
    assert "going on from step 1" in capsys.readouterr().err
    assert _rows(run) == rows


def test_a_share_below_nothing_is_refused(run, harmonic_base):
    with pytest.raises(RecipeError, match=r"train\.replay cannot be -0\.25"):
        train(run.recipe().override({"base": str(harmonic_base), "train.steps": 1, "train.replay": -0.25}), run)
