"""`ffvits evaluate`: a voice speaks the test set, the panel listens, and everything is kept in the run folder.

evaluation/
    evaluation.json      all figures, with intervals, of the voice, the speaker's recordings and the base
    summary.txt          five lines in Chinese and in English
    voice-<key>/ …       one folder per voice that was heard: its sounds, and verdicts.jsonl, a line per sentence
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ffvits import console
from ffvits.errors import FfvitsError, RunError
from ffvits.evaluate import measures, words
from ffvits.evaluate.aligner import load_aligner
from ffvits.evaluate.panel import Panel, Verdict, alike, load_panel
from ffvits.evaluate.sentences import Sentence, spread
from ffvits.evaluate.statistics import Figure
from ffvits.evaluate.takes import recorded, save, speak
from ffvits.files import write_text
from ffvits.recipe import Recipe
from ffvits.run import Run, digest
from ffvits.voice import Voice

VERSION = 2  # of how a take is judged: what an older one found is judged anew
WORST = 10


@dataclass(frozen=True)
class Heard:
    """One voice as the panel heard it: `folder` holds its sounds; `fast` how quickly it spoke (empty for a person)."""

    name: str
    folder: Path
    verdicts: tuple[Verdict, ...]
    fast: Mapping[str, float]

    @property
    def figures(self) -> dict[str, Figure]:
        return measures.figures(self.verdicts)

    def sound(self, verdict: Verdict) -> Path:
        return self.folder / f"{verdict.id}.flac"


@dataclass(frozen=True)
class Evaluation:
    """A voice beside the speaker's own recordings and the untouched base (None where there is none)."""

    voice: Heard
    real: Heard | None
    base: Heard | None
    folder: Path
    listener: str

    def summary(self, language: words.Language = "zh") -> list[str]:
        """Five lines that a hobbyist understands."""
        real = self.real.figures if self.real else {}
        base = self.base.figures if self.base else {}
        return words.summary(self.voice.figures, self.voice.verdicts, real, base, language)

    def worst(self) -> list[Verdict]:
        """The sentences that were understood least."""

        def error(verdict: Verdict) -> float:
            wrong, length = verdict.parts["cer"]
            return wrong / max(length, 1.0)

        return sorted(self.voice.verdicts, key=error, reverse=True)[:WORST]

    def to_dict(self) -> dict[str, Any]:
        sides = {"voice": self.voice, "real": self.real, "base": self.base}
        return {
            "version": VERSION,
            "listener": self.listener,
            "speaker_encoder": "resemblyzer (GE2E)",
            "sentences": len(self.voice.verdicts),
            **{
                name: {
                    "name": side.name,
                    "folder": side.folder.name,
                    "figures": measures.to_dict(side.figures),
                    "fast": dict(side.fast),
                }
                for name, side in sides.items()
                if side is not None
            },
            "categories": measures.to_dict(measures.by_category(self.voice.verdicts, "cer")),
            "worst": [
                {"text": v.text, "heard": v.heard, "audio": f"{self.voice.folder.name}/{v.id}.flac"}
                for v in self.worst()
            ],
            "summary": {"zh": self.summary("zh"), "en": self.summary("en")},
        }


def evaluate(
    target: str | Path,
    *,
    checkpoint: str | Path | None = None,
    against: str | None = None,
    out: str | Path | None = None,
    speaker: str | None = None,
    sentences: int = 100,
    seed: int = 1,
    device: str = "cpu",
    offline: bool = False,
    panel: Panel | None = None,
) -> Evaluation:
    """Judges a run's voice (or a voice folder, or a base) and writes `evaluation/` beside it.

    `checkpoint` names a training state of the run instead of its finished voice; `against` the base to compare with
    (left out: the one that the voice was made from; "none": no base). What was heard before is not heard again. Raises
    FfvitsError naming what is missing.
    """
    if sentences < 1:
        raise FfvitsError(f"{sentences} sentences cannot be judged", cure="give --sentences 1 or more")
    folder = Path(target)
    run = Run.open(folder) if (folder / "recipe.yaml").is_file() else None
    recipe = run.recipe() if run else Recipe()
    home = Path(out) if out else folder if folder.is_dir() else Path("runs") / folder.name
    place = home / "evaluation"
    chosen = spread(sentences)
    if checkpoint is not None:
        voice_path: str | Path = _of_checkpoint(run, checkpoint, place)
    else:
        voice_path = target
    console.stage("Evaluate")
    voice = Voice.load(voice_path, device=device, offline=offline)
    base_name = _base_name(against, voice)
    panel = panel or load_panel(recipe.label.transcribe, device, offline)
    name = Path(checkpoint).stem if checkpoint is not None else folder.name
    heard = _hear_voice(voice, name, place, chosen, speaker, seed, panel)
    base = None
    if base_name and voice.info.card.get("speakers") is not None:
        base = _hear_voice(
            Voice.load(base_name, device=device, offline=offline), base_name, place, chosen, None, seed, panel
        )
    real = _hear_real(run, place, speaker, panel) if run and run.clips_file.is_file() else None
    evaluation = Evaluation(*_compared(heard, real, base), place, _listener(panel))
    write_text(place / "evaluation.json", json.dumps(evaluation.to_dict(), ensure_ascii=False, indent=1) + "\n")
    lines = [*evaluation.summary("zh"), "", *evaluation.summary("en")]
    write_text(place / "summary.txt", "\n".join(lines) + "\n")
    return evaluation


