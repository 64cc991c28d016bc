"""The reference values in tests/golden, loaded once and shared by the tests of this room."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ffvits.vits import MultiPeriodDiscriminator, Vits, VitsConfig

FOLDER = Path(__file__).parent.parent / "golden"


@dataclass(frozen=True)
class Case:
    """A model with the weights of a reference case, and the inputs and outputs on record."""

    model: Vits
    io: dict[str, Tensor]
    notes: dict

    @property
    def speaker(self) -> Tensor | None:
        return self.model.speaker(self.io.get("sid"))


class Golden:
    """The reference cases by name: three small models, and the published size with weights from a formula."""

    @lru_cache  # noqa: B019 - one instance lives as long as the test session
    def small(self, name: str) -> Case:
        notes = _notes(name)
        model = Vits(_config(notes)).eval()
        model.load_state_dict(load_file(FOLDER / f"{name}.G.safetensors"), strict=True)
        return Case(model, load_file(FOLDER / f"{name}.io.safetensors"), notes)

    @cached_property
    def full(self) -> Case:
        notes = _notes("full")
        model = Vits(_config(notes)).eval()
        _fill(model, notes["seed"])
        return Case(model, load_file(FOLDER / "full.io.safetensors"), notes)

    @cached_property
    def discriminators(self) -> MultiPeriodDiscriminator:
        judges = MultiPeriodDiscriminator().eval()
        _fill(judges, _notes("full")["disc_seed"])
        return judges


def _notes(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def _config(notes: dict) -> VitsConfig:
    sizes = {name: notes[name] for name in ("n_vocab", "spec_channels", "segment_frames")}
    return VitsConfig(**notes["model"], **sizes)


def _fill(model: nn.Module, seed: int) -> None:
    """The formula of tests/golden/README.md."""
    state = model.state_dict()
    for place, name in enumerate(sorted(state)):
        steps = torch.arange(state[name].numel(), dtype=torch.float64)
        state[name].copy_((0.05 * torch.sin(0.37 * steps + place + seed)).view(state[name].shape))


@pytest.fixture(scope="session")
def golden() -> Golden:
    return Golden()
