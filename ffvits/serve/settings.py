"""What the person who starts the server decides, with its default and its bounds."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ffvits.errors import FfvitsError


@dataclass(frozen=True)
class Settings:
    """`workers` 0 chooses by the processor; `rate` is requests a minute for each client, 0 for any number.

    `patience` is how many seconds a request may take (streamed: to its next piece), `queue` how many may be admitted at
    once, `max_text` characters of one request, `max_body` its bytes.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 23456
    device: str = "cpu"
    key: str = ""
    workers: int = 0
    queue: int = 64
    patience: float = 60.0
    rate: int = 0
    max_text: int = 4096
    max_body: int = 65536

    def __post_init__(self) -> None:
        bounds = {
            "port": (0, 65535), "workers": (0, 256), "queue": (1, 100_000), "patience": (0.1, 86_400),
            "rate": (0, 1_000_000), "max_text": (1, 1_000_000), "max_body": (256, 1 << 30),
        }  # fmt: skip
        for name, (low, high) in bounds.items():
            if not low <= getattr(self, name) <= high:
                raise FfvitsError(f"{name} cannot be {getattr(self, name)}", cure=f"it goes from {low} to {high}")

    @property
    def threads(self) -> tuple[int, int]:
        """Workers, and threads of the model in each: one sentence has too little in it to share among many cores."""
        cores = os.cpu_count() or 1
        workers = self.workers or (min(cores, 8) if self.device == "cpu" else 2)
        return workers, max(1, cores // workers)
