"""Which voices there are. A thread looks at the folder now and then; requests only ever look into a table in memory."""

from __future__ import annotations

import threading
from pathlib import Path
from types import MappingProxyType

from ffvits import console
from ffvits.errors import RunError
from ffvits.serve.refusals import reason
from ffvits.serve.speakers import Speaker, Speakers
from ffvits.voice import Voice

Stamp = tuple[tuple[str, int, int, int], ...]


def find_voices(folder: Path) -> dict[str, Path]:
    """The voice folders of a voice, of a run, or of all the runs in a folder, by name.

    A folder that cannot be looked into is among them: whoever loads it is told why not; a hidden one is not: something
    is being made there. Raises RunError if there is no such folder, or if it cannot be listed.
    """
    try:
        if not folder.is_dir():
            raise RunError("there is no such folder", cure="name the folder that holds your runs", file=folder)
        own = _voice_in(folder)
        if own:
            return {folder.resolve().name: own}
        places = [place for place in sorted(folder.iterdir()) if place.is_dir() and not place.name.startswith(".")]
    except OSError as error:  # a network drive that hangs tells it at any of these
        raise RunError(f"cannot be listed: {error.strerror}", cure="make it readable", file=folder) from error
    found = {place.name: _voice_or_closed(place) for place in places}
    return {name: place for name, place in found.items() if place}


def _voice_in(folder: Path) -> Path | None:
    return next((place for place in (folder / "voice", folder) if (place / "voice.json").is_file()), None)


def _voice_or_closed(folder: Path) -> Path | None:
    try:
        return _voice_in(folder)
    except OSError:
        return folder


class Registry:
    """The voices of a folder, kept up to date. A request keeps the voice it began with, whatever happens meanwhile."""

    def __init__(self, folder: Path, *, device: str = "cpu", rows: int = 1, every: float = 1.0) -> None:
        self.folder = folder
        self._device = device
        self._rows = rows
        self._every = every
        self._speakers = Speakers(MappingProxyType({}))
        self._loaded: dict[str, Stamp] = {}
        self._seen: dict[str, Stamp] = {}
        self._complaint = ""
        self._stopping = threading.Event()
        self.loaded = threading.Event()  # set when the first look is over
        self._thread = threading.Thread(target=self._watch, name="voices", daemon=True)

    def start(self) -> None:
        """Begins to load what is there, and to watch. Raises RunError if the folder is not there."""
        find_voices(self.folder)
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
        except RunError as error:
            self._complain(f"the voices cannot be listed ({error}); those in memory go on speaking")
            return
        if found:
            self._complaint = ""
        else:
            self._complain(f"no finished voice is in {self.folder} yet; one that comes is served without a restart")
        voices = dict(self._speakers.voices)
        for name in voices.keys() - found.keys():
            if name not in self._seen:
                del voices[name]
                self._loaded.pop(name, None)
                console.info(f"voice gone: {name}")
        for name, (place, stamp) in found.items():
            if stamp == self._loaded.get(name) or (settled and stamp != self._seen.get(name)):
                continue
            if self._stopping.is_set():
                return
            self._loaded[name] = stamp
            try:
                voice = Voice.load(place, device=self._device)
                voice.say("你好。", seed=0)  # dictionaries and kernels are made ready now, not while somebody waits
            except Exception as error:  # noqa: BLE001 — whatever is wrong with one voice, the others are served
                instead = " (the one before it is)" if name in voices else ""
                console.warn(f"{name} is not served: {reason(error)}{instead}")
                continue
            voices[name] = voice.together(self._rows) if self._rows > 1 else voice
            console.info(f"voice: {name} ({', '.join(voice.speakers) or 'one speaker'})")
        self._seen = {name: stamp for name, (_, stamp) in found.items()}
        self._speakers = self._speakers.after(MappingProxyType(voices))

    def _complain(self, text: str) -> None:
        """Says what is wrong with the folder once, not at every look."""
        if text != self._complaint:
            console.warn(text)
        self._complaint = text

    def _watch(self) -> None:
        try:
            self.look(settled=False)
        finally:
            self.loaded.set()
        while not self._stopping.wait(self._every):
            self.look()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._speakers.voices))

    @property
    def speakers(self) -> Speakers:
        """Everybody who can speak now."""
        return self._speakers

    def find(self, wanted: str, voice: str = "") -> Speaker:
        """See `Speakers.find`."""
        return self._speakers.find(wanted, voice)

    def number(self, id: int) -> Speaker:
        """See `Speakers.number`."""
        return self._speakers.number(id)


def _stamp(folder: Path) -> Stamp:
    """By which a voice folder is seen to change; of one that cannot be read, what is in the way.

    The time of the last change of anything is in it, so that a file is seen to become readable.
    """
    try:
        files = [(path.name, path.stat()) for path in sorted(folder.iterdir()) if path.is_file()]
    except OSError as error:
        return ((str(error), 0, 0, 0),)
    return tuple((name, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size) for name, stat in files)
