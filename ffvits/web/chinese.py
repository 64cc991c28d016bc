"""What the labeller says of a clip, in Chinese, for the review page; `clips.jsonl` keeps the words it was given.

`{}` stands for what was measured or quoted; in the Chinese `{0}` is the first of them. A test asks for a
line here for everything that the labeller can say.
"""

from __future__ import annotations

import re
from functools import cache

from ffvits.clip import Reason


def _pairs(lines: str) -> dict[str, str]:
    told = [line.strip() for line in lines.strip().splitlines()]
    return dict(zip(told[::2], told[1::2], strict=True))


# By the code of a reason: for what an older or newer ffvits says in other words.
CODES = {
    "too-short": "太短",
    "too-long": "太长",
    "silence": "没有声音",
    "no-speech": "没有人说话",
    "unreadable": "读不出来",
    "empty": "空文件",
    "clipped": "削顶失真",
    "hallucination": "识别出的字没有人说过",
    "other-language": "不是中文",
    "other-speaker": "是另一个人",
    "overlap": "两人同时说话",
    "duplicate": "重复",
    "quality": "音质差",
    "uncertain": "听不清",
    "rate": "语速不可能",
    "mismatch": "与文稿不符",
    "doubtful": "文字存疑",
    "person": "人工拒绝",
    "covered": "在改过的片段周围",
    "gone": "声音已被删除",
}

# Two lines each: the English, and the Chinese below it.
SENTENCES = _pairs("""
the recording is another than when you edited this clip
    录音已不是您修改这一条时的那个文件
a clip that you edited lies in it and stays; {} s of speech around that are left out
    其中有您改过的片段，予以保留；其余 {0} 秒未采用
cut it by hand in ffvits web, or delete the line of your clip and label again
    请在 ffvits web 中手动切分，或删除您那一条所在的行后重新标注
its sound was deleted, and the recording is cut otherwise now
    它的声音已被删除，而录音现在切法不同
put audio/ back and set it to keep, or delete its line and label again
    请恢复 audio/ 文件夹并将其设为保留，或删除该行后重新标注
{} s of sound are too few to learn from
    只有 {0} 秒，太短，学不到东西
record whole sentences
    请录整句话
record whole sentences, or lower label.segment.min_seconds (it is {})
    请录整句话，或调低 label.segment.min_seconds（现为 {0}）
{} s without a pause to cut at
    连续 {0} 秒没有可以切开的停顿
lower label.segment.pause, or cut it by hand
    调低 label.segment.pause，或手动拆分
nothing is to be heard in it
    里面什么也听不到
remove it, or record it again
    删掉，或重新录制
nobody speaks in it: music or noise
    没有人说话，只有音乐或噪声
remove it
    删掉即可
{} of it is cut off at full scale
    {0} 的采样削顶
record again with less gain, or find a version that is not distorted
    调低增益重录，或找没有失真的版本
it sounds bad: DNSMOS {} of 5, at least {} is wanted
    音质差：DNSMOS {0} 分（满分 5），至少要 {1}
try --separator demucs, or lower label.screen.min_quality
    试试 --separator demucs，或调低 label.screen.min_quality
use a cleaner recording, or lower label.screen.min_quality
    换更干净的录音，或调低 label.screen.min_quality
two people speak at once in it ({}, at most {} is allowed)
    有两个人同时说话（{0}，最多允许 {1}）
if it is one voice, set it to keep, or raise label.screen.max_overlap
    如果只有一个人，就保留它，或调高 label.screen.max_overlap
a second voice may be in it ({})
    可能还有另一个人的声音（{0}）
speaker {} ({} clip{}), not {}: likeness {}, at least {} is wanted
    说话人 {0}（{1} 条），不是 {3}：相似度 {4}，至少要 {5}
if it is the same person, set it to keep, or lower label.screen.min_similarity
    如果是同一个人，就保留它，或调低 label.screen.min_similarity
the same recording as {} at {} s
    与 {0} 第 {1} 秒处是同一段录音
none is needed
    不用处理
{} is spoken: “{}”
    说的是 {0}：“{1}”
another language is spoken: “{}”
    说的不是中文：“{0}”
English is spoken: “{}”
    说的是英语：“{0}”
Japanese is spoken: “{}”
    说的是日语：“{0}”
Korean is spoken: “{}”
    说的是韩语：“{0}”
French is spoken: “{}”
    说的是法语：“{0}”
German is spoken: “{}”
    说的是德语：“{0}”
Russian is spoken: “{}”
    说的是俄语：“{0}”
remove it, or set it to keep and write its text in Chinese characters
    删掉，或保留它并用汉字写出内容
the recogniser understands nothing in it
    识别器一个字也没听出来
“{}” is what recognisers write when nobody speaks
    “{0}”：没有人说话时识别器常写的话
“{}” is what recognisers write when little is said
    “{0}”：话很少时识别器常写的话
“{}” over and over: the recogniser was caught in a loop
    反复出现“{0}”：识别器陷入了循环
the recogniser was caught in a loop: “{}”
    识别器陷入了循环：“{0}”
somebody speaks in {} of its {} s only
    {1} 秒里只有 {0} 秒有人说话
the recogniser thinks that nobody speaks ({})
    识别器认为没有人说话（{0}）
if somebody does speak, write the text and set it to keep
    如果确实有人说话，就写出内容并保留
{} characters in {} s of speech ({} a second): words are missing or invented
    {1} 秒里有 {0} 个字（每秒 {2} 个）：缺字或多字
“{}” is not sure enough: {}, at least {} is wanted
    “{0}”不够可靠：{1}，至少要 {2}
heard as “{}”, and otherwise when cleaned more or less ({} alike)
    听成“{0}”，换一种处理后听得不一样（{1} 相同）
listen, mend the text and set it to keep
    听一遍，改好文字，再保留
listen, mend the text and set it to keep, or use a larger --model
    听一遍，改好文字，再保留；或换更大的 --model
listen, mend the text and set it to keep, or set label.screen.doubtful to keep
    听一遍，改好文字，再保留；或把 label.screen.doubtful 设为 keep
heard otherwise when cleaned more or less ({} alike)
    换一种处理后听得不一样（{0} 相同）
“{}” hardly fits the sound ({})
    “{0}”与声音不太相符（{1}）
its transcript says “{}”, but “{}” is heard ({} alike)
    文稿写的是“{0}”，听到的是“{1}”（{2} 相同）
correct the transcript, or write the right text and set it to keep
    改正文稿，或写出正确的文字并保留
its transcript says something else than is heard ({} alike)
    文稿与听到的不一样（{0} 相同）
this folder cannot be opened
    打不开这个文件夹
you may not read this file
    没有权限读这个文件
give yourself the right to read it
    请给自己读取权限
the file is empty: 0 bytes
    文件是空的：0 字节
copy or export it again
    重新复制或导出
if a player plays it, convert it to WAV; otherwise copy or export it again
    如果播放器能放，请转成 WAV；否则重新复制或导出
set to reject in the label file
    在标注文件里设为拒绝
""")

