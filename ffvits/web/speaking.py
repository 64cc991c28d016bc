"""Voices to compare: the run's own, those of its checkpoints, and those of the runs beside it."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ffvits.device import cores
from ffvits.errors import BusyError, FfvitsError, RunError, ServeError
from ffvits.run import Run
from ffvits.serve.encoders import FORMATS, whole
from ffvits.serve.forms import refuse_long_silence
from ffvits.serve.registry import find_voices
from ffvits.voice import Voice, VoiceInfo
from ffvits.web.training import PATIENCE

LOADED = 4  # voices kept in memory


@dataclass(frozen=True)
class Choice:
    """One voice that can be asked for: `id` is what the page sends, `place` where it lies (never what a page sends)."""

    id: str
    kind: str  # own, checkpoint or other
    title: str
    place: Path


class Speaking:
    """Loads voices when they are asked for, and keeps the last few. `training` says whether the run is trained now."""

    def __init__(self, run: Run, training: Callable[[], bool] = lambda: False) -> None:
        self._run = run
        self._training = training
        self._threads = 0  # of the model, as torch chooses them; known when the first voice speaks
        self._mutex = threading.Lock()
        self._loaded: OrderedDict[tuple[str, int], Voice] = OrderedDict()
        self._described: dict[tuple[str, int], VoiceInfo] = {}  # of checkpoints

    def choices(self) -> list[Choice]:
        """The finished voice first, then checkpoints from the newest, then the neighbours by name."""
        own = self._run.voice
        found = []
        if (own / "voice.json").is_file():
            found.append(Choice("own", "own", self._run.folder.resolve().name, own))
        steps = sorted(self._run.checkpoints.glob("step-*.pt"), reverse=True)
        found += [
            Choice(path.stem, "checkpoint", str(int(path.stem[5:])), path) for path in steps if path.stem[5:].isdigit()
        ]
        try:
            beside = find_voices(self._run.folder.resolve().parent)
        except RunError:  # another's folder, in which only this one may be looked at
            beside = {}
        found += [
            Choice(f"run:{name}", "other", name, place)
            for name, place in beside.items()
            if place.resolve() != own.resolve()
        ]
        return found

    def listing(self) -> list[dict[str, Any]]:
        """For the page: what there is, who speaks in it, and how it likes to speak."""
        shown = []
        for choice in self.choices():
            try:
                info = self._info(choice)
            except FfvitsError:  # training deletes old states, and a voice beside this one may be damaged
                continue
            shown.append(
                {
                    "id": choice.id,
                    "kind": choice.kind,
                    "title": choice.title,
                    "speakers": list(info.speakers),
                    "speed": info.speed,
                    "noise": info.noise,
                    "noise_w": info.noise_w,
                    "step": info.card.get("steps") if choice.kind == "own" else None,
                }
            )
        return shown

    def _info(self, choice: Choice) -> VoiceInfo:
        if choice.kind != "checkpoint":
            return VoiceInfo.load(choice.place)
        try:
            from ffvits.train.export import voice_of
        except ImportError:  # without torch it is not spoken with either
            return VoiceInfo.load(self._run.voice)
        try:
            key = (choice.id, choice.place.stat().st_mtime_ns)
        except OSError:  # gone, which is told where it is read
            key = (choice.id, 0)
        if key not in self._described:  # not as the finished voice: since that one a speaker may have come or gone
            self._described[key] = voice_of(self._run, choice.place)[0]
        return self._described[key]

    def take(self, id: str) -> None:
        """Makes a checkpoint the run's voice, as `ffvits train RUN --voice` does.

        Raises ServeError for an unknown one, while the run is trained, or where another holds it.
        """
        choice = self._choice(id)
        if choice.kind != "checkpoint":
            raise ServeError(
                f"{id!r} is no checkpoint of this run", status=400, code="voice", cure="choose one of them"
            )
        if self._training():
            raise ServeError("training runs already", status=409, code="running", cure="stop it first")
        from ffvits.auto import choose_voice

        try:
            with self._run.locked(PATIENCE):
                choose_voice(self._run, choice.place.name)
        except BusyError as busy:
            raise ServeError(busy.message, status=423, code="busy", cure="wait until it is done") from busy

    def say(self, id: str, text: str, speaker: str | None, **manner: Any) -> bytes:
        """A WAV. Raises ServeError for an unknown voice or breaks that last too long, and what `Voice.say` raises."""
        refuse_long_silence(text)
        voice = self._voice(id)
        self._share_cores()
        return whole("wav", b"".join(FORMATS["wav"].encode([voice.say(text, speaker, **manner)], voice.sample_rate)))

    def _share_cores(self) -> None:
        """While training takes the cores, threads that wait for each other cost many times what they gain."""
        with contextlib.suppress(ImportError):  # a voice in ONNX needs no torch
            import torch

            with self._mutex:
                self._threads = self._threads or min(torch.get_num_threads(), cores())
            torch.set_num_threads(1 if self._training() else self._threads)  # of this thread

    def _choice(self, id: str) -> Choice:
        choice = next((choice for choice in self.choices() if choice.id == id), None)
        if choice is None:
            raise ServeError(f"there is no voice {id!r}", status=404, code="voice_not_found", cure="reload the page")
        return choice

    def _voice(self, id: str) -> Voice:
        choice = self._choice(id)
        file = choice.place if choice.kind == "checkpoint" else choice.place / "voice.json"
        key = (id, file.stat().st_mtime_ns)
        with self._mutex:
            if key not in self._loaded:
                checkpoint = choice.kind == "checkpoint"
                self._loaded[key] = self._of_checkpoint(choice.place) if checkpoint else Voice.load(choice.place)
                while len(self._loaded) > LOADED:
                    self._loaded.popitem(last=False)
            self._loaded.move_to_end(key)
            return self._loaded[key]

    def _of_checkpoint(self, file: Path) -> Voice:
        """The voice of a checkpoint's mean of the weights, as `voice/` is made of the best; nothing is written."""
        from ffvits.speak.torch_parts import TorchParts
        from ffvits.train.export import voice_of
        from ffvits.vits import VitsConfig

        info, mapped = voice_of(self._run, file)
        # Copied: training deletes old states, and Windows no file that is mapped.
        weights = {name: tensor.clone() for name, tensor in mapped.items()}
        parts = TorchParts.build(VitsConfig.from_dict(info.model), weights, "cpu", "auto")
        return Voice(info, parts, info.reader())
