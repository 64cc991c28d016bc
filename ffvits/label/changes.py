"""What two label files have not in common, as `ffvits label --diff` shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
        return self.told(str)

    def told(self, said: Callable[[str], str]) -> str:
        """The line; `said` puts what ffvits says in it into the reader's language, and nothing that somebody spoke."""
        if self.field == "clip":
            status, _, words = (self.after or self.before).partition(": ")
            return f"{'+' if self.after else '-'} {self.id}  {_head(said(f'{status}:'))}{words}"
        ours = self.field in ("status", "review")
        before, after = (said(words) if ours and words else words or "–" for words in (self.before, self.after))
        return f"~ {self.id}  {_head(said(f'{self.field}:'))}{before} → {after}"


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


def _head(text: str) -> str:
    """What stands before what it is about: a full-width colon makes its own room."""
    return f"{text} " if text.endswith(":") else text


def _status(clip: Clip) -> str:
    return clip.status + (f" ({clip.reasons[0].code})" if clip.reasons and not clip.kept else "")
