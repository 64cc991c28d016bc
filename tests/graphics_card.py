"""A stand-in for a graphics card: its tensors say that they are on one and refuse those that are not.

They compute on the processor, so that what comes out must be what a run on the processor gives, but for the order of
sums. What it shows is that every tensor is brought to where it is needed, and back; how fast a card is, it cannot show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import torch
from torch.overrides import TorchFunctionMode

CARD = torch.device("cuda", 0)
# Calls that a card takes with tensors from both sides, beside a module's own bookkeeping.
MIXED = {"copy_", "__getitem__", "__setitem__", "__set__", "_has_compatible_shallow_copy_type"}


class OnCard(torch.Tensor):
    """A tensor that says it is on the card."""

    device = property(lambda self: CARD)
    is_cuda = property(lambda self: True)
    is_cpu = property(lambda self: False)

    def __reduce_ex__(self, protocol: int) -> Any:
        return fetched(self.detach()).__reduce_ex__(protocol)


def put(value: Any) -> Any:
    """On the card, if it is a tensor; the memory is shared."""
    return value.as_subclass(OnCard) if isinstance(value, torch.Tensor) and not isinstance(value, OnCard) else value


def fetched(value: Any) -> Any:
    """Back from the card, if it is one of its tensors; the memory is shared."""
    return value.as_subclass(torch.Tensor) if isinstance(value, OnCard) else value


def leaves(value: Any) -> Iterator[Any]:
    """What tuples, lists and dictionaries hold, however deep. torch's own walk took a third of these tests' time."""
    if isinstance(value, tuple | list):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, dict):
        yield from leaves(tuple(value.values()))
    else:
        yield value


def each(do: Callable[[Any], Any], value: Any) -> Any:
    """The same tuples, lists and dictionaries, with what `do` makes of all that they hold."""
    if isinstance(value, tuple | list):
        made = [each(do, inner) for inner in value]
        return type(value)(*made) if hasattr(value, "_fields") else type(value)(made)
    if isinstance(value, dict):
        return {key: each(do, inner) for key, inner in value.items()}
    return do(value)


class _Driver(TorchFunctionMode):
    """Sees every call of torch in this thread."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def __torch_function__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        kwargs, name = dict(kwargs or {}), getattr(func, "__name__", "")
        if func in (torch.Tensor.numpy, torch.Tensor.__array__) and isinstance(args[0], OnCard):
            raise TypeError("can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() first")
        if func is torch.Tensor.cpu:
            return fetched(args[0])
        if func is torch.Tensor.to:
            return _moved(*args, **kwargs)
        if func == torch.Tensor.data.__set__ and isinstance(args[1], OnCard):
            return _take_over(func, *args)
        tensors = [value for value in leaves((args, kwargs)) if isinstance(value, torch.Tensor)]
        on = any(isinstance(tensor, OnCard) for tensor in tensors)
        if kwargs.get("device") is not None:
            on = torch.device(kwargs.pop("device")).type == CARD.type
            args, kwargs = each(fetched, (args, kwargs))
        elif on and name not in MIXED:
            off = [tuple(tensor.shape) for tensor in tensors if tensor.dim() and not isinstance(tensor, OnCard)]
            if off:
                raise RuntimeError(f"Expected all tensors to be on the same device: {name} got {off} from the cpu")
        self.calls += on
        made = func(*args, **kwargs)
        return each(put, made) if on else made


def _moved(tensor: torch.Tensor, *args: Any, device: Any = None, non_blocking: bool = False, **kwargs: Any) -> Any:
    """`Tensor.to` in all of its forms."""
    rest = []
    for value in args:
        if isinstance(value, torch.Tensor):
            device, kwargs["dtype"] = value.device, value.dtype
        elif isinstance(value, str | torch.device):
            device = value
        elif isinstance(value, torch.dtype):
            rest.append(value)
    kwargs = {name: value for name, value in kwargs.items() if value is not None}
    made = torch._C.TensorBase.to(tensor, *rest, **kwargs) if rest or kwargs else tensor
    if device is None:
        return put(made) if isinstance(tensor, OnCard) else made
    return put(made) if torch.device(device).type == CARD.type else fetched(made)


def _take_over(func: Any, parameter: torch.Tensor, value: OnCard) -> None:
    """A module's parameter moves: it stays the same object, as its optimizer knows it."""
    was_parameter = isinstance(parameter, torch.nn.Parameter)
    func(parameter, value)
    parameter.__class__ = OnCard
    if was_parameter:
        parameter._is_param = True


@contextmanager
def plugged_in(bfloat16: bool = False) -> Iterator[_Driver]:
    """As long as it lasts, this thread finds a card, which multiplies bfloat16 or not; `calls` are counted."""
    autocast = torch.autocast

    def on_processor(device_type: str, *args: Any, **kwargs: Any) -> torch.autocast:
        return autocast("cpu", *args, **kwargs)

    with (
        mock.patch("torch.cuda.is_available", lambda: True),
        mock.patch("torch.cuda.device_count", lambda: 1),
        mock.patch("torch.cuda.empty_cache", lambda: None),
        mock.patch("torch.cuda.is_bf16_supported", lambda including_emulation=True: bfloat16),
        mock.patch("torch.autocast", on_processor),
        mock.patch.object(
            torch.optim.Optimizer, "_accelerator_graph_capture_health_check", lambda self: None, create=True
        ),
        _Driver() as driver,
    ):
        yield driver
