from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

import ffvits
from ffvits.errors import BaseError
from ffvits.vits import (
    TrainingOutput,
    Vits,
    VitsConfig,
    duration_loss,
    kl_loss,
    slice_segments,
)
from ffvits.vits.source import Melody

TINY = {
    "n_vocab": 20,
    "spec_channels": 33,
    "segment_frames": 8,
    "inter_channels": 16,
    "hidden_channels": 16,
    "filter_channels": 32,
    "n_layers": 2,
    "resblock": "2",
    "resblock_kernel_sizes": [3, 5],
    "resblock_dilation_sizes": [[1, 2], [2, 6]],
    "upsample_rates": [4, 4],
    "upsample_initial_channel": 16,
    "upsample_kernel_sizes": [8, 8],
}
KINDS = {
    "one voice": {},
    "plain durations": {"use_sdp": False},
    "speakers": {"gin_channels": 8, "n_speakers": 3},
    "one speaker with an embedding": {"gin_channels": 8, "n_speakers": 1},
    "conditioning without speakers": {"gin_channels": 8},
    "a harmonic decoder": {"decoder": "harmonic"},
    "a harmonic decoder, speakers": {"decoder": "harmonic", "gin_channels": 8, "n_speakers": 3},
}
HOP = 16


def tiny(**changes) -> Vits:
    torch.manual_seed(0)
    return Vits(VitsConfig(**{**TINY, **changes})).eval()


@pytest.fixture(params=KINDS)
def model(request) -> Vits:
    return tiny(**KINDS[request.param])


def batch(frames=(30, 21, 5), symbols=(9, 6, 3)) -> dict[str, torch.Tensor]:
    draw = torch.Generator().manual_seed(1)
    return {
        "x": torch.randint(0, 20, (len(symbols), max(symbols)), generator=draw),
        "x_lengths": torch.tensor(symbols),
        "spec": torch.rand(len(frames), 33, max(frames), generator=draw),
        "spec_lengths": torch.tensor(frames),
        "sid": torch.zeros(len(frames), dtype=torch.long),
    }


def everything(out: TrainingOutput) -> dict[str, torch.Tensor]:
    """What training gives, without what a model with a published decoder has not."""
    found = {field.name: getattr(out, field.name) for field in fields(TrainingOutput)}
    melody = found.pop("melody")
    if melody is not None:
        found |= {"octaves": melody.octaves, "voicing": melody.voicing}
    return {name: values for name, values in found.items() if values is not None}


def learned(model: Vits) -> dict[str, torch.Tensor | Melody]:
    """A batch to learn from, with what the model must be told of it."""
    given = batch()
    if not model.config.sings:
        return given
    draw = torch.Generator().manual_seed(2)
    octaves, voicing = torch.randn(2, 3, 1, 30, generator=draw)
    return {**given, "melody": Melody(octaves / 3, 20 * voicing)}


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_training_gives_everything_the_losses_need(model):
    out = model(**batch(), generator=seeded())
    assert out.audio.shape == (3, 1, 8 * HOP)
    assert out.starts.shape == (3,) and (out.starts <= torch.tensor([22, 13, 0])).all()
    # The last clip is shorter than a segment: it is padded, and the mask says where.
    assert out.segment_mask[:, 0].sum(1).tolist() == [8, 8, 5]
    assert out.attention.shape == (3, 1, 30, 9)
    assert out.attention.sum((1, 2, 3)).tolist() == [30, 21, 5]
    assert out.duration_loss.shape == (3,)
    assert out.x_mask.shape == (3, 1, 9) and out.y_mask.shape == (3, 1, 30)
    for name in ("z", "z_p", "m_p", "logs_p", "logs_q"):
        assert getattr(out, name).shape == (3, 16, 30), name
    assert all(torch.isfinite(values).all() for values in everything(out).values())


def test_training_reaches_every_parameter(model):
    out = model.train()(**learned(model), generator=seeded())
    kl = kl_loss(out.z_p, out.logs_q, out.m_p, out.logs_p, out.y_mask)
    loss = out.audio.square().mean() + duration_loss(out.duration_loss) + kl
    if out.melody is not None:
        loss = loss + out.melody.octaves.square().mean() + out.melody.voicing.square().mean()
    loss.backward()
    unreached = {name for name, parameter in model.named_parameters() if parameter.grad is None}
    if model.config.gin_channels > 0 and not model.config.has_speakers:
        # Kept because checkpoints hold it; there is no speaker to condition on.
        assert unreached and all(".cond" in name for name in unreached)
    else:
        assert not unreached


