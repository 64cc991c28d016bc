"""The curves of a training as lines of JSON, for the verdict and the report."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from ffvits.files import write_text


class History:
    """`history.jsonl`: a line per look, no step twice."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, kind: str, step: int, values: dict[str, float]) -> None:
        entry = {"kind": kind, "step": step, **{name: round(float(value), 5) for name, value in values.items()}}
        with self.path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(entry) + "\n")

    def read(self) -> list[dict]:
        """All whole lines; one that a crash cut short or a disk damaged is passed over."""
        if not self.path.is_file():
            return []
        entries = []
        for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(json.JSONDecodeError):
                entries.append(json.loads(line))
        return [entry for entry in entries if isinstance(entry, dict) and {"kind", "step"} <= entry.keys()]

    def cut(self, step: int) -> None:
        """Forgets what came after `step`: a resumed run writes it anew."""
        kept = [entry for entry in self.read() if entry["step"] <= step]
        if self.path.is_file():
            write_text(self.path, "".join(json.dumps(entry) + "\n" for entry in kept))
