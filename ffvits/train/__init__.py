"""Labelled clips and a base become a voice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ffvits.train.session import Trained, train

__all__ = ["Trained", "train"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from ffvits.train import session

        return getattr(session, name)
    raise AttributeError(f"module 'ffvits.train' has no attribute {name!r}")