def test_training_is_repeatable_bit_for_bit(model):
    first, second = (everything(model(**learned(model), generator=seeded(3))) for _ in range(2))
    assert all(torch.equal(values, second[name]) for name, values in first.items())
    assert not torch.equal(first["z"], model(**batch(), generator=seeded(4)).z)


def test_a_whole_batch_shorter_than_a_segment_is_padded(model):
    out = model(**batch(frames=(5, 4, 3), symbols=(3, 2, 1)), generator=seeded())
    assert out.audio.shape == (3, 1, 8 * HOP)
    assert out.segment_mask[:, 0].sum(1).tolist() == [5, 4, 3]


def test_the_decoded_segment_is_that_of_the_latent(model):
    inputs = batch()
    out = model(**inputs, generator=seeded())
    g = model.speaker(inputs["sid"])
    assert torch.equal(out.audio, model.dec(slice_segments(out.latent, out.starts, 8), g))


@torch.no_grad()
def test_what_is_said_of_a_segment_is_what_the_text_alone_makes_of_it(model):
    for name, parameter in model.flow.named_parameters():
        if ".post." in name:  # or the flow would be the identity, whatever it looks at
            torch.nn.init.normal_(parameter, 0.0, 0.3)
    inputs = learned(model)
    out = model(**inputs, say=True, generator=seeded())
    g = model.speaker(inputs["sid"])
    z = model.flow(out.m_p, out.y_mask, g, reverse=True)
    whole = torch.cat([z, out.latent[:, z.shape[1] :]], dim=1)
    assert_close(out.said.audio, model.dec(slice_segments(whole, out.starts, 8), g), atol=1e-5, rtol=1e-5)
    assert not torch.allclose(out.said.audio, out.audio, atol=1e-3)
    if model.config.sings:
        read = model.pitch(z, out.y_mask, g)
        assert_close(out.said.melody.octaves, slice_segments(read.octaves, out.starts, 8), atol=1e-5, rtol=1e-5)
    assert (out.said.melody is not None) == model.config.sings
    assert model(**inputs, generator=seeded()).said is None


def test_an_item_is_the_same_alone_and_in_a_padded_batch(model):
    inputs = batch()
    together = model.infer(inputs["x"], inputs["x_lengths"], inputs["sid"], 0.0, 0.0)
    for i, n_text in enumerate(inputs["x_lengths"]):
        text, length, speaker = inputs["x"][i : i + 1, :n_text], inputs["x_lengths"][i : i + 1], inputs["sid"][:1]
        alone = model.infer(text, length, speaker, 0.0, 0.0)
        frames = alone.z.shape[2]
        assert alone.durations[0].tolist() == together.durations[i, :n_text].tolist()
        assert together.mask[i].sum() == frames and together.lengths[i] == frames * HOP
        assert_close(together.z[i, :, :frames], alone.z[0], atol=1e-5, rtol=1e-5)


def test_inference_is_consistent_with_itself(model):
    inputs = batch()
    speech = model.infer(inputs["x"], inputs["x_lengths"], inputs["sid"], generator=seeded())
    frames = speech.durations.sum(1)
    assert speech.audio.shape == (3, 1, int(frames.max()) * HOP)
    assert speech.lengths.tolist() == (frames * HOP).tolist()
    assert torch.equal(speech.attention.sum((1, 2)), speech.durations.float())
    assert torch.equal(speech.attention.sum(3), speech.mask)
    assert speech.audio.abs().max() <= 1


def test_a_generator_makes_inference_repeatable(model):
    inputs = batch()
    first, second, other = (
        model.infer(inputs["x"], inputs["x_lengths"], inputs["sid"], generator=seeded(seed)) for seed in (5, 5, 6)
    )
    assert torch.equal(first.audio, second.audio)
    assert first.audio.shape != other.audio.shape or not torch.equal(first.audio, other.audio)


def test_length_scale_stretches_and_max_len_cuts(model):
    inputs = batch()
    speak = [inputs["x"], inputs["x_lengths"], inputs["sid"], 0.0, 0.0]
    plain, slow = model.infer(*speak), model.infer(*speak, length_scale=2.5)
    assert (slow.lengths > plain.lengths).all()
    cut = model.infer(*speak, max_len=2)
    assert cut.audio.shape == (3, 1, 2 * HOP)
    assert cut.lengths.tolist() == plain.lengths.clamp(max=2 * HOP).tolist()


