"""为 that says for whom or what something is done (wèi), told from the one that says what somebody is (wéi).

Both stand before a noun: 他为公司经理 ends with it, 他为公司写报告 goes on with a deed. Words and their kinds are
jieba's; where they do not tell, nothing is said here and the polyphone model goes by what it has read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

_CLAUSE = re.compile("[^，。！？；：…]+")
# What follows is said of something else (其为砖木结构但也用了钢筋).
_ANOTHER = re.compile("(?<=[一-鿿]{2})(?:但|而|并)")
_QUOTES = re.compile("[“”《》（）— ]")

# Behind these somebody does something; what he is would not be said with them (在为, 亲自为, 决定为).
_ACTS = frozenset("""
    在 正在 正 想 想要 愿 愿意 乐意 乐于 肯 决定 打算 准备 计划 希望 同意 反对 拒绝 答应 承诺 开始 继续 忙 忙着 忙于
    急着 赶着 抢着 争着 坚持 前来 赶来 如何 怎么 怎样 亲自 亲手 主动 特意 特地 专门 专程 免费 无偿 义务 自愿 自发 极力
    竭力 全力 积极 连夜 首次 多次 经常 常常 时常 一起 一同 共同 联手 互相 争相 纷纷 及时 尽快 尽力 努力 四处 到处 立即
    立刻 马上 当场 当众 公开 默默 悄悄 偷偷 天天 每天 每年 每次 每月 每晚 不断 整天 不必 不用 不要 别 从未 甘愿 不得不
    只好 居然 竟然 试图 企图 有意 无意 无力 没钱 有权 拼命 带头 轮流 请 让 派 来 去 赶去 跑去
""".split())  # fmt: skip
# Behind these too, if a deed follows (可以为家人做饭, but 可以为正数).
_MAY_ACT = frozenset("""
    表示 要 能 能够 会 可以 可 应该 应 必须 须 需 需要 总 总是 没有 不 只能 将 即将 将会 都 不能 不会
""".split())  # fmt: skip
# Behind these stands what something is, a whole clause too (原因为司机操作不当, 图片均为网友拍摄).
_SAYS_WHAT = re.compile(
    "[图原因容的果则件准务标题象式法称间点置型类别色号码数量率价额期级分位度高重长宽龄况素站步项条目源义牌般意]$"
    "|[均皆多仍原现实即身系最极颇较甚尤更本此成认以作变视转化沦改名誉奉定列评选尊升当拜结立封判增减降合折命扮扩简任晋复示]$"
    "|首都|改组|质疑|理解|归结|总结|解释|描述|概括|增加|减少|合计"
)
# Verbs that say what is, and what only stands like a verb.
_NO_DEEDS = frozenset("是 有 为 被 在 如 像 属于 位于 等于 包括 即 可 能 会 要 上 下 出 到 名 副 所 属 属下".split())
# Done for somebody, whatever follows.
_GIVING = frozenset("""
    提供 带来 做出 作出 创造 奠定 准备 服务 增添 节省 节约 着想 付出 进行 实施 举行 举办 安排 争取 赢得 捐款 捐赠 支付
    检查 治疗 配音 伴奏 代言 站岗 辩护 开路 撑腰 送行 接风 庆生 祝寿 助威 呐喊 鼓掌 喝彩 献花 献血 献身 献唱 让座 让路
    争光 增光 添彩 抹黑 出兵 出头 出气 出力 灭火 走秀 更衣 梳头 洗头 理发 止血 抽血 开脱 求情 引路 带路 把关 打气 买单
    埋单 负责 牺牲 效力 默哀 祈祷 祈福 发愁 担心 担忧 操心 着急 骄傲 自豪 高兴 难过 流泪 伤心 感动 敲响 开设 点赞 正名
    报仇 化妆 化装 护航 守灵 送终 看病 看门 把脉 打伞 加油 操办 翻译 报名 讨回公道
