"""How all tests run."""

from __future__ import annotations

import pytest
from hypothesis import settings

# Clocks judge nothing here: a busy machine is no mistake of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# Files that take minutes. Each process takes whole files, one after another: who begins a long one last keeps the
# other waiting.
LONG = ("test_loop.py", "test_runs.py", "test_learner.py", "test_end_to_end.py", "test_cluster.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, the others in their order."""
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))
