"""还给 that gives back (huán), told from the one that says what somebody is given or done besides (hái).

他还给我一本书 gives back; 他还给我讲故事 goes on with a deed, so it is done besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLAUSE = re.compile("还给([^，。！？；：…—“”]+)")
# What was borrowed, or is handed over: it is given back to somebody, whatever he does with it then.
_HANDED = re.compile("[把将钱债款贷账借欠该剑]|已经?|早就|如数|全数|原样|物归原主|[再才]$")
# Deeds of him who gives back or of him who got it, and what only goes with deeds.
_AFTERWARDS = frozenset(
    "走 去 来 是 有 没有 没 算 说 道 行 完 可 能 会 要 想 让 到 使用 保管 处理 防身 并 而 以 等 后 就 再".split()
)
# Deeds whatever the dictionary calls them, if they have an end (垫了个枕头, 指了路).
_DONE_TO = frozenset(
    "垫 指 留 绑 备 写 刷 上 包 起 放 画 缝 摆 升 加 开 配 套 种 办 刻 拍 定 扎 塞 发 打 做 交 穿 装 录 换 鞠".split()
)
_NOT_DONE = frozenset("我你您他她它咱们家人谁师生妈爸主")
# 看病 in 看病的钱 only says which money.
_END_OF_IT = re.compile("[了着过起][一-鿿]|[一两几半三四五六七八九十些点个不好多这那]|(?!.*的)[一-鿿]{2}")
# Deeds that may end their clause (还给我看).
_FOR_SOMEBODY = frozenset("看 听 讲 唱 撑腰 打气 指路 带路 让座 鞠躬 磕头 打下手 穿小鞋 装糊涂".split())


def besides(spoken: str) -> Iterator[int]:
    """Where 还给 is no giving back: somebody is also given or done something (老师还给他补了课)."""
    for match in _CLAUSE.finditer(spoken):
        before = re.split("[，。！？；：…—“”]", spoken[: match.start()])[-1]
        if not _HANDED.search(before) and _does_something(match[1]):
            yield match.start()


def _does_something(rest: str) -> bool:
    """Whether a deed follows, behind a recipient (他补了课) or at once (打了八折)."""
    from ffvits.text.segmentation import cut

    at = 0
    for word in cut(rest):
        if word in _AFTERWARDS or word == "的":
            return False
        if at and word in _FOR_SOMEBODY:
            return True
        if any(_END_OF_IT.match(rest[at + end :]) for end in _deeds(word)):
            return True
        at += len(word)
    return False


def _deeds(word: str) -> Iterator[int]:
    """Where a verb ends in a word of the segmenter, which joins what it does not know (猫织, 交五险)."""
    from ffvits.text.segmentation import is_word, part_of_speech

    word = word[:-1] if len(word) > 1 and word[-1] in "了着过" else word
    whole = is_word(word) and len(word) < 4
    for end in (len(word),) if whole else range(1, len(word) + 1):
        deed = word[:end] if is_word(word[:end]) else word[end - 1]
        begins = end == 1 < len(word)
        if deed in _DONE_TO or (not begins and deed[-1] not in _NOT_DONE and part_of_speech(deed)[:1] == "v"):
            yield end
