"""How well a voice speaks: is it clear, native, like the speaker, clean and fast.

metrics, statistics         error rates and distances; intervals and paired tests
sentences                   the bundled test set
pitch, syllables, ear       melody, where each syllable lies, which tone and sounds it has
takes, panel, measures      what is judged, who judges, what is measured
evaluation, words           one voice beside the speaker and the base; five lines about it
comparison, page            several voices beside each other; the page to listen and vote
"""

from ffvits.evaluate.metrics import cer, distance, mel_distance, pinyin_error, plain, similarity, total_cer

__all__ = ["cer", "distance", "mel_distance", "pinyin_error", "plain", "similarity", "total_cer"]
