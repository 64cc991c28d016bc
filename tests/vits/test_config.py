from __future__ import annotations

import json
import pickle
from dataclasses import FrozenInstanceError

import pytest

from ffvits.errors import BaseError
from ffvits.vits import VitsConfig

# The `model` section as it stands in the published vctk_base.json.
PUBLISHED = {
    "inter_channels": 192,
    "hidden_channels": 192,
    "filter_channels": 768,
    "n_heads": 2,
    "n_layers": 6,
    "kernel_size": 3,
    "p_dropout": 0.1,
    "resblock": "1",
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
    "upsample_rates": [8, 8, 2, 2],
    "upsample_initial_channel": 512,
    "upsample_kernel_sizes": [16, 16, 4, 4],
    "n_layers_q": 3,
    "use_spectral_norm": False,
    "gin_channels": 256,
}


def test_a_published_section_is_taken_as_it_is():
    config = VitsConfig(**PUBLISHED, n_vocab=178, n_speakers=109)
    assert config.hop_length == 256
    assert config.resblock_dilation_sizes == ((1, 3, 5),) * 3
    assert config.has_speakers and config.use_sdp
    assert hash(config) == hash(pickle.loads(pickle.dumps(config)))


def test_the_defaults_are_the_published_size():
    assert VitsConfig(**{**PUBLISHED, "gin_channels": 0}) == VitsConfig()


def test_to_dict_survives_json():
    config = VitsConfig(**PUBLISHED, n_vocab=40, use_sdp=False)
    assert VitsConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_it_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        VitsConfig().n_vocab = 3


@pytest.mark.parametrize(
    ("gin_channels", "n_speakers", "expected"), [(0, 0, False), (256, 0, False), (0, 5, False), (256, 1, True)]
)
def test_speakers_need_a_table_and_a_width(gin_channels, n_speakers, expected):
    assert VitsConfig(gin_channels=gin_channels, n_speakers=n_speakers).has_speakers is expected


@pytest.mark.parametrize(
    "change",
    [
        {"n_vocab": 0},
        {"n_vocab": "78"},
        {"spec_channels": 513.0},
        {"segment_frames": 0},
        {"inter_channels": 191},
        {"hidden_channels": True},
        {"n_heads": 5},
        {"n_layers": 0},
        {"kernel_size": -3},
        {"p_dropout": 1.0},
        {"p_dropout": None},
        {"resblock": "3"},
        {"resblock": ["1"]},
        {"resblock": 1},
        {"resblock_kernel_sizes": []},
        {"resblock_kernel_sizes": [3, 7, 10]},
        {"resblock_kernel_sizes": 3},
        {"resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5]]},
        {"resblock_dilation_sizes": [[1, 3], [1, 3], [1, 3]]},
        {"resblock_dilation_sizes": [1, 3, 5]},
        {"upsample_rates": []},
        {"upsample_rates": [8, 8, 2, 0]},
        {"upsample_kernel_sizes": [16, 16, 4]},
        {"upsample_kernel_sizes": [16, 16, 4, 3]},
        {"upsample_kernel_sizes": [16, 4, 4, 4]},
        {"upsample_initial_channel": 500},
        {"gin_channels": -1},
        {"n_speakers": 1.5},
        {"use_sdp": "yes"},
        {"use_spectral_norm": 0},
    ],
)
def test_impossible_values_are_named(change):
    (name,) = change
    with pytest.raises(BaseError, match=repr(name)) as caught:
        VitsConfig(**{**PUBLISHED, **change})
    assert caught.value.cure


@pytest.mark.parametrize(
    ("name", "cure"),
    [("n_head", "'n_heads'"), ("gin_chanels", "'gin_channels'"), ("zzz", "known arguments: n_vocab")],
)
def test_unknown_names_get_the_nearest_known(name, cure):
    with pytest.raises(BaseError, match=f"unknown model argument '{name}'") as caught:
        VitsConfig.from_dict({**PUBLISHED, name: 1})
    assert cure in caught.value.cure
