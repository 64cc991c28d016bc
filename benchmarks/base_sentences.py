"""Chooses the sentences that a base learns from: short ones of a text, so that every toned syllable is among them.

    python benchmarks/base_sentences.py news.txt novel.txt --count 2400 > sentences.txt

The texts may be anything in Chinese, a line or a table row each; what stands between two marks is a sentence. A
sentence is worth more the rarer the syllables are that it adds.
"""

from __future__ import annotations

import argparse
import heapq
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from ffvits.errors import TextError
from ffvits.text import front_end
from ffvits.text.frontend import FrontEnd

SHORTEST, LONGEST = 5, 24  # characters
# Everyday words whose last syllable has lost its tone, and sentences to say them in.
TONELESS = (
    "东西{dong1 xi5} 朋友{peng2 you5} 先生{xian1 sheng5} 学生{xue2 sheng5} 衣服{yi1 fu5} 漂亮{piao4 liang5} "
    "清楚{qing1 chu5} 明白{ming2 bai5} 知道{zhi1 dao5} 告诉{gao4 su5} 喜欢{xi3 huan5} 认识{ren4 shi5} "
    "休息{xiu1 xi5} 意思{yi4 si5} 时候{shi2 hou5} 地方{di4 fang5} 事情{shi4 qing5} 消息{xiao1 xi5} "
    "眼睛{yan3 jing5} 耳朵{er3 duo5} 头发{tou2 fa5} 窗户{chuang1 hu5} 月亮{yue4 liang5} 太阳{tai4 yang5} "
    "豆腐{dou4 fu5} 萝卜{luo2 bo5} 葡萄{pu2 tao5} 玻璃{bo1 li5} 骆驼{luo4 tuo5} 麻烦{ma2 fan5} 便宜{pian2 yi5} "
    "舒服{shu1 fu5} 干净{gan1 jing5} 凉快{liang2 kuai5} 暖和{nuan3 huo5} 热闹{re4 nao5} 聪明{cong1 ming5} "
    "糊涂{hu2 tu5} 老实{lao3 shi5} 厉害{li4 hai5} 规矩{gui1 ju5} 部分{bu4 fen5} 关系{guan1 xi5} 名字{ming2 zi5} "
    "钥匙{yao4 shi5} 力气{li4 qi5} 脾气{pi2 qi5} 客气{ke4 qi5} 打听{da3 ting5} 商量{shang1 liang5} "
    "收拾{shou1 shi5} 打扮{da3 ban5} 耽误{dan1 wu5} 咳嗽{ke2 sou5} 琢磨{zuo2 mo5} 师傅{shi1 fu5} 大夫{dai4 fu5} "
    "丈夫{zhang4 fu5} 姑娘{gu1 niang5} 媳妇{xi2 fu5} 亲戚{qin1 qi5} 街坊{jie1 fang5} 庄稼{zhuang1 jia5} "
)
SAYINGS = (
    "你说的{}，我都记得。",
    "这就是{}吗？",
    "他又提到了{}。",
    "{}，真好！",
    "别忘了{}。",
    "关于{}，我们再谈谈吧。",
)


def clauses(lines: Iterable[str]) -> Iterator[str]:
    """What stands between two marks of a line, with the mark behind it, where it is short and has no Latin in it."""
    for line in lines:
        for words, mark in re.findall(r"([^，。！？；：、…—\t\n（）“”《》]+)([，。！？；：、]?)", line):
            if SHORTEST <= len(words) <= LONGEST and re.fullmatch(r"[\u4e00-\u9fff\d年月日%.]+", words):
                yield words + (mark if mark in "！？" and mark else "。")


def pairs(sentences: Sequence[str], random: np.random.Generator) -> list[str]:
    """Some of the sentences joined to longer ones, so that pauses are learnt too."""
    joined, rest = [], list(sentences)
    while rest:
        first = rest.pop()
        if rest and len(first) + len(rest[-1]) <= LONGEST + 6 and random.random() < 0.6:
            mark = random.choice(["，", "，", "，", "；", "、", "："], p=[0.3, 0.3, 0.25, 0.05, 0.05, 0.05])
            first = first[:-1] + mark + rest.pop()
        joined.append(first)
    return joined


def choose(sentences: Sequence[str], reader: FrontEnd, count: int) -> tuple[list[str], Counter[str]]:
    """The `count` sentences that together say each syllable as evenly as they can, and how often each is said.

    Greedy, with worths looked up again only for the best of the heap: a syllable's worth falls each time it is said.
    """
    said = {}
    for sentence in dict.fromkeys(sentences):
        try:
            said[sentence] = reader.encode(sentence).pinyin
        except TextError:
            continue  # a text has more than what can be read; there are enough others
    counts: Counter[str] = Counter()

    def worth(sentence: str) -> float:
        return sum(1 / (1 + counts[syllable]) ** 2 for syllable in said[sentence]) / len(said[sentence]) ** 0.5

    heap = [(-worth(sentence), sentence) for sentence in said]
    heapq.heapify(heap)
    chosen: list[str] = []
    while heap and len(chosen) < count:
        _, sentence = heapq.heappop(heap)
        now = -worth(sentence)
        if heap and now > heap[0][0]:
            heapq.heappush(heap, (now, sentence))
            continue
        chosen.append(sentence)
        counts.update(said[sentence])
    return chosen, counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=2400)
    parser.add_argument("--front-end", default="initials-finals")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    random = np.random.default_rng(options.seed)
    reader = front_end(options.front_end)
    lines = [line for text in options.texts for line in text.read_text(encoding="utf-8").splitlines()]
    found = list(dict.fromkeys(clauses(lines)))
    chosen, counts = choose([found[i] for i in random.permutation(len(found))], reader, options.count)
    chosen = pairs([chosen[i] for i in random.permutation(len(chosen))], random)
    chosen += [
        saying.format(word)
        for word in re.findall(r"\S+{.*?}", TONELESS)
        for saying in random.choice(SAYINGS, 2, replace=False)
    ]
    sys.stdout.write("\n".join(chosen[i] for i in random.permutation(len(chosen))) + "\n")
    sys.stderr.write(f"{len(chosen)} sentences, {len(counts)} toned syllables, {min(counts.values())} times or more\n")


if __name__ == "__main__":
    main()
