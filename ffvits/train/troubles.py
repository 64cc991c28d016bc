"""What goes wrong in training and whose fault it may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Troubles:
    """Skipped steps, and the clips that were in them and in no good one."""

    in_a_row: int = 0
    returns: int = 0
    skipped: int = 0
    _failed: Counter[str] = field(default_factory=Counter)
    _fine: set[str] = field(default_factory=set)

    def fine(self, names: Iterable[str]) -> None:
        self.in_a_row = 0
        self._fine.update(names)

    def failed(self, names: Iterable[str]) -> None:
        self.in_a_row += 1
        self.skipped += 1
        self._failed.update(names)

    def returned(self) -> None:
        self.in_a_row = 0
        self.returns += 1

    def suspects(self) -> list[str]:
        """The likeliest first, eight at most."""
        bad = [name for name, _ in self._failed.most_common() if name not in self._fine]
        return (bad or [name for name, _ in self._failed.most_common()])[:8]
