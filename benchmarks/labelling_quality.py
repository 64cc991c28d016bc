"""How well the labelling road judges and understands a folder of which the truth is known.

    python benchmarks/labelling_quality.py raw_clips --truth raw_clips.truth.tsv --json
    python benchmarks/labelling_quality.py mixes --truth mixes.truth.tsv --clean mixes.clean

The truth is a table (tab-separated, with a header) of `file` (relative to the folder), `kind`, `expect` and `text`;
`note` may hold the level of what was mixed in ("5 dB"). `expect` is keep, reject, keep-one (of all files with this
text), ignore, or anything with "or" where both are right; a text with "|" is of a recording that is cut into as many
clips. `--clean` holds, for mixes, the speech alone under the same names: then the SI-SDR (J. Le Roux et al., ICASSP
2019) of what was kept is told before and after cleaning, mean in dB; `--until segment` is enough for that, and hears no
words. `benchmarks/labelling_mix.py` makes such folders.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.evaluate.metrics import distance, pinyin_error, plain
from ffvits.label import label
from ffvits.label.segment import without_rumble
from ffvits.recipe import Recipe
from ffvits.run import Run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--clean", type=Path, help="folder with the speech of each mix alone")
    parser.add_argument("--out", type=Path, help="run folder (left out: a new one, removed at the end)")
    parser.add_argument("--until", help="the last stage to run")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="an option of the recipe")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with options.truth.open(encoding="utf-8", newline="") as file:
        truth = [{name: value or "" for name, value in row.items()} for row in csv.DictReader(file, delimiter="\t")]
    with tempfile.TemporaryDirectory() as scratch:
        recipe = Recipe().override(
            {
                "input": str(options.folder),
                "out": str(options.out or scratch),
                "speaker": "wanted",
                **{name: yaml.safe_load(value) for name, _, value in (pair.partition("=") for pair in options.set)},
            }
        )
        began = time.monotonic()
        run = Run.create(recipe.out, recipe)
        clips = label(recipe, run, options.until)
        heard = distortions(run, clips, options.clean) if options.clean else {}
        result = score(truth, clips, heard)
    result["took_seconds"] = round(time.monotonic() - began, 1)
    if options.json:
        console.result(json.dumps(result, ensure_ascii=False, indent=2))
        return
    console.result(f"{result['mistakes']} mistakes in {result['files']} files")
    for mistake in result["wrong"]:
        console.result(f"  {mistake}")
    for kind, numbers in result["kinds"].items():
        console.result(f"{kind:24} " + "  ".join(f"{name} {value}" for name, value in numbers.items()))


def distortions(run: Run, clips: Sequence[Clip], clean: Path) -> dict[str, tuple[float, float]]:
    """By clip, the SI-SDR (dB) of what was kept of each mix, before and after cleaning."""
    found = {}
    for clip in clips:
        reference = clean / clip.source
        if clip.kept and reference.is_file():
            alone = without_rumble(Sound.load(reference)).cut(clip.start, clip.end)
            after = Sound.load(run.path(clip))
            before = Sound.load(run.folder / clip.original) if "removed_db" in clip.scores else after
            found[clip.id] = (si_sdr(alone, before), si_sdr(alone, after))
    return found


def si_sdr(reference: Sound, sound: Sound) -> float:
    """How much stronger a sound's part that is the reference (at any level) is than the rest of it, in dB."""
    samples = sound.at(reference.rate).samples.astype(np.float64)
    length = min(len(reference.samples), len(samples))
    one, two = reference.samples[:length].astype(np.float64), samples[:length]
    one, two = one - one.mean(), two - two.mean()
    wanted = one * (one @ two) / (one @ one)
    return float(10 * np.log10((wanted @ wanted) / (np.square(two - wanted).sum() + 1e-12)))


def score(
    truth: Sequence[dict[str, str]], clips: Sequence[Clip], distorted: Mapping[str, tuple[float, float]] | None = None
) -> dict:
    """Mistakes by file, and by kind the share kept and the error rates of what was kept."""
    of: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        of[clip.source].append(clip)
    wrong = [problem for row in truth if (problem := _mistake(row, of[row["file"]]))]
    for text, rows in _by_text(row for row in truth if row["expect"] == "keep-one").items():
        kept = [row["file"] for row in rows if any(clip.kept for clip in of[row["file"]])]
        if len(kept) != 1:
            wrong.append(f"{len(kept)} of {len(rows)} kept: {text}")
    kinds: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in truth:
        kinds[_kind(row)].append(row)
    return {
        "files": len(truth),
        "clips": len(clips),
        "mistakes": len(wrong),
        "wrong": wrong,
        "kinds": {kind: _numbers(rows, of, distorted or {}) for kind, rows in sorted(kinds.items())},
        "reasons": dict(Counter(clip.reasons[0].code for clip in clips if clip.reasons).most_common()),
    }


def _mistake(row: dict[str, str], clips: Sequence[Clip]) -> str:
    kept = [clip for clip in clips if clip.kept]
    reasons = ", ".join(sorted({clip.reasons[0].code for clip in clips if clip.reasons}))
    sentences = row["text"].count("|") + 1
    if row["expect"] == "keep" and len(kept) != sentences:
        return f"{row['file']} ({row['kind']} {row['note']}): {len(kept)} of {sentences} kept ({reasons})"
    if row["expect"] == "reject" and kept:
        return f"{row['file']} ({row['kind']}): kept as “{kept[0].text}”"
    if row["expect"] not in ("ignore", "") and not clips:
        return f"{row['file']}: not found"
    if row["expect"] == "ignore" and clips:
        return f"{row['file']}: taken for a recording"
    return ""


def _numbers(
    rows: Sequence[dict[str, str]], of: dict[str, list[Clip]], distorted: Mapping[str, tuple[float, float]]
) -> dict[str, float]:
    kept = [(row, [clip for clip in of[row["file"]] if clip.kept]) for row in rows]
    errors = length = 0
    sounds: list[tuple[float, int]] = []
    for row, clips in kept:
        if row["text"] and any(clip.text for clip in clips):
            said, heard = row["text"].replace("|", ""), "".join(clip.text for clip in clips)
            errors += distance(plain(said), plain(heard))
            length += len(plain(said))
            sounds.append((pinyin_error(said, heard, tones=False), len(plain(said))))
    numbers = {"files": len(rows), "kept": sum(bool(clips) for _, clips in kept)}
    if length:
        numbers["cer"] = round(errors / length, 4)
        numbers["syllable_error"] = round(sum(rate * size for rate, size in sounds) / length, 4)
    found = [clip for _, clips in kept for clip in clips]
    for name, values in (
        ("dnsmos_before", [clip.scores["quality_before"] for clip in found if "quality_before" in clip.scores]),
        ("dnsmos", [clip.scores["quality"] for clip in found if "quality" in clip.scores]),
        ("si_sdr_before", [distorted[clip.id][0] for clip in found if clip.id in distorted]),
        ("si_sdr", [distorted[clip.id][1] for clip in found if clip.id in distorted]),
    ):
        if values:
            numbers[name] = round(sum(values) / len(values), 2)
    return numbers


def _kind(row: dict[str, str]) -> str:
    level = re.search(r"(-?\d+) dB", row["note"])
    other = row["note"] if row["kind"] == "clean" and row["note"] else ""
    return f"{row['kind']} {level.group() if level else other}".strip()


def _by_text(rows) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        found[row["text"]].append(row)
    return found


if __name__ == "__main__":
    main()