def table(evaluation: Evaluation) -> None:
    """Shows every measure beside those of the speaker and the base."""
    sides = [side for side in (evaluation.voice, evaluation.real, evaluation.base) if side is not None]
    found = [side.figures for side in sides]
    rows = [
        (f"{m.group}/{m.name}", m.english, *(_cell(m, side.get(m.name)) for side in found))
        for m in measures.MEASURES
        if m.name in found[0]
    ]
    rows += [(f"fast/{name}", "", f"{value:.3g}") for name, value in evaluation.voice.fast.items()]
    console.table("", ("measure", "what", *(side.name for side in sides)), rows)


def _cell(measure: measures.Measure, value: Figure | None) -> str:
    if value is None:
        return "–"
    return f"{measure.write(value.value)} [{measure.write(value.low)}, {measure.write(value.high)}]"


def _compared(heard: Heard, real: Heard | None, base: Heard | None) -> tuple[Heard, Heard | None, Heard | None]:
    """The three with their likeness to the speaker and to the base's voice."""
    from dataclasses import replace

    sides = [heard, real, base]
    for other, name in ((real, "similarity"), (base, "base_similarity")):
        if other is not None:
            sides = [s and replace(s, verdicts=tuple(alike(s.verdicts, other.verdicts, name))) for s in sides]
    return sides[0], sides[1], sides[2]


def _hear_voice(
    voice: Voice, name: str, place: Path, sentences: Sequence[Sentence], speaker: str | None, seed: int, panel: Panel
) -> Heard:
    """What the panel makes of a voice; taken from the folder where the same was judged before."""
    key = digest(VERSION, _fingerprint(voice), speaker, seed, [asdict(s) for s in sentences], asdict(panel.settings))
    folder = place / f"{name}-{key[:8]}"
    known = _read(folder, name)
    if known is not None:
        return known
    console.info(f"{name} says {len(sentences)} sentences")
    takes, paces = [], []
    with console.progress("Speaking", total=len(sentences), unit="sentences") as bar:
        for sentence in sentences:
            take, pace = speak(voice, sentence, seed + sentence.number, speaker)
            takes.append(take)
            paces.append(pace)
            bar.advance()
    fast = {
        "real_time_factor": round(sum(p.work for p in paces) / sum(p.speech for p in paces), 4),
        "first_audio_seconds": round(sum(p.first for p in paces) / len(paces), 4),
        "peak_memory_megabytes": _peak_memory(),
    }
    return _write(folder, name, panel.judge(save(takes, folder), f"Listening to {name}"), fast)


def _fingerprint(voice: Voice) -> str:
    """Tells voices apart by their description and by how they say a word (which also warms them up)."""
    import hashlib

    said = hashlib.sha256(voice.say("你好", voice.speakers[0] if voice.speakers else None, seed=0).tobytes())
    return digest(asdict(voice.info), said.hexdigest())


def _hear_real(run: Run, place: Path, speaker: str | None, panel: Panel) -> Heard | None:
    clips = [(clip.id, clip.key, clip.text) for clip in run.clips() if clip.kept]
    folder = place / f"real-{digest(VERSION, clips, speaker, asdict(panel.settings))[:8]}"
    known = _read(folder, "real")
    if known is not None:
        return known
    takes = recorded(run, load_aligner(), speaker)
    if not takes:
        return None
    return _write(folder, "real", panel.judge(save(takes, folder), "Listening to the recordings"), {})


def _write(folder: Path, name: str, verdicts: Sequence[Verdict], fast: Mapping[str, float]) -> Heard:
    """Keeps verdicts; the file comes last, so a folder that has one is whole."""
    write_text(folder / "fast.json", json.dumps(fast) + "\n")
    lines = (json.dumps(verdict.to_dict(), ensure_ascii=False) for verdict in verdicts)
    write_text(folder / "verdicts.jsonl", "".join(line + "\n" for line in lines))
    return Heard(name, folder, tuple(verdicts), fast)


def _read(folder: Path, name: str) -> Heard | None:
    file = folder / "verdicts.jsonl"
    if not file.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        return None
    try:
        verdicts = tuple(Verdict.from_dict(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines())
        fast = json.loads((folder / "fast.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"an earlier evaluation is damaged ({error})", cure="delete this folder and run again", file=folder
        ) from error
    return Heard(name, folder, verdicts, fast)


def _listener(panel: Panel) -> str:
    return f"{panel.settings.engine}, Whisper {panel.settings.model}, beam {panel.settings.beam_size}"


def _base_name(against: str | None, voice: Voice) -> str:
    if against == "none":
        return ""
    return against or str(voice.info.card.get("base") or "")


def _of_checkpoint(run: Run | None, checkpoint: str | Path, place: Path) -> Path:
    """A voice folder made of a training state, with the run's own voice for everything but the weights."""
    import torch

    from ffvits.voice import VoiceInfo

    if run is None or not (run.voice / "voice.json").is_file():
        raise RunError("a checkpoint needs a run that has a finished voice", cure="ffvits train RUN", file=checkpoint)
    path = Path(checkpoint)
    path = path if path.is_file() else run.checkpoints / path.name
    try:
        average = torch.load(path, map_location="cpu", weights_only=True)["average"]
    except (OSError, RuntimeError, KeyError, EOFError) as error:
        raise RunError(f"no training state can be read ({error})", cure="name a step-*.pt", file=path) from error
    info = VoiceInfo.load(run.voice)
    weights = {**average, "emb_g.weight": average["emb_g.weight"][: len(info.speakers)]}
    folder = place / f"{path.stem}-voice"
    info.save(folder, weights)
    return folder


def _peak_memory() -> float:
    """The most memory that this process has held so far, in megabytes; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)
