"""Hollow models have exactly the names and shapes of real ones, on the meta device."""

import pytest
import torch
from checkpoints import small_model

from ffvits.base.skeleton import discriminator_shapes, filled, generator_shapes, hollow
from ffvits.vits import LiteDiscriminator, MultiPeriodDiscriminator, Vits, VitsConfig

CONFIGS = {
    "published": VitsConfig(),
    "speakers": VitsConfig(n_speakers=3, gin_channels=256),
    "plain durations, resblock 2": VitsConfig(use_sdp=False, resblock="2", resblock_dilation_sizes=((1, 3),) * 3),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_names_and_shapes_are_those_of_the_real_model(name):
    with torch.device("meta"):
        real = Vits(CONFIGS[name])
    assert dict(generator_shapes(CONFIGS[name])) == {k: tuple(v.shape) for k, v in real.state_dict().items()}
    made = hollow(lambda: Vits(CONFIGS[name]))
    assert {p.device.type for p in made.parameters()} == {"meta"}
    assert [n for n, p in made.named_parameters() if p.requires_grad] == [n for n, _ in real.named_parameters()]


def test_discriminators_too():
    real = MultiPeriodDiscriminator()
    assert dict(discriminator_shapes()) == {k: tuple(v.shape) for k, v in real.state_dict().items()}
    lite = LiteDiscriminator()
    assert dict(discriminator_shapes("lite")) == {k: tuple(v.shape) for k, v in lite.state_dict().items()}


def test_a_filled_model_is_the_model_and_shares_its_weights():
    model = small_model(30, 2)
    twin = filled(model.config, model.state_dict()).eval()
    x, lengths, sid = torch.randint(0, 30, (1, 9)), torch.tensor([9]), torch.tensor([1])
    options = {"noise_scale": 0.0, "noise_scale_w": 0.0}
    assert torch.equal(twin.infer(x, lengths, sid, **options).audio, model.infer(x, lengths, sid, **options).audio)
    assert twin.emb_g.weight.data_ptr() == model.emb_g.weight.data_ptr()


def test_outside_of_it_models_are_made_as_ever():
    hollow(lambda: Vits(VitsConfig()))
    assert torch.zeros(1).device.type == "cpu"
    assert torch.nn.init.ones_(torch.empty(2)).tolist() == [1, 1]
