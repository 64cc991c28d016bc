"""How well a voice speaks: what is understood of it, whom it sounds like, how far it is from a recording."""

from ffvits.evaluate.metrics import cer, distance, mel_distance, pinyin_error, plain, similarity, total_cer

__all__ = ["cer", "distance", "mel_distance", "pinyin_error", "plain", "similarity", "total_cer"]
