"""How all tests run."""

from __future__ import annotations

from hypothesis import settings

# Clocks judge nothing here: a busy machine is no mistake of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
