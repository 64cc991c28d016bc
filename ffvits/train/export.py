"""A training state as a voice: what is written of it, and the best one as the run's `voice/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ffvits import __version__, console
from ffvits.errors import BaseError, RunError, TrainError
from ffvits.files import system_words
from ffvits.recipe import Recipe
from ffvits.run import Run
from ffvits.speak.folder import JUDGE_FILE, VoiceInfo
from ffvits.train import state
from ffvits.train.state import Progress
from ffvits.train.verdict import CRITERIA

BY_HAND = "this step was chosen by hand: with --voice best, or after more training, the best one is the voice again"
BEST = "best"  # what stands for the state that the looks have found to be the best

if TYPE_CHECKING:
    import torch

    from ffvits.base import Adapted, Base
    from ffvits.text import FrontEnd


def describe(
    run: Run,
    recipe: Recipe,
    base: Base,
    adapted: Adapted,
    reader: FrontEnd,
    speakers: list[str],
    octaves: Sequence[float] = (),
) -> VoiceInfo:
    """All that is known of the voice before it is trained; checkpoints carry it."""
    kept = [clip for clip in run.clips() if clip.kept]
    card = {
        "speakers": speakers,
        "minutes": round(sum(clip.seconds for clip in kept) / 60, 2),
        "clips": len(kept),
        "base": base.name,
        "base_sha256": base.sha256,
        "base_licence": base.licence,
        "base_notes": base.notes,
        "made_by": f"ffvits {__version__}",
    }
    return VoiceInfo(
        model={**adapted.config.to_dict(), "n_speakers": len(speakers)},
        sampling_rate=base.audio.sampling_rate,
        symbols=tuple(adapted.symbols),
        front_end=reader.name,
        add_blank=reader.add_blank,
        speakers=tuple(speakers),
        octaves=tuple(round(value, 4) for value in octaves),
        **_told(recipe, card),
    )


def _told(recipe: Recipe, card: Mapping[str, Any]) -> dict[str, Any]:
    """What the recipe says of a voice, whatever is learnt; `card` is the rest of what is known of it."""
    return {
        "lexicon": dict(recipe.text.lexicon),
        "noise": recipe.speak.noise,
        "noise_w": recipe.speak.noise_w,
        "speed": recipe.speak.speed,
        "card": {**card, "source": recipe.source, "consent": recipe.consent},
    }


def write_voice(run: Run, info: VoiceInfo, identity: str, *, keep_judge: bool = False) -> None:
    """Writes `voice/` from the best checkpoint's running mean of the weights; with `keep_judge` its discriminator too.

    Where a person has chosen another, and training has not gone on since, it is that one. Raises TrainError if there is
    no checkpoint, or the voice cannot be written.
    """
    newest = state.newest(run.checkpoints, identity)
    if newest is None:
        raise _untrained(run)
    chosen = _chosen(run.checkpoints, newest)
    _write(run, info, chosen or _best(newest), keep_judge)
    if chosen:
        console.info(BY_HAND)


def choose(run: Run, recipe: Recipe, said: str | Path | int, *, keep_judge: bool = False) -> None:
    """Makes a training state the run's voice until training goes on; "best" leaves it to the looks again.

    The state is named as in `voice_of`, `keep_judge` is as in `write_voice`; nothing is trained. Raises RunError naming
    the states that there are, and what `write_voice` raises.
    """
    newest = state.newest(run.checkpoints)
    if newest is None:
        raise _untrained(run)
    best = str(said) == BEST
    chosen = _best(newest) if best else run.checkpoints / state.place_of(run.checkpoints, said).name
    info, _ = voice_of(run, chosen)
    step = int(info.card["steps"])
    at = state.about(newest).progress.step
    _write(run, replace(info, **_told(recipe, info.card)), chosen, keep_judge)
    state.choose(run.checkpoints, None if best else state.Choice(step, at))
    if not best:
        console.info(BY_HAND)


def _write(run: Run, info: VoiceInfo, checkpoint: Path, keep_judge: bool) -> None:
    from safetensors import SafetensorError

    saved = state.header(checkpoint)  # mapped: the optimizers' moments are not read for it
    progress = Progress(**saved["progress"])
    try:
        _trained(info, progress).save(run.voice, _weights(saved, info))
        judge = run.voice / JUDGE_FILE
        judge.unlink(missing_ok=True)  # an older one would not fit these weights
        if keep_judge and saved["judge"] is not None:
            from ffvits.base import save_discriminator

            save_discriminator(judge, saved["judge"], epoch=progress.step)
    except (OSError, SafetensorError) as error:
        # Windows replaces no file that somebody has mapped.
        raise TrainError(
            f"the voice cannot be written: {system_words(error)}",
            cure="free some space, end what speaks with it (a server, a bot), and run again: no step is lost",
            file=run.voice,
        ) from error
    console.info(f"voice of step {progress.step} -> {run.voice}")


def voice_of(run: Run, checkpoint: str | Path | int) -> tuple[VoiceInfo, dict[str, torch.Tensor]]:
    """The voice that a training state of the run is: its description, and its weights (mapped, not read yet).

    `checkpoint` is a path, or a name or a step in the run's folder. Raises RunError naming the states that there are.
    """
    path = state.place_of(run.checkpoints, checkpoint)
    try:
        saved = state.header(path)
        progress = Progress(**saved["progress"])
        # A state of an earlier version does not say; the run's finished voice does.
        info = VoiceInfo.of_mapping(saved["voice"]) if "voice" in saved else VoiceInfo.load(run.voice)
        return _trained(info, progress), _weights(saved, info)
    except (*state.UNREADABLE, BaseError) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0][:200] or type(error).__name__
        there = ", ".join(sorted(file.name for file in run.checkpoints.glob("step-*.pt"))) or "none"
        raise RunError(
            f"no training state can be read here ({reason})", cure=f"name one of the run's: {there}", file=path
        ) from error


def _trained(info: VoiceInfo, progress: Progress) -> VoiceInfo:
    """The description with what is known of a voice of this step."""
    chosen = progress.step == progress.best_step and progress.best != float("inf")
    measured = {CRITERIA[progress.best_by].card: progress.best} if chosen else {}
    return replace(info, card={**info.card, "steps": progress.step, **measured})


def _weights(saved: Mapping[str, Any], info: VoiceInfo) -> dict[str, torch.Tensor]:
    weights = dict(saved["average"])
    if info.speakers:  # the base's own voice took part in training only; the last row of the table was its
        weights["emb_g.weight"] = weights["emb_g.weight"][: len(info.speakers)]
    return weights


def _untrained(run: Run) -> TrainError:
    return TrainError(
        "there is no checkpoint to make a voice of", cure="train first: ffvits train RUN", file=run.checkpoints
    )


def _best(newest: Path) -> Path:
    """The state that pleased most; the newest one where it is gone, or no step was looked at yet."""
    step = state.about(newest).progress.best_step
    best = newest.with_name(state.name_of(step))
    return best if step and best.is_file() else newest


def _chosen(folder: Path, newest: Path) -> Path | None:
    """The state that a person has chosen; training that has gone on since takes the choice back, and says so."""
    choice = state.choice(folder)
    if choice is None:
        return None
    chosen = folder / state.name_of(choice.step)
    there = chosen.is_file()
    if there and choice.at == state.about(newest).progress.step:
        return chosen
    state.choose(folder, None)
    console.warn(
        f"step {choice.step} was chosen by hand; training has gone on since: the best step is the voice again "
        f"(--voice {choice.step} chooses it again)"
        if there
        else f"step {choice.step} was chosen by hand; its state is gone: the best step is the voice again"
    )
    return None
