"""A model without weights, in a tenth of the time: for its names and shapes, or to be filled with a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from ffvits.errors import BaseError

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor, nn

    from ffvits.vits import Vits
    from ffvits.vits.config import VitsConfig

    Module = TypeVar("Module", bound=nn.Module)


def hollow(build: Callable[[], Module]) -> Module:
    """What `build` makes, on the meta device and without drawing a single initial value.

    `torch.device("meta")` alone would still walk through every initialisation, in Python.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    drawn = {getattr(torch.nn.init, name) for name in dir(torch.nn.init) if name.endswith("_") and name[0] != "_"}
    made = {torch.empty, torch.zeros, torch.ones, torch.full, torch.randn, torch.rand, torch.tensor, torch.arange}

    class Hollow(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            kwargs = dict(kwargs or {})
            if func in drawn:
                return args[0] if args else kwargs["tensor"]
            if func in made:
                kwargs["device"] = "meta"
            elif func is torch.linalg.vector_norm and kwargs.get("keepdim"):
                shape = [1 if i in kwargs["dim"] else size for i, size in enumerate(args[0].shape)]
                return torch.empty(shape, device="meta")
            return func(*args, **kwargs)

    with Hollow():
        return build()


def filled(config: VitsConfig, state: Mapping[str, Tensor]) -> Vits:
    """The model of that configuration around these very tensors: nothing is initialised, nothing copied.

    What `load_state_dict(state, assign=True)` does, without its search through the whole state for every module.
    Raises BaseError if a name is missing or too many, or a shape differs.
    """
    import torch

    from ffvits.vits import Vits

    model = _spare.pop(config, None) or hollow(lambda: Vits(config))
    modules = dict(model.named_modules())
    wanted = {name: parameter.shape for name, parameter in model.named_parameters()}
    wrong = next((name for name in state if name not in wanted or state[name].shape != wanted[name]), None)
    wrong = wrong or next((name for name in wanted if name not in state), None)
    if wrong is not None:
        raise BaseError(f"the weights do not fit the configuration at {wrong}", cure="use the config they came with")
    for name, tensor in state.items():
        owner, _, leaf = name.rpartition(".")
        modules[owner].register_parameter(leaf, torch.nn.Parameter(tensor.detach()))
    return model


@lru_cache(maxsize=16)
def generator_shapes(config: VitsConfig) -> Mapping[str, tuple[int, ...]]:
    """Names and shapes of a generator of that configuration."""
    from ffvits.vits import Vits

    model = hollow(lambda: Vits(config))
    _spare.clear()
    _spare[config] = model
    return _shapes(model)


# The hollow model that `generator_shapes` made last: `filled` takes it, so that one load makes one model.
_spare: dict[VitsConfig, Vits] = {}


@lru_cache(maxsize=2)
def discriminator_shapes(kind: str = "published") -> Mapping[str, tuple[int, ...]]:
    """Names and shapes of the published discriminators, or of the `lite` ones."""
    from ffvits.vits import DISCRIMINATORS

    return _shapes(hollow(DISCRIMINATORS[kind]))


def _shapes(model: nn.Module) -> Mapping[str, tuple[int, ...]]:
    return MappingProxyType({name: tuple(tensor.shape) for name, tensor in model.state_dict().items()})
