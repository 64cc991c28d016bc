"""Which voices there are. A thread looks at the folder now and then; requests only ever look into a table in memory."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ffvits import console
from ffvits.errors import FfvitsError, RunError, ServeError
from ffvits.voice import Voice

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Speaker:
    """Somebody who can speak: a voice, the name it goes by here, and which of its speakers (None: it has one)."""

    name: str
    voice: Voice
    speaker: str | None

    @property
    def title(self) -> str:
        return f"{self.name}/{self.speaker}" if self.speaker else self.name


def find_voices(folder: Path) -> dict[str, Path]:
    """The voice folders of a voice, of a run, or of all the runs in a folder, by name.

    Raises RunError if there is no such folder.
    """
    if not folder.is_dir():
        raise RunError("there is no such folder", cure="name the folder that holds your runs", file=folder)
    own = _voice_in(folder)
    if own:
        return {folder.resolve().name: own}
    found = {place.name: _voice_in(place) for place in sorted(folder.iterdir()) if place.is_dir()}
    return {name: place for name, place in found.items() if place}


def _voice_in(folder: Path) -> Path | None:
    return next((place for place in (folder / "voice", folder) if (place / "voice.json").is_file()), None)


class Registry:
    """The voices of a folder, kept up to date. A request keeps the voice it began with, whatever happens meanwhile."""

    def __init__(self, folder: Path, *, device: str = "cpu", rows: int = 1, every: float = 1.0) -> None:
        self.folder = folder
        self._device = device
        self._rows = rows
        self._every = every
        self._voices: Mapping[str, Voice] = MappingProxyType({})
        self._loaded: dict[str, Stamp] = {}
        self._seen: dict[str, Stamp] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="voices", daemon=True)

    def start(self) -> None:
        """Loads what is there and begins to watch. Raises RunError if the folder is not there."""
        find_voices(self.folder)
        self.look(settled=False)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self, *, settled: bool = True) -> None:
        """Compares the folder with the table once. Files that change are left alone until they have `settled`: until
        two looks in a row find them equal, so that a voice is not read while it is copied."""
        try:
            found = {name: (place, _stamp(place)) for name, place in find_voices(self.folder).items()}
        except (OSError, RunError) as error:
            console.warn(f"the voices cannot be listed ({error}); those in memory go on speaking")
            return
        voices = dict(self._voices)
        for name in voices.keys() - found.keys():
            if name not in self._seen:
                del voices[name]
                self._loaded.pop(name, None)
                console.info(f"voice gone: {name}")
        for name, (place, stamp) in found.items():
            if stamp == self._loaded.get(name) or (settled and stamp != self._seen.get(name)):
                continue
            self._loaded[name] = stamp
            try:
                voice = Voice.load(place, device=self._device)
                voice.say("你好。", seed=0)  # dictionaries and kernels are made ready now, not while somebody waits
                voices[name] = voice.together(self._rows) if self._rows > 1 else voice
            except FfvitsError as error:
                console.warn(f"{name} is not served: {error}" + (" (the one before it is)" if name in voices else ""))
            else:
                console.info(f"voice: {name} ({', '.join(voices[name].speakers) or 'one speaker'})")
        self._seen = {name: stamp for name, (_, stamp) in found.items()}
        self._voices = MappingProxyType(voices)

    def _watch(self) -> None:
        while not self._stopping.wait(self._every):
            self.look()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._voices))

    def speakers(self) -> list[Speaker]:
        """Everybody who can speak, by voice and in the voice's order; the place is vits-simple-api's id."""
        voices = self._voices
        return [
            Speaker(name, voices[name], speaker)
            for name in sorted(voices)
            for speaker in voices[name].speakers or (None,)
        ]

    def find(self, wanted: str, voice: str = "") -> Speaker:
        """Somebody by the name of a voice, of a speaker, or both ("paimon/派蒙"); within `voice` if that is one.

        Raises ServeError if there is nobody of that name, or several.
        """
        everybody = self.speakers()
        if not everybody:
            raise ServeError(
                "there is no voice here yet", status=503, code="no_voice", cure="finish one: ffvits auto ./raw_clips"
            )
        if voice in {who.name for who in everybody}:
            everybody = [who for who in everybody if who.name == voice]
        for names in (lambda who: who.title, lambda who: who.speaker):
            found = [who for who in everybody if names(who) == wanted]
            if len(found) == 1:
                return found[0]
            if found:
                titles = ", ".join(who.title for who in found)
                raise ServeError(
                    f"several voices have a speaker {wanted!r}",
                    status=404,
                    code="ambiguous_voice",
                    cure=f"say {titles}",
                )
        named = [who for who in everybody if who.name == wanted]
        if named:
            return named[0]
        known = ", ".join(who.title for who in everybody[:50])
        raise ServeError(f"there is no voice {wanted!r}", status=404, code="voice_not_found", cure=f"one of: {known}")

    def number(self, id: int) -> Speaker:
        """Somebody by vits-simple-api's id. Raises ServeError if there is nobody of that number."""
        everybody = self.speakers()
        if not 0 <= id < len(everybody):
            raise ServeError(
                f"id {id} does not exist", status=404 if everybody else 503, code="voice_not_found",
                cure=f"there are {len(everybody)}: see /voice/speakers",
            )  # fmt: skip
        return everybody[id]


def _stamp(folder: Path) -> Stamp:
    """By which a voice folder is seen to change."""
    files = [(path.name, path.stat()) for path in sorted(folder.iterdir()) if path.is_file()]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in files)
