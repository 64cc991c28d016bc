"""Voices over HTTP: one place for each decision.

settings     what the person who starts the server decides
registry     which voices there are, as their folder changes
speakers     who can speak, by name and by number
turns        who speaks when: a bounded queue, few threads, a piece of each request in turn
encoders     samples become wav, mp3, flac, opus …
gate         who may come in: key, rate, size; errors as JSON; metrics
pages        whose web pages may hear
forms        what clients send, in two dialects
routes       what can be asked
server       all of it, put together
door, typed  where it listens, and what it takes there
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffvits.serve.settings import Settings

__all__ = ["serve"]


def serve(settings: Settings) -> None:
    """Serves until it is stopped. Raises ServeError or RunError if it cannot start."""
    from ffvits.serve.server import run

    run(settings)
