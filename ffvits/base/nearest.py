"""Which of a base's voices sounds most like a new speaker: the one that he or she should start from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ffvits import console
from ffvits.errors import BaseError

if TYPE_CHECKING:
    import numpy as np

    from ffvits.audio.sound import Sound
    from ffvits.base.load import Base

SENTENCE = "今天天气很好，我们一起出去走走吧。"


@dataclass(frozen=True)
class Nearness:
    """The nearest voice, and for each voice a cosine from -1 to 1 with the new speaker, higher is nearer."""

    name: str
    scores: dict[str, float]


def nearest_voice(
    base: Base,
    clips: Sequence[Sound],
    *,
    embed: Callable[[Sound], np.ndarray] | None = None,
    sentence: str = SENTENCE,
    most: int = 16,
    offline: bool = False,
) -> Nearness:
    """The voice of a multi-speaker base whose speech sounds most like a new speaker's clips.

    Every voice says one sentence (best one that the clips say, too); `embed` (the speaker encoder unless another is
    given) turns that and the first `most` clips into vectors. Compared is how each differs from the base's average
    voice: otherwise one voice near that average would win whoever speaks. Raises BaseError for a base without voices,
    without a front end, or without clips.

    The base's own likelihood would need no encoder, but on the base tried (four voices of mandarin-lite) its KL term
    preferred one voice whoever spoke.
    """
    import numpy as np

    if not base.config.has_speakers:
        raise BaseError(f"{base.name} has one voice only", cure="leave the choice of a starting voice out")
    if not clips:
        raise BaseError("no clips to judge the voices by", cure="give a few clips of the new speaker")
    if not base.front_end:
        raise BaseError(f"{base.name} cannot speak Mandarin", cure="name a starting voice, or take the mean")
    if embed is None:
        from ffvits.label.speakers import load

        embed = load(offline=offline).embed
    wanted = np.mean([embed(clip) for clip in clips[:most]], axis=0)
    heard: dict[str, np.ndarray] = {}
    with console.progress("Nearest voice", total=len(base.speakers), unit="voices") as bar:
        for name, speech in _speeches(base, sentence):
            heard[name] = embed(speech)
            bar.advance()
    average = np.mean(list(heard.values()), axis=0) if len(heard) > 1 else 0.0
    scores = {name: _cosine(vector - average, wanted - average) for name, vector in heard.items()}
    return Nearness(max(scores, key=scores.__getitem__), scores)


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    import numpy as np

    return float(np.dot(a, b) / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-9))


def _speeches(base: Base, sentence: str) -> Iterator[tuple[str, Sound]]:
    """The sentence in every voice, with the same noise."""
    import torch

    from ffvits.audio.sound import Sound
    from ffvits.base.skeleton import filled
    from ffvits.text import front_end

    reader = front_end(base.front_end, symbols=base.symbols, add_blank=base.add_blank)
    ids = torch.tensor([reader.encode(sentence).ids])
    model = filled(base.config, base.generator).eval()
    for row, name in enumerate(base.speakers):
        speech = model.infer(
            ids,
            torch.tensor([ids.shape[1]]),
            torch.tensor([row]),
            noise_scale=0.4,
            noise_scale_w=0.4,
            generator=torch.Generator().manual_seed(0),
        )
        yield name, Sound(speech.audio[0, 0].numpy(), base.audio.sampling_rate)
