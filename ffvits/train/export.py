"""The best checkpoint becomes the voice folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ffvits import __version__, console
from ffvits.errors import TrainError
from ffvits.recipe import Recipe
from ffvits.run import Run
from ffvits.speak.folder import JUDGE_FILE, VoiceInfo
from ffvits.train import state
from ffvits.train.verdict import CRITERIA

if TYPE_CHECKING:
    from ffvits.base import Adapted, Base
    from ffvits.text import FrontEnd


def write_voice(
    run: Run,
    recipe: Recipe,
    base: Base,
    adapted: Adapted,
    reader: FrontEnd,
    speakers: list[str],
    identity: str,
    *,
    keep_judge: bool = False,
) -> None:
    """Writes `voice/` from the best checkpoint's running mean of the weights; with `keep_judge` its discriminator too.

    Raises TrainError if there is no checkpoint.
    """
    best = _best(run.checkpoints, identity)
    progress, saved = state.load(best)
    kept = [clip for clip in run.clips() if clip.kept]
    card = {
        "speakers": speakers,
        "minutes": round(sum(clip.seconds for clip in kept) / 60, 2),
        "clips": len(kept),
        "source": recipe.source,
        "consent": recipe.consent,
        "base": base.name,
        "base_sha256": base.sha256,
        "base_licence": base.licence,
        "base_notes": base.notes,
        "steps": progress.step,
        CRITERIA[progress.best_by].card: progress.best if progress.best != float("inf") else None,
        "made_by": f"ffvits {__version__}",
    }
    weights = dict(saved["average"])
    if speakers:  # the base's own voice took part in training only; the last row of the table was its
        weights["emb_g.weight"] = weights["emb_g.weight"][: len(speakers)]
    info = VoiceInfo(
        model={**adapted.config.to_dict(), "n_speakers": len(speakers)},
        sampling_rate=base.audio.sampling_rate,
        symbols=tuple(adapted.symbols),
        front_end=reader.name,
        add_blank=reader.add_blank,
        speakers=tuple(speakers),
        lexicon=dict(recipe.text.lexicon),
        noise=recipe.speak.noise,
        noise_w=recipe.speak.noise_w,
        speed=recipe.speak.speed,
        card=card,
    )
    info.save(run.voice, weights)
    judge = run.voice / JUDGE_FILE
    judge.unlink(missing_ok=True)  # an older one would not fit these weights
    if keep_judge and saved["judge"] is not None:
        from ffvits.base import save_discriminator

        save_discriminator(judge, saved["judge"], epoch=progress.step)
    console.info(f"voice of step {progress.step} -> {run.voice}")


def _best(folder: Path, identity: str) -> Path:
    newest = state.newest(folder, identity)
    if newest is None:
        raise TrainError("there is no checkpoint to make a voice of", cure="train first: ffvits train RUN", file=folder)
    progress, _ = state.load(newest)
    best = folder / newest.with_name(f"step-{progress.best_step:08d}.pt").name
    return best if best.is_file() else newest
