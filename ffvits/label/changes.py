"""What two label files have not in common, as `ffvits label --diff` shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ffvits.clip import Clip


@dataclass(frozen=True)
class Change:
    """One difference: `field` of a clip `before` and `after`; of a clip that came or went, its words, the other ""."""

    id: str
    source: str
    field: str
    before: str
    after: str

    def __str__(self) -> str:
        if self.field == "clip":
            return f"+ {self.id}  {self.after}" if self.after else f"- {self.id}  {self.before}"
        return f"~ {self.id}  {self.field}: {self.before or '–'} → {self.after or '–'}"


def changes(before: Iterable[Clip], after: Iterable[Clip]) -> list[Change]:
    """Every difference in the clips there are, their status and why, their words, speakers and doubts."""
    old, new = {clip.id: clip for clip in before}, {clip.id: clip for clip in after}
    found = []
    for name in dict.fromkeys([*old, *new]):
        one, two = old.get(name), new.get(name)
        if one is None or two is None:
            clip = one or two
            words = f"{_status(clip)}: {clip.text or clip.source}"
            found.append(Change(name, clip.source, "clip", words if one else "", words if two else ""))
            continue
        pairs = {
            "status": (_status(one), _status(two)),
            "text": (one.text, two.text),
            "speaker": (one.speaker, two.speaker),
            "review": ("; ".join(doubt.why for doubt in one.review), "; ".join(doubt.why for doubt in two.review)),
        }
        found += [Change(name, two.source, field, *pair) for field, pair in pairs.items() if pair[0] != pair[1]]
    return found


def _status(clip: Clip) -> str:
    return clip.status + (f" ({clip.reasons[0].code})" if clip.reasons and not clip.kept else "")
