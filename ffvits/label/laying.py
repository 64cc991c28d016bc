"""How well words lie over a sound, by the aligner: it knows how syllables sound, and no language.

So it has no opinion of what people are likely to say, which a recogniser makes up for short and unclear sounds with.
"""

from __future__ import annotations

from collections.abc import Sequence

from ffvits.audio.sound import Sound


def lay(sound: Sound, texts: Sequence[str]) -> tuple[float, ...]:
    """The mean log-likelihood of a frame under each text, to compare them with; empty if one is no readable Chinese."""
    from ffvits.errors import TextError
    from ffvits.evaluate.aligner import load_aligner
    from ffvits.evaluate.syllables import intended

    try:
        syllables = [intended(text) for text in texts]
    except TextError:
        return ()
    if not all(syllables):
        return ()
    return tuple(round(one, 3) for one in load_aligner().likelihoods(sound, syllables))
