"""What the person who starts the server decides, with its default and its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ffvits.device import cores
from ffvits.errors import FfvitsError
from ffvits.speak.together import rows_that_pay


@dataclass(frozen=True)
class Settings:
    """`workers` 0 chooses by the processor, `batch` (phrases of different requests computed at once) 0 by the device.

    `rate` is requests a minute for each client, 0 for any number, `patience` how many seconds a request may wait for
    its next piece of sound, `queue` how many may be admitted at once, `max_text` characters of one request, `max_body`
    its bytes (0: as `max_text` needs). `cors`: the origins of pages that may ask and hear ("*": of any).
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 23456
    device: str = "cpu"
    key: str = ""
    workers: int = 0
    batch: int = 0
    queue: int = 64
    patience: float = 60.0
    rate: int = 0
    max_text: int = 4096
    max_body: int = 0
    cors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        bounds = {
            "port": (0, 65535), "workers": (0, 256), "batch": (0, 256), "queue": (1, 100_000),
            "patience": (0.1, 86_400), "rate": (0, 1_000_000), "max_text": (1, 1_000_000), "body_limit": (256, 1 << 30),
        }  # fmt: skip
        for name, (low, high) in bounds.items():
            if not low <= getattr(self, name) <= high:
                raise FfvitsError(f"{name} cannot be {getattr(self, name)}", cure=f"it goes from {low} to {high}")

    @property
    def body_limit(self) -> int:
        """Bytes of a request: a character takes up to twelve, as JSON and forms write it."""
        return self.max_body or max(65536, 12 * self.max_text + 4096)

    @property
    def origins(self) -> tuple[str, ...]:
        """Whose pages a browser lets hear: with a key, of anybody who knows it; without, of nobody who is not named.

        Else any page that somebody visits could use the server of their own machine.
        """
        # A browser names an origin without the slash that addresses end in.
        return tuple(origin.rstrip("/") for origin in self.cors) or (("*",) if self.key else ())

    @property
    def rows(self) -> int:
        """Phrases of different requests that are computed at once, at most."""
        return self.batch or rows_that_pay(self.device.partition(":")[0])

    @property
    def threads(self) -> tuple[int, int]:
        """Workers, and threads of the model in each: one sentence has too little in it to share among many cores.

        Where phrases are computed together there are workers enough to fill a batch, and one of them computes at a
        time.
        """
        ours = cores()
        if self.rows > 1:
            return self.workers or self.rows, ours
        workers = self.workers or min(ours, 8)
        return workers, max(1, ours // workers)
