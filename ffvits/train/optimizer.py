"""What moves the weights: the published AdamW, over groups of parameters that may learn at rates of their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import torch
from torch import nn


def adam(groups: list[dict], learning_rate: float, device: torch.device) -> torch.optim.AdamW:
    """The published settings, in one kernel where torch has it."""
    fused = device.type in ("cpu", "cuda")
    return torch.optim.AdamW(groups, lr=learning_rate, betas=(0.8, 0.99), eps=1e-9, weight_decay=0.01, fused=fused)


def groups_of(model: nn.Module, new: Collection[str], haste: float) -> list[dict]:
    """A group of parameters for each part, and one for its layers that the base did not have, which learn with `haste`.

    Frozen parts have their groups too, so that a run can be resumed with other parts frozen.
    """
    groups: dict[tuple[str, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        groups.setdefault((name.partition(".")[0], name in new), []).append(parameter)
    return [
        {"params": parameters, "part": part, "new": is_new, "haste": haste if is_new else 1.0}
        for (part, is_new), parameters in sorted(groups.items(), key=lambda item: item[0])
    ]


def take_up(optimizer: torch.optim.Optimizer, state: Mapping) -> None:
    """Loads an optimizer's moments; its settings stay this run's, whose plan and device may be others.

    They are told before the moments: which of these lie on the device is up to the kernel that will be used there.
    """
    pairs = zip(optimizer.param_groups, state["param_groups"], strict=True)
    groups = [{**own, "params": saved["params"]} for own, saved in pairs]
    optimizer.load_state_dict({**state, "param_groups": groups})