def test_speaking_needs_no_aligner_and_little_else():
    code = (
        "import sys, torch\n"
        "from ffvits.vits import Vits, VitsConfig\n"
        "model = Vits(VitsConfig(upsample_initial_channel=16)).eval()\n"
        "model.fused().infer(torch.ones(1, 3, dtype=torch.long), torch.tensor([3]))\n"
        "print(sorted({'monotonic_align', 'numba', 'librosa', 'torchaudio', 'scipy'} & set(sys.modules)))\n"
    )
    root = Path(ffvits.__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"


def test_fused_weights_say_the_same_and_fit_a_model_that_was_never_trained(model):
    fused = model.fused()
    assert not any(name.endswith(("weight_g", "weight_v")) for name in fused.state_dict())
    assert any(name.endswith("weight_g") for name in model.state_dict())
    with torch.device("meta"):
        shell = Vits(model.config).fused().eval()
    shell.load_state_dict(fused.state_dict(), strict=True, assign=True)
    inputs = batch()
    spoken = [
        one.infer(inputs["x"], inputs["x_lengths"], inputs["sid"], generator=seeded()).audio
        for one in (model, fused, shell)
    ]
    assert_close(spoken[1], spoken[0], atol=1e-6, rtol=0)
    assert torch.equal(spoken[2], spoken[1])


def test_a_model_on_the_meta_device_takes_a_state_dict(model):
    with torch.device("meta"):
        shell = Vits(model.config)
    shell.load_state_dict(model.state_dict(), strict=True, assign=True)
    assert not list(shell.buffers())
    first, second = model(**batch(), generator=seeded()), shell.eval()(**batch(), generator=seeded())
    assert torch.equal(first.audio, second.audio)


def test_autocast_stays_near_and_keeps_what_must_be_exact(model):
    exact = model(**batch(), generator=seeded())
    with torch.autocast("cpu", torch.bfloat16):
        near = model(**batch(), generator=seeded())
        spoken = model.infer(batch()["x"], batch()["x_lengths"], batch()["sid"], generator=seeded())
    for name in ("z", "z_p", "m_p", "logs_p", "logs_q", "duration_loss", "attention", "audio"):
        assert getattr(near, name).dtype == torch.float32, name
    assert_close(near.z, exact.z, atol=0.05, rtol=0.05)
    assert_close(near.duration_loss, exact.duration_loss, atol=0.2, rtol=0.05)
    assert torch.isfinite(spoken.audio).all()


def test_conversion_to_the_same_speaker_gives_the_recording_back():
    model = tiny(gin_channels=8, n_speakers=3)
    inputs = batch()
    ids = torch.tensor([0, 1, 2])
    converted = model.convert(inputs["spec"], inputs["spec_lengths"], ids, ids, generator=seeded())
    posterior = model.enc_q(inputs["spec"], inputs["spec_lengths"], model.speaker(ids))
    with torch.no_grad():
        straight = model.dec(posterior.sample(seeded()), model.speaker(ids))
    assert_close(converted.audio, straight, atol=1e-5, rtol=0)
    assert converted.lengths.tolist() == [30 * HOP, 21 * HOP, 5 * HOP]
    other = model.convert(inputs["spec"], inputs["spec_lengths"], ids, ids.roll(1), generator=seeded())
    assert not torch.allclose(other.audio, converted.audio, atol=1e-4)


def test_wrong_use_of_speakers_is_an_error_with_a_cure():
    inputs = batch()
    with pytest.raises(BaseError, match="3 speakers and none was chosen") as caught:
        tiny(gin_channels=8, n_speakers=3).infer(inputs["x"], inputs["x_lengths"])
    assert "from 0 to 2" in caught.value.cure
    with pytest.raises(BaseError, match="no speakers to convert between"):
        tiny().convert(inputs["spec"], inputs["spec_lengths"], inputs["sid"], inputs["sid"])


def test_a_speaker_id_means_nothing_to_a_model_with_one_voice():
    model, inputs = tiny(), batch()
    speak = [inputs["x"], inputs["x_lengths"]]
    silent, named = model.infer(*speak, None, 0.0, 0.0), model.infer(*speak, inputs["sid"], 0.0, 0.0)
    assert torch.equal(silent.audio, named.audio)


def test_longer_dilation_lists_are_cut_as_published():
    longer = tiny(resblock_dilation_sizes=[[1, 2, 9], [2, 6, 9]])
    longer.load_state_dict(tiny().state_dict(), strict=True)


def test_a_few_steps_lower_the_losses():
    model = tiny(use_sdp=False).train()
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3)
    losses = []
    for step in range(30):
        out = model(**batch(), generator=seeded(step))
        kl = kl_loss(out.z_p, out.logs_q, out.m_p, out.logs_p, out.y_mask)
        loss = kl + duration_loss(out.duration_loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])