""".split())  # fmt: skip
# Deeds of one character; others are parts of names more often (碘泡科的属).
_SHORT = frozenset(
    "买做写送唱画打开换任当举讲添交捐盖缝织煮烧端倒挡撑扛擦洗喂剪找装修补砍报请设留搬抬拔争抢放点指敲办赚挣种"
)
# A verb and what it takes, behind which somebody goes on (攒钱为儿子盖房).
_TAKEN = re.compile("[一-鿿][钱款物血力命]$")
# These behind a verb say that it was done or how far it got.
_DONE = re.compile("[了过着下上出起来去到好完给回住掉]$")
_RESULT = re.compile("[一-鿿][下上出起来去到好完给满回住开掉响]$")
# Ends made by hands, which the dictionary takes for things (剪指甲, 盖房).
_HANDIWORK = re.compile("[剪盖洗买送缝煮擦刷做献挡撑修补端捶喂织换打][一-鿿]{1,2}")
# Also verbs: the dictionary has them as a pronoun, a time, a name.
_VERBS_TOO = frozenset("任 当 换".split())
# With what they bring about these make an aim (为凑学费, 为防万一).
_AIMS = frozenset("""
    争 凑 达 防 庆 求 讨 谋 还 治 救 赚 保 抢 夺 躲 避 省 弥补 避免 防止 确保 保证 满足 实现 迎接 纪念 庆祝 争取 挽回
    逃避 躲避 掩饰 获取 谋取 牟取 骗取
""".split())  # fmt: skip
_SOME = re.compile("[一两二三四五六七八九十几多这那][一-鿿]{0,3}$|些|几")


def beneficiaries(spoken: str, words: Sequence[str]) -> Iterator[int]:
    """Where 为 stands before whom or what something is done for (他为老人理发)."""
    for clause in _CLAUSE.finditer(spoken) if "为" in spoken else ():
        for place in _alone(clause, words) if "为" in clause.group() else ():
            before = _words(spoken[clause.start() : place])
            after = _words(_ANOTHER.split(spoken[place + 1 : clause.end()])[0])
            if _is_for(before, after):
                yield place


def _alone(clause: re.Match[str], words: Sequence[str]) -> Iterator[int]:
    """The places of 为 in a clause that are no part of a word, or that the segmenter has torn from others (为主人)."""
    from ffvits.text.segmentation import is_word

    start = 0
    for index, word in enumerate(words):
        at = word.find("为")
        if at >= 0 and clause.start() <= start + at < clause.end():
            following = words[index + 1] if index + 1 < len(words) else ""
            torn = not at and len(word) == 2 and len(following) == 1 and is_word(word[1] + following)
            if word == "为" or not is_word(word) or torn:
                yield start + at
        start += len(word)


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    from ffvits.text.segmentation import cut

    return tuple(cut(_QUOTES.sub("", text)))


def _is_for(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether these words around 为, of its clause, tell of a deed for somebody."""
    from ffvits.text.segmentation import part_of_speech

    if len(after) < 2 or "以" in before or "被" in before or "所" in after or "为" in after or "被" in after:
        return False
    last = before[-1] if before else ""
    if last in _ACTS:
        return True
    if any(len(word) > 1 and word in _ACTS for word in after[1:-1]):
        return True
    if last in _MAY_ACT and any(_is_deed(after, i) for i in range(1, len(after))):
        return True
    if _SAYS_WHAT.search(last) or (part_of_speech(last) == "v" and not _TAKEN.search(last)):
        return False
    return after[0] in _AIMS or any(_is_seen(after, i) for i in range(1, len(after)))


def _is_deed(after: Sequence[str], index: int) -> bool:
    """Whether a word is a verb that does not belong to a noun behind it."""
    from ffvits.text.segmentation import part_of_speech

    word = after[index]
    if word in _NO_DEEDS or after[index - 1] == "、" or after[index + 1 : index + 2] == ("的",):
        return False
    return (
        word in _GIVING
        or word in _VERBS_TOO
        or part_of_speech(word).startswith("v")
        or (index == len(after) - 1 and bool(_HANDIWORK.fullmatch(word)))
    )


def _is_seen(after: Sequence[str], index: int) -> bool:
    """Whether a word is a deed beyond doubt: by itself, by what has become of it, by how much it concerns."""
    if not _is_deed(after, index):
        return False
    word, following = after[index], after[index + 1] if index + 1 < len(after) else ""
    return bool(
        word in _GIVING
        or _HANDIWORK.fullmatch(word)
        or _DONE.match(following)
        or _RESULT.search(word)
        or (following and ((word in _SHORT and "、" not in after) or _SOME.match(following)))
    )
