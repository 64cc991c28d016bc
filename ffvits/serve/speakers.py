"""Who can speak: by the name of a voice, of a speaker or both, and by vits-simple-api's numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ffvits.errors import ServeError

if TYPE_CHECKING:
    from ffvits.voice import Voice

Key = tuple[str, "str | None"]
# Programs written for OpenAI let one choose of these and of nothing else.
OPENAI_VOICES = frozenset("alloy ash ballad cedar coral echo fable marin nova onyx sage shimmer verse".split())


@dataclass(frozen=True)
class Speaker:
    """Somebody who can speak: a voice, the name it goes by here, and which of its speakers (None: it has one)."""

    name: str
    voice: Voice
    speaker: str | None

    @property
    def key(self) -> Key:
        return self.name, self.speaker

    @property
    def title(self) -> str:
        return f"{self.name}/{self.speaker}" if self.speaker else self.name


@dataclass(frozen=True)
class Speakers:
    """Everybody at one moment. `numbered`: who got which number since the server runs; those who left keep theirs."""

    voices: Mapping[str, Voice]
    numbered: tuple[Key, ...] = ()

    def after(self, voices: Mapping[str, Voice]) -> Speakers:
        """With other voices: nobody's number changes, newcomers get the next ones, by voice and in its order.

        Who comes in the row of somebody who leaves the same voice is the same by another name, and has that number.
        """
        renamed = self._renamed(voices)
        numbered = tuple(renamed.get(key, key) for key in self.numbered)
        new = tuple(who.key for who in Speakers(voices).everybody() if who.key not in numbered)
        return Speakers(voices, numbered + new)

    def _renamed(self, voices: Mapping[str, Voice]) -> dict[Key, Key]:
        """Who goes by another name in `voices`."""
        rows = [(name, _rows(self.voices[name]), _rows(voices[name])) for name in self.voices.keys() & voices.keys()]
        return {
            (name, was): (name, now)
            for name, before, after in rows
            for was, now in zip(before, after, strict=False)
            if was not in after and (name, now) not in self.numbered
        }

    def everybody(self) -> list[Speaker]:
        """By voice, and in the voice's order."""
        return [
            Speaker(name, self.voices[name], speaker)
            for name in sorted(self.voices)
            for speaker in _rows(self.voices[name])
        ]

    def by_number(self) -> dict[int, Speaker]:
        """Everybody who is here, by vits-simple-api's id."""
        here = {who.key: who for who in self.everybody()}
        return {number: here[key] for number, key in enumerate(self.numbered) if key in here}

    def labels(self) -> dict[int, str]:
        """What to show for each number: the speaker's or the voice's name, or both where two would look the same."""
        here = self.by_number()
        times = Counter(who.speaker or who.name for who in here.values())
        short = {number: who.speaker or who.name for number, who in here.items()}
        return {number: name if times[name] == 1 else here[number].title for number, name in short.items()}

    def number(self, id: int) -> Speaker:
        """Somebody by vits-simple-api's id. Raises ServeError if there is nobody of that number."""
        here = self.by_number()
        if id in here:
            return here[id]
        if 0 <= id < len(self.numbered):
            title = "/".join(part for part in self.numbered[id] if part)
            raise ServeError(
                f"id {id} was {title}, and is gone", status=404, code="voice_gone", cure="see /voice/speakers"
            )
        raise ServeError(
            f"id {id} does not exist", status=404 if here else 503, code="voice_not_found",
            cure=f"there are {len(here)}: see /voice/speakers",
        )  # fmt: skip

    def find(self, wanted: str, voice: str = "") -> Speaker:
        """Somebody by title ("paimon/派蒙"), by a voice's name (its first speaker) or by a speaker's, in this order.

        Within `voice` if that is one. Where one speaker is all there is, OpenAI's own names mean that one. Raises
        ServeError if there is nobody of that name, or several.
        """
        everybody = self.everybody()
        if not everybody:
            raise ServeError(
                "there is no voice here yet", status=503, code="no_voice", cure="finish one: ffvits auto ./raw_clips"
            )
        if voice in self.voices:
            everybody = [who for who in everybody if who.name == voice]
        named = [who for who in everybody if wanted in (who.title, who.name)]
        if named:
            return next((who for who in named if who.title == wanted), named[0])
        found = [who for who in everybody if who.speaker == wanted]
        if len(everybody) == 1 and wanted.lower() in OPENAI_VOICES:
            found = everybody
        if len(found) == 1:
            return found[0]
        if found:
            titles = ", ".join(who.title for who in found)
            raise ServeError(
                f"several voices have a speaker {wanted!r}", status=404, code="ambiguous_voice", cure=f"say {titles}"
            )
        known = ", ".join(who.title for who in everybody[:50])
        raise ServeError(f"there is no voice {wanted!r}", status=404, code="voice_not_found", cure=f"one of: {known}")


def _rows(voice: Voice) -> tuple[str | None, ...]:
    """A voice's speakers; None for the only one of a voice that names nobody."""
    return tuple(voice.speakers) or (None,)
