"""How long until fine-tuning reaches what the plain way of earlier tools reaches in thirty epochs.

    python benchmarks/time_to_voice.py aishell1_S0150 out/            # a folder with metadata.tsv (file, text, …)
    python benchmarks/time_to_voice.py aishell1_S0150 out/ --json     # {"target": {...}, "ours": {"80": {...}}, ...}

The same base, the same clips, the same held-out clips. `recipes/naive.yaml` trains for `--epochs`; the default recipe
is trained as a whole for each of `--steps`, since its rate falls towards its end. At every look the voice speaks the
texts of the held-out clips: mel distance with the clips' own timing, likeness to the speaker (cosine of embeddings with
the recording), and the character error rate by Whisper; what reaches the naive way's mean over its last looks is there.
Seconds are of processor time, of steps alone (looks cost the same for both), and for ours with the time that the base
needs to read along. Killed, it goes on where it stopped; a run folder that is finished is read, not made again.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ffvits.audio.loudness import levelled
from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.recipe import Recipe
from ffvits.run import Run, digest

NAIVE = Path(__file__).parents[1] / "recipes" / "naive.yaml"
MEASURES = {"spoken": 1, "similarity": -1, "cer": 1}  # 1: lower is better
LAST = 3  # looks of the naive way whose mean is the aim


@dataclass(frozen=True)
class Look:
    """What a voice was like after `step` steps and so many seconds of processor time."""

    step: int
    processor_s: float
    values: Mapping[str, float]


def prepare(folder: Path, run: Run, clips: int, held_out: int) -> None:
    """Fills a run folder with the first sentences of `folder`; every few of them are held out."""
    if run.clips_file.is_file():
        return
    with (folder / "metadata.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[: clips + held_out]
    if len(rows) < clips + held_out:
        raise SystemExit(f"{folder}: {len(rows)} sentences, {clips + held_out} are needed; give fewer --clips")
    run.audio.mkdir(exist_ok=True)
    every = len(rows) / held_out
    unseen = {round(every * number) for number in range(held_out)}
    made = []
    for number, (name, text, *_) in enumerate(rows):
        sound = levelled(Sound.load(folder / name), run.recipe().label.segment.loudness)[0]
        clip = Clip(
            id=Path(name).stem,
            source=name,
            start=0.0,
            end=sound.seconds,
            speaker="speaker",
            text=text,
            split="val" if number in unseen else "train",
            audio=f"audio/{Path(name).stem}.flac",
            key=digest(name, text),
        )
        sound.save(run.path(clip))
        made.append(clip)
    run.save_clips(made)


def trained(name: str, recipe: Recipe, options: argparse.Namespace, steps: int) -> list[Look]:
    """Trains a recipe (or goes on, or reads what was done) and gives its looks, oldest first."""
    from ffvits.train import train

    every = max(1, math.ceil(steps / options.looks))
    settings = {
        "out": str(options.out / name),
        "speaker": "speaker",
        "base": options.base,
        "device": "cpu",
        "offline": True,
        "train.steps": steps,
        "train.until": "steps",
        "train.batch_size": options.batch_size,
        "train.check_every": every,
        "train.listen_every": every,
        "train.keep": 100,  # each look's checkpoint knows its seconds
    }
    recipe = recipe.override(settings)
    run = Run.create(options.out / name, recipe)
    prepare(options.folder, run, options.clips, options.held_out)
    recipe = recipe.override({"speak.sentences": [clip.text for clip in run.clips() if clip.split == "val"]})
    run = Run.create(run.folder, recipe)
    with run.locked():
        setup = reading_time(run, recipe)
        train(recipe, run)
    return looks(run, recipe, setup)


def reading_time(run: Run, recipe: Recipe) -> float:
    """Seconds of processor time in which the base reads all texts, for a recipe that wants it; remembered in a file."""
    from ffvits.base import load_base
    from ffvits.text import front_end
    from ffvits.train.dataset import prepare as items_of
    from ffvits.train.guide import hire, read_along

    base = load_base(recipe.base, offline=True)
    if base.speakers or not (recipe.train.guide or recipe.train.replay):
        return 0.0
    kept = run.folder / "reading.json"
    if not kept.is_file():
        reader = front_end(base.front_end, symbols=base.symbols, add_blank=base.add_blank)
        items, _ = items_of(run.clips(), run, base.audio, reader, ["speaker"])
        began = time.process_time()
        read_along(items, base, run, hire(base, ["speaker"], "mean"))
        kept.write_text(json.dumps(time.process_time() - began), encoding="utf-8")
    return float(json.loads(kept.read_text(encoding="utf-8")))


def looks(run: Run, recipe: Recipe, setup: float) -> list[Look]:
    """Every look of a finished training. Training measures mel distance by the guide's timing where it has a guide;
    here it is measured anew, for both ways by the timing that the model itself finds."""
    from ffvits.base import adapt, load_base
    from ffvits.base.skeleton import filled
    from ffvits.text import front_end
    from ffvits.train import state
    from ffvits.train.check import look
    from ffvits.train.dataset import prepare as items_of
    from ffvits.train.history import History

    base = load_base(recipe.base, offline=True)
    reader = front_end(base.front_end, symbols=base.symbols, add_blank=base.add_blank)
    _, held_out = items_of(run.clips(), run, base.audio, reader, ["speaker"])
    heard = {e["step"]: e for e in History(run.checkpoints / "history.jsonl").read() if e["kind"] == "check"}
    found = []
    for path in sorted(run.checkpoints.glob("*.pt")):
        progress, saved = state.load(path)
        voices = [str(number) for number in range(len(saved["average"]["emb_g.weight"]))]
        model = filled(adapt(base, speakers=voices).config, saved["average"]).eval()
        values = {name: heard[progress.step][name] for name in MEASURES if name in heard[progress.step]}
        values["spoken"] = round(look(model, held_out, base.audio, guide=0.0).spoken, 4)
        found.append(Look(progress.step, round(setup + progress.processor, 1), values))
    return found


def aim(naive: Sequence[Look]) -> dict[str, float]:
    """What the naive way came to: its mean over the last looks."""
    last = naive[-LAST:]
    return {
        name: round(statistics.mean(one.values[name] for one in last if name in one.values), 4) for name in MEASURES
    }


def reached(curve: Sequence[Look], target: Mapping[str, float]) -> dict[str, object]:
    """The first look at which each measure, and all of them at once, are as good as the target; None if none is."""

    def good(look: Look, name: str) -> bool:
        return name in look.values and MEASURES[name] * (look.values[name] - target[name]) <= 0

    wanted = {**{name: (name,) for name in MEASURES}, "all": tuple(MEASURES)}
    found = {}
    for what, names in wanted.items():
        first = next((look for look in curve if look.step and all(good(look, name) for name in names)), None)
        found[what] = {"step": first.step, "processor_s": first.processor_s} if first else None
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="recordings of one speaker, and metadata.tsv")
    parser.add_argument("out", type=Path, help="where the run folders go")
    parser.add_argument("--base", default="mandarin-lite")
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--held-out", type=int, default=12)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=30, help="of the naive way")
    parser.add_argument("--steps", type=int, nargs="+", help="lengths of ours (a third of the naive way, all of it)")
    parser.add_argument("--looks", type=int, default=8, help="at each run, beside the one before it")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    options = parser.parse_args()

    import torch

    torch.set_num_threads(1)
    steps = options.epochs * math.ceil(options.clips / options.batch_size)
    naive = trained("naive", Recipe.load(NAIVE), options, steps)
    target = aim(naive)
    spent = naive[-1].processor_s
    result: dict[str, object] = {
        "target": target,
        "naive": {"steps": steps, "processor_s": spent, "reached": reached(naive, target)},
        "ours": {},
        "curves": {"naive": [asdict(look) for look in naive]},
    }
    for length in options.steps or (math.ceil(steps / 3), steps):
        curve = trained(f"ours-{length}", Recipe(), options, length)
        found = reached(curve, target)
        share = round(found["all"]["processor_s"] / spent, 3) if found["all"] else None
        end = dict(curve[-1].values)
        result["ours"][str(length)] = {
            "processor_s": curve[-1].processor_s,
            "reached": found,
            "share_of_time": share,
            "end": end,
        }
        result["curves"][f"ours-{length}"] = [asdict(look) for look in curve]
    sys.stdout.write(json.dumps(result, indent=None if options.json else 1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
