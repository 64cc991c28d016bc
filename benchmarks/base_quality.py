"""How clearly a base speaks: sentences that nobody trained on, heard by Whisper and by DNSMOS; prints JSON.

    python benchmarks/base_quality.py mandarin-lite runs/corpus/exports/bundle
    python benchmarks/base_quality.py mandarin-lite --sentences hard.txt --noise 0.4 --count 20

`everyday.txt` beside this file holds a hundred sentences of daily life without digits, so that a wrong character is the
voice's fault. Sizes in MB, the real-time factor on one thread over all sentences.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from ffvits.recipe import SpeakSettings

SENTENCES = Path(__file__).with_name("everyday.txt")


def judge(name: str, sentences: list[str], noise: float) -> dict[str, object]:
    """Errors, listening scores, speed and size of one voice; every sentence has its number as its seed."""
    from ffvits.audio.sound import Sound
    from ffvits.evaluate.metrics import pinyin_error, total_cer
    from ffvits.label import quality, recogniser
    from ffvits.recipe import TranscribeSettings
    from ffvits.voice import Voice

    voice = Voice.load(name)
    speaker = voice.speakers[0] if voice.speakers else None
    voice.say(sentences[0], speaker=speaker, seed=0, noise=noise)
    began = time.perf_counter()
    sounds = [
        Sound(voice.say(sentence, speaker=speaker, seed=seed, noise=noise), voice.sample_rate)
        for seed, sentence in enumerate(sentences)
    ]
    spent = time.perf_counter() - began
    ear = recogniser.load(
        TranscribeSettings(model="base", by_sound=False, homophones=False, pauses=False), "cpu", offline=True
    )
    panel = quality.load()
    pairs = [
        (sentence, ear.hear([sound], whole=True)[0].text) for sentence, sound in zip(sentences, sounds, strict=True)
    ]
    scores = [panel(sound) for sound in sounds]
    return {
        "base": name,
        "sentences": len(sentences),
        "noise": noise,
        "cer": round(total_cer(pairs), 4),
        "pinyin_error": round(float(np.mean([pinyin_error(said, heard) for said, heard in pairs])), 4),
        **{
            f"dnsmos_{part}": round(float(np.mean([getattr(score, part) for score in scores])), 3)
            for part in ("overall", "signal", "background")
        },
        "real_time_factor": round(spent / sum(sound.seconds for sound in sounds), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bases", nargs="+", help="names or folders")
    parser.add_argument("--sentences", type=Path, default=SENTENCES)
    parser.add_argument("--count", type=int, default=100, help="the first so many (%(default)s)")
    usual = SpeakSettings().noise
    parser.add_argument("--noise", type=float, default=usual, help="as the recipes' default (%(default)s)")
    options = parser.parse_args()

    import torch

    torch.set_num_threads(1)
    sentences = options.sentences.read_text(encoding="utf-8").splitlines()[: options.count]
    json.dump([judge(base, sentences, options.noise) for base in options.bases], sys.stdout, indent=1)


if __name__ == "__main__":
    main()
