"""Training in a process of its own, so that the page stays quick and a crash there is a message here.

    python -m ffvits.web.training RUN '{"train.steps": 200}'

It ends with a checkpoint when its standard input closes: told to stop, or because the page's server is gone.
"""

from __future__ import annotations

import _thread
import json
import math
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ffvits import chinese, console
from ffvits.errors import FfvitsError, RunError, ServeError
from ffvits.extras import install
from ffvits.files import refused_by_disk, write_text
from ffvits.run import Run
from ffvits.web.samples import Samples

LOG = "train.log"
OUTCOME = "train.json"
HOLDING = "running"  # what stands in OUTCOME while training holds the run folder
PATIENCE = 2.0  # seconds for the page to finish an edit that it is just writing
SHOWN = 60  # lines of the log
POINTS = 400  # of a curve: as wide as it is drawn
DRAWN = frozenset({"kind", "step", "spoken", "copied", "mel", "kl", "duration"})


class Training:
    """What the page knows of a run's training, and the process while there is one."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._process: subprocess.Popen | None = None
        self._stopping = False
        self._mutex = threading.Lock()
        self._samples = Samples(run.tensorboard)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def holding(self) -> bool:
        """Whether our own training holds the run folder; while it only starts, another may be at work there."""
        return self.running and _json(self._run.folder / OUTCOME).get("state") == HOLDING

    def start(self, options: Mapping[str, Any]) -> None:
        """Begins, or goes on, by the recipe with these options.

        Raises ServeError if it runs already, RecipeError for an impossible option, RunError if nothing can be written.
        """
        with self._mutex:
            if self.running:
                raise ServeError("training runs already", status=409, code="running", cure="stop it first")
            self._run.recipe().override(options)
            command = [sys.executable, "-X", "utf8", "-m", __name__, str(self._run.folder), json.dumps(dict(options))]
            try:
                (self._run.folder / OUTCOME).unlink(missing_ok=True)
                with (self._run.folder / LOG).open("wb") as log:
                    self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
            except OSError as error:
                raise RunError(
                    f"the run folder cannot be written: {error.strerror}",
                    cure="give yourself the right to write in it, or copy it to another disk",
                    file=error.filename or self._run.folder,
                ) from error
            self._stopping = False

    def stop(self, patience: float | None = None) -> None:
        """Asks it to end with a checkpoint, and waits so many seconds for that."""
        with self._mutex:
            process, self._stopping = self._process, True
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        if patience is not None:
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def status(self) -> dict[str, Any]:
        """`state` is idle, running, stopping, done, stopped or failed; with the log, the curves and the verdict.

        `step` is how far training came: the last look, or a checkpoint that was saved since.
        """
        from ffvits.train.history import History

        entries = History(self._run.checkpoints / "history.jsonl").read()
        card = _json(self._run.voice / "voice.json").get("card", {})
        running = self.running  # asked first: what it leaves as it ends is there when it has ended
        outcome = _json(self._run.folder / OUTCOME)
        if running:
            outcome = {"state": "stopping" if self._stopping else "running"}
        elif self._process is not None and outcome.get("state") in (None, HOLDING):
            outcome = {"state": "failed", "message": f"it ended by itself (status {self._process.returncode})"}
        elif outcome.get("state") == HOLDING:  # of another time: the machine went down
            outcome = {}
        steps = [int(path.stem[5:]) for path in self._run.checkpoints.glob("step-*.pt") if path.stem[5:].isdigit()]
        return {
            "state": "idle",
            **outcome,
            "said": _said(outcome),
            "step": max([*steps, *(entry["step"] for entry in entries)], default=0),
            "history": _drawn(entries),
            "card": card,
            "recipe": self._run.recipe().to_mapping()["train"],
            "log": _tail(self._run.folder / LOG),
            "samples": sorted(self.samples()),
        }

    def samples(self) -> dict[int, bytes]:
        """What the voice said at each look, by step, as WAV."""
        return self._samples.by_step()


def _drawn(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the page draws: of a long training not every line of its history, and the last one always.

    What is no number, of a training that diverged, is left out: drawn it would be a zero, as if nothing were better.
    """
    every = -(-len(entries) // POINTS)
    return [
        {name: value for name, value in entry.items() if name == "kind" or (name in DRAWN and math.isfinite(value))}
        for number, entry in enumerate(entries)
        if entry["kind"] != "train" or (len(entries) - 1 - number) % every == 0
    ]


def _said(outcome: Mapping[str, Any]) -> dict[str, str]:
    """What came of a training, in the page's languages."""
    if "cause" in outcome:
        told = chinese.with_cure(outcome["cause"], outcome.get("cure", ""))
        return {"en": outcome["message"], "zh": outcome.get("where", "") + told}
    return chinese.both(outcome.get("verdict") or outcome.get("message") or "")


def _json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _tail(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [line.strip() for line in lines if line.strip()][-SHOWN:]


def main(folder: str, options: str) -> int:
    """Trains as `ffvits train` does, and leaves what came of it in `train.json`."""
    from ffvits.auto import going_on, train_run

    threading.Thread(target=_listen, daemon=True).start()
    run = Run(Path(folder))
    outcome: dict[str, Any]
    try:
        with run.locked(PATIENCE):
            _leave(run, {"state": HOLDING})
            try:
                trained = train_run(going_on(run.recipe()).override({**json.loads(options), "out": folder}), run)
            finally:
                _leave(run, {})  # before another may hold the folder
        outcome = {"state": "done", "verdict": trained.verdict, "step": trained.progress.step}
    except KeyboardInterrupt:
        outcome = {"state": "stopped"}
    except FfvitsError as error:
        outcome = _failed(error)
    except ModuleNotFoundError as error:  # the page alone needs few packages
        outcome = _failed(FfvitsError(f"the package {error.name} is not installed", cure=install("train")))
    except OSError as error:
        known = refused_by_disk(error)
        if known is None:
            raise
        outcome = _failed(known)
    _leave(run, outcome)
    return 0 if outcome["state"] != "failed" else 2


def _failed(error: FfvitsError) -> dict[str, Any]:
    console.failure(error)
    told = {"where": error.where, "cause": error.message, "cure": error.cure}
    return {"state": "failed", "message": str(error), **told}


def _leave(run: Run, outcome: Mapping[str, Any]) -> None:
    write_text(run.folder / OUTCOME, json.dumps(outcome, ensure_ascii=False))


def _listen() -> None:
    sys.stdin.read()
    _thread.interrupt_main()


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