SCORES = {
    "source_rate": "原采样率",
    "channels": "声道",
    "bits": "位深",
    "bandwidth_hz": "频带上限（Hz）",
    "music": "音乐占比",
    "speech_seconds": "说话秒数",
    "snr_db": "信噪比（dB）",
    "removed_db": "去掉的噪声（dB）",
    "clipped": "削顶占比",
    "asr_confidence": "识别可靠度",
    "no_speech": "无人说话的可能",
    "compression": "文字重复度",
    "chinese": "中文的可能",
    "agreement": "两次识别一致度",
    "weakest": "最不符的字",
    "transcript_match": "与文稿一致度",
    "transcript_fit": "文稿与声音相符度",
    "voiced_seconds": "有人声的秒数",
    "overlap": "两人同时说话的可能",
    "quality": "音质（DNSMOS）",
    "quality_speech": "人声质量",
    "quality_background": "背景质量",
    "quality_before": "处理前音质",
    "characters_per_second": "每秒字数",
    "likeness": "与角色相似度",
}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    # The longest first, which says most: `{}` takes anything but the end of a sentence.
    english = sorted(SENTENCES, key=len, reverse=True)
    return [
        (re.compile("((?:(?!; ).)*?)".join(map(re.escape, text.split("{}"))), re.DOTALL), SENTENCES[text])
        for text in english
    ]


def sentence(english: str) -> str | None:
    """A sentence of the labeller in Chinese; None for one that stands in no line here."""
    for pattern, chinese in _patterns():
        if found := pattern.fullmatch(english):
            return chinese.format(*found.groups())
    return None


def said(english: str) -> str:
    """One or several sentences of the labeller, joined by "; "; what is not known stays as it is."""
    return sentence(english) or "；".join(sentence(part) or part for part in english.split("; "))


def reason(why: Reason) -> str:
    """A reason and its cure; where its words are not known, what its code says stands before them."""
    message = said(why.message)
    if message == why.message and why.code in CODES:
        message = f"{CODES[why.code]}：{message}"
    return f"{message}。{said(why.cure)}" if why.cure else message
