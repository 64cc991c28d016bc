"""Every value that the published model gave must come out of ours."""

from __future__ import annotations

import pytest
import torch
from torch.testing import assert_close

from ffvits.vits import discriminator_loss, feature_loss, generator_loss, kl_loss
from ffvits.vits.alignment import align, alignment_scores, spread

EXACT = {"atol": 1e-5, "rtol": 0}
AUDIBLE = {"atol": 1e-4, "rtol": 0}

pytestmark = pytest.mark.usefixtures("no_gradients")


@pytest.fixture(scope="module")
def no_gradients():
    with torch.no_grad():
        yield


@pytest.fixture(params=["single_sdp", "multi_sdp", "multi_dp_resblock2"])
def case(request, golden):
    return golden.small(request.param)


def test_text_encoder(case):
    text = case.model.enc_p(case.io["x"], case.io["x_lengths"])
    assert_close(text.hidden, case.io["enc_p.h"], **EXACT)
    assert_close(text.mean, case.io["enc_p.m"], **EXACT)
    assert_close(text.logs, case.io["enc_p.logs"], **EXACT)
    assert torch.equal(text.mask, case.io["enc_p.mask"])


def test_posterior_encoder(case):
    posterior = case.model.enc_q(case.io["spec"], case.io["spec_lengths"], case.speaker)
    assert_close(posterior.mean, case.io["enc_q.m"], **EXACT)
    assert_close(posterior.logs, case.io["enc_q.logs"], **EXACT)
    assert torch.equal(posterior.mask, case.io["enc_q.mask"])


def test_flow(case):
    mask = case.io["enc_q.mask"]
    assert_close(case.model.flow(case.io["enc_q.m"], mask, case.speaker), case.io["flow.z_p"], **EXACT)
    back = case.model.flow(case.io["flow.z_p"], mask, case.speaker, reverse=True)
    assert_close(back, case.io["flow.reverse"], **EXACT)


def test_duration_predictor(case):
    hidden, mask = case.io["enc_p.h"], case.io["enc_p.mask"]
    log_frames = case.model.dp.predict(hidden, mask, case.speaker, noise_scale=0.0)
    assert_close(log_frames, case.io["dp.logw"], **EXACT)


def test_decoder(case):
    z = (case.io["enc_q.m"] * case.io["enc_q.mask"])[:, :, :20]
    assert_close(case.model.dec(z, case.speaker), case.io["dec.wav"], **AUDIBLE)


def test_alignment(case):
    io = case.io
    scores = alignment_scores(io["flow.z_p"], io["enc_p.m"], io["enc_p.logs"])
    assert_close(scores, io["mas.score"], **EXACT)
    path = align(io["flow.z_p"], io["enc_p.m"], io["enc_p.logs"], io["enc_p.mask"], io["enc_q.mask"])
    assert torch.equal(path.squeeze(1), io["mas.path"])


def test_kl_loss(case):
    io = case.io
    path = io["mas.path"].unsqueeze(1)
    mean, logs = spread(path, io["enc_p.m"]), spread(path, io["enc_p.logs"])
    assert_close(kl_loss(io["flow.z_p"], io["enc_q.logs"], mean, logs, io["enc_q.mask"]), io["loss.kl"], **EXACT)


def test_plain_duration_loss(golden):
    case = golden.small("multi_dp_resblock2")
    hidden, mask = case.io["enc_p.h"], case.io["enc_p.mask"]
    frames = case.io["mas.path"].sum(1, keepdim=True)
    loss = case.model.dp.loss(hidden, mask, frames, case.speaker) / mask.sum()
    assert_close(loss, case.io["loss.dur"], **EXACT)


@pytest.mark.parametrize("fused", [False, True])
def test_whole_inference(case, fused):
    model = case.model.fused() if fused else case.model
    io = case.io
    speech = model.infer(
        io["x"],
        io["x_lengths"],
        io.get("sid"),
        noise_scale=0.0,
        noise_scale_w=0.0,
        length_scale=case.notes["length_scale"],
    )
    assert_close(speech.audio, io["infer.wav"], **AUDIBLE)
    assert torch.equal(speech.attention, io["infer.attn"])
    assert torch.equal(speech.mask, io["infer.mask"])


@pytest.mark.parametrize("name", ["multi_sdp", "multi_dp_resblock2"])
def test_conversion_keeps_the_length(name, golden):
    io = golden.small(name).io
    converted = golden.small(name).model.convert(io["spec"], io["spec_lengths"], io["sid"], io["sid"].flip(0))
    assert converted.audio.shape == (2, 1, int(io["vc.len"]))
    assert converted.lengths.tolist() == [60 * 256, 44 * 256]


def test_names_shapes_and_order_of_the_published_size(golden):
    for model, keys in ((golden.full.model, "g_keys"), (golden.discriminators, "d_keys")):
        ours = [(name, list(tensor.shape)) for name, tensor in model.state_dict().items()]
        assert ours == list(golden.full.notes[keys].items())


def test_encoders_and_flow_of_the_published_size(golden):
    case, io = golden.full, golden.full.io
    text = case.model.enc_p(io["x"], torch.tensor([17]))
    assert_close(text.mean, io["enc_p.m"], **EXACT)
    assert_close(text.logs, io["enc_p.logs"], **EXACT)
    posterior = case.model.enc_q(io["spec"], torch.tensor([40]), case.speaker)
    assert_close(posterior.mean, io["enc_q.m"], **EXACT)
    assert_close(posterior.logs, io["enc_q.logs"], **EXACT)
    assert_close(case.model.flow(io["enc_q.m"], posterior.mask, case.speaker), io["flow.z_p"], **EXACT)


def test_decoder_of_the_published_size(golden):
    case = golden.full
    assert_close(case.model.dec(case.io["enc_q.m"][:, :, :12], case.speaker), case.io["dec.wav"], **AUDIBLE)


def test_discriminators_of_the_published_size(golden):
    io = golden.full.io
    real, fake = golden.discriminators(io["disc.y"]), golden.discriminators(io["disc.y_hat"])
    for place in range(6):
        assert_close(real.logits[place], io[f"disc.real.{place}"], **EXACT)
        assert_close(fake.logits[place], io[f"disc.fake.{place}"], **EXACT)
    assert_close(discriminator_loss(real.logits, fake.logits), io["loss.disc"], **EXACT)
    assert_close(generator_loss(fake.logits), io["loss.gen"], **EXACT)
    assert_close(feature_loss(real.features, fake.features), io["loss.fm"], **EXACT)
