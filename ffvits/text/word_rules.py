"""地 and 得 by the words around them, where no single character tells them apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ffvits.text.characters import is_hanzi

# One by one (一个眼一个眼地戳).
_AGAIN_AND_AGAIN = re.compile("(一[一-鿿]{1,3})\\1$|([咧溜悠晃腾呼吞巴兮呵哼嗲嘟噔嗒蹬冲悄])\\2$")


def adverbs(spoken: str, words: Sequence[str]) -> Iterator[int]:
    """Where 地 makes an adverb (愤怒地走); the network has read little but places.

    A dictionary knows the adverb, or it is an idiom (恋恋不舍地走开). 地 that begins a word (地铁) is left alone.
    """
    from ffvits.text.polyphones import phrases
    from ffvits.text.segmentation import is_word, part_of_speech

    others = phrases().others
    start = 0
    for index, word in enumerate(words):
        begins = word[0] == "地"
        place = start if begins else start + len(word) - 1
        if spoken[place] == "地" and not (begins and len(word) > 1 and is_word(word[:2])) and not _is_place(word):
            again = _AGAIN_AND_AGAIN.search(spoken[max(0, place - 8) : place])
            known = (others.get(spoken[first : place + 1]) for first in range(max(0, place - 4), place - 1))
            before, after = words[index - 1] if index else "", spoken[place + 1 : place + 2]
            # What 地 was torn from its verb with (自在|地游) begins with that verb.
            deeds = [word[1:], *words[index + 1 :]] if len(word) > 1 else words[index + 1 :]
            idiom = len(before) == 4 or (len(before) > 4 and part_of_speech(before) in ("i", "l"))
            manner = begins and is_hanzi(after) and (idiom or _is_manner(before, deeds))
            if manner or again or any(entry and "de5" in (entry[-1] or ()) for entry in known):
                yield place
        start += len(word)


def _is_place(word: str) -> bool:
    """Whether a dictionary has the word, ending in 地, as a place (内地)."""
    from ffvits.text.polyphones import phrases

    return len(word) > 1 and word[-1] == "地" and "di4" in phrases().word(word, len(word) - 1)


# Qualities of a ground as well, which 地 may be behind them.
_OF_GROUND = frozenset("偏远 边远 贫瘠 荒芜 平坦 肥沃 潮湿 干旱 低洼 空旷 遥远 贫困 寒冷 泥泞".split())


# Doubled, a thing, a measure, a time or a place is each of them (块块, 处处).
_COUNTED = frozenset("nqmtrsf")


def _is_manner(before: str, after: Sequence[str]) -> bool:
    """Whether a quality stands before 地 and a deed behind it (木讷地点头)."""
    from ffvits.text.segmentation import part_of_speech

    if len(before) < 2 or before in _OF_GROUND or not after:
        return False
    doubled = len(before) == 2 and before[0] == before[1] and part_of_speech(before[0])[:1] not in _COUNTED
    manner = doubled or part_of_speech(before) in ("a", "ad", "z", "d")
    return manner and part_of_speech(after[0]) in ("v", "vg", "p", "d", "ad")


# Nouns, times, places, sides, institutions, conjunctions, pronouns: they do nothing, so 得 behind them tells no degree.
_IDLE = frozenset("n t s f ns nt c r".split())
# The dictionary calls these nouns; 得 tells how they are done or how somebody is (专业得让人佩服).
_DONE_OR_LIKE = frozenset("""
    计划 规划 编辑 记录 感觉 脸红 眼红 气愤 口渴 头痛 头晕 心痛 精神 科学 规矩 神气 客气 小气 大气 秀气 洋气 土气 傻气
    霸气 帅气 俗气 孩子气 和气 阔气 流氓 理想 专业 业余 典型 传统 形象 艺术 生气 流汗 装饰 布置 形容 雕刻 刺绣 绘画 书写
    对话 记忆 体会 经历 天黑 幽默 绅士 文艺 诗意 卡通 魔幻 立体 牛气 火气 匪气 娇气 锐气 俏皮 淑女 白痴 变态 极品 人性
    什么 怎么 这么 那么 怎样 这样 那样 如此 多么 几 总结 批注 分工 装修 肚子饿 肚子疼 伤心 淘气 调皮
""".split())  # fmt: skip
# And these are nouns, whatever else the dictionary calls them.
_NOUNS = frozenset("""
    手续 主任 教练 裁判 保安 会计 导演 师傅 老公 宝宝 宝贝 顾客 论文 合同 汤圆 快递 包裹 签证 社保 末将 王爷 太后 护盾
    到时候 有时候 总监 主播 管家 护士长 房租 学费 药膏 绷带 副本 师兄 师哥 师母 阿姨 伯伯 岳父 岳母
    发型 辅助 中卫 边锋 种牙 牙套 丹炉 飞剑 法宝 客服 快件 直播 大招 考卷 学期 赛季
""".split())  # fmt: skip
# What is done (tags of verbs), how, to whom, when, by whom.
_DEEDS = frozenset("v vd vn vi d p r t ad c l".split())
# What is not bidden but got, reached or judged (得奖, 得知, 得不到, 得很), by its first characters.
_GOT = re.compile(
    "[到了过出以知意奖票名第冠亚季金银铜手体志势胜逞宠益失心很太最真多高其此之天道利便闲位悉授赠享像]"
    "|分(?![期开头批工清类步辨])|传(?![球话达令给])|更(?![换改新衣名正])|病(?!人)|有[些点]|来(?![一我你他])|不[到了出起住下过上着来]|好(?!好)|主(?![任动])|无|[肺胃肝肠]|[一-鿿]{1,4}[奖症癌炎]|提名|救(?!人)|入|非常|十分|特别|那么|这么|比"
)
# What 得 tells of a quality, also where the dictionary takes that for a noun (老套得让人想睡).
_SO_THAT = re.compile("[让令叫]人(?![去来帮])|没[人法话]|仿佛|像|如|连(?![夜忙续])|跟[一-鿿]{1,6}(?:似的|一样)")
_TIME = re.compile("[上下本这]个?(?:周|星期|礼拜)[一二三四五六日天末]$")
# How often or how something is done, where the dictionary has no adverb.
_HOW = re.compile(
    "三天两头|隔三差五|三番五次|主动|物理降|人工[^智]|手动|全程|全员|反面|反复|提早|集体|推倒重来|从头再来|从长计议|三思|就事论事|因人而异|量力而行"
)
_ONCE = re.compile("[一-鿿]{1,2}[一两几]?[趟下遍]")
_TIME_OR_PEOPLE = re.compile(
    "[一两二三四五六七八九十百几半]+(?:个?多?(?:半?小时|钟头|月|星期|礼拜)|天|周|年(?!级)|分钟|个人|块|元)(?![一-鿿]{0,3}[奖冠亚第])"
)
_PERSON = re.compile(
    "[一-鿿]{0,3}(?:[师长员生家户人工友爸妈爷奶叔姨孩哥姐弟妹]|[孩弟妻女男儿嫂婶学太王公君]子|主任|经理|老板|主管|领导|父母)$"
)


def musts(spoken: str, words: Sequence[str]) -> Iterator[int]:
    """Where 得 is a must: between what does nothing and what is done (房子得通风, 合同得律师过目).

    Only the dictionary's words tell; what is a verb and a noun (设计得重做) is left to the others. At the head of a
    clause it bids a deed as well (敌人太多，得撤).
    """
    start = 0
    for index, word in enumerate(words):
        place = _must_within(word)
        if place is not None:
            before = word[:place] or (words[index - 1] if index else "")
            after = [part for part in (word[place + 1 :], *words[index + 1 : index + 3]) if part]
            rest = spoken[start + place + 1 :]
            opens = not before or not is_hanzi(before[-1])
            if after and (_is_a_deed(rest, after) if opens else _is_idle(before) and _is_bidden(rest, before, after)):
                yield start + place
        start += len(word)


# What is got or reached at the head of a clause, and words of the classics (得见, 得蒙).
_REACHED = re.compile(
    "见|闻|遇|蒙|免|脱|成|封|赐|窥|偿|证|解(?![决释开])|保(?![密持护养管])|失|中(?!断)|助|饶|陪|用|允|准|救|寸|陇|鱼|理"
)


def _is_a_deed(rest: str, after: Sequence[str]) -> bool:
    """Whether a verb follows 得 that opens a clause, and not what one gets or reaches."""
    from ffvits.text.segmentation import part_of_speech

    return part_of_speech(after[0]) in ("v", "l") and not _GOT.match(rest) and not _REACHED.match(rest)


def _must_within(word: str) -> int | None:
    """Where 得 is a word of its own, or begins or ends what is none (得交, 鱼得)."""
    from ffvits.text.segmentation import is_word

    if word == "得":
        return 0
    if len(word) > 3 or is_word(word):
        return None
    return 0 if word[0] == "得" else len(word) - 1 if word[-1] == "得" else None


def _is_idle(before: str) -> bool:
    from ffvits.text.polyphone_rules.musts import TAKES_IT, TAKES_IT_BESIDES, TAKES_IT_TOO
    from ffvits.text.segmentation import is_word, part_of_speech

    if len(before) > 1 and not is_word(before) and before not in _NOUNS and not _TIME.match(before):
        # A name or a compound is what its last word is.
        before = before[-2:] if is_word(before[-2:]) else before[-1:]
    if before in _NOUNS or _TIME.match(before):
        return True
    if before in _DONE_OR_LIKE or part_of_speech(before) not in _IDLE:
        return False
    return len(before) > 1 or before not in f"{TAKES_IT}{TAKES_IT_TOO}{TAKES_IT_BESIDES}量或与何那这其此"


def _is_bidden(rest: str, before: str, after: Sequence[str]) -> bool:
    """Whether what follows 得 is something to do, by whom it is done or how long it takes."""
    from ffvits.text.segmentation import part_of_speech

    if _TIME_OR_PEOPLE.match(rest):
        return True
    if _GOT.match(rest) or _SO_THAT.match(rest):
        return False
    if after[0] == "等" or part_of_speech(after[0]) in _DEEDS or _ONCE.match(rest) or _HOW.match(rest):
        return True
    if _PERSON.match(after[0]) or after[0] in _NOUNS:
        return len(after) > 1 and (part_of_speech(after[1]) in _DEEDS or len(after[1]) == 2)
    # People get what things do not (孩子得奖学金, 冰箱得除霜).
    return len(after[0]) == 2 and len(before) > 1 and not _PERSON.match(before)


# Verbs behind which 得 is got, or which are words with it (记得).
_GETS = frozenset(
    "获取赢夺博求赚挣换分摘捧独尽贪查测占习领由借讨骗觅购抢偷拾捡省免落值懂记晓使舍显变懒心所自只不找争征选考活要难总非认觉乐深大甚颇很最更"
)
# Qualities that the dictionary calls something else.
_QUALITIES_TOO = frozenset("乱坑堵闷猛神傻咸香精酸辣美暗热麻静凶狠笨肥怂虚")
# Words doubled or a deed that fails (转得嗡嗡响, 乱得插不进脚); what others do then (咸得人直皱眉, 惊得四蹄乱蹬).
_FULLY = re.compile(
    "([一-鿿])\\1(?<![好慢天常偷渐刚仅多]{2})|[一-鿿]不[进出下上开动住了来去起清见着完齐]"
    "|(?:人(?![民才心数员气生口手力物品类格事间工参体选称缘情望证命质性])|我|你|他|她|大家|众人)[一-鿿]{2}"
    "|[腰腿头手脚眼嘴脸心肚嗓肉牙胃背肩膝]子?[疼痛酸麻软慌烦颤抖跳花晕红肿胀凉寒累碎]|人心[慌烦疼寒里]"
    "|[嗓鼻肚脑身][子袋][一-鿿]{2}|[一-鿿]{1,3}[直乱](?![接到线辈])[一-鿿]|跟[一-鿿]{1,6}似的|[晃亮扎刺]人?眼"
)


def degrees(spoken: str, words: Sequence[str]) -> Iterator[int]:
    """Where 得 behind a verb or a quality says how or so that what (演得入木三分, 贵得肉疼)."""
    start = 0
    for index, word in enumerate(words):
        at = start + (0 if word[0] == "得" else len(word) - 1)
        if spoken[at] == "得" and at and len(word) < 4:
            before = spoken[start:at] or words[index - 1]
            after = [part for part in (spoken[at + 1 : start + len(word)], *words[index + 1 : index + 2]) if part]
            if _takes_degree(before, spoken[max(0, at - 2) : at]) and _is_degree(spoken[at + 1 :], after):
                yield at
        start += len(word)


def _takes_degree(before: str, near: str) -> bool:
    from ffvits.text.segmentation import is_word, part_of_speech

    verb = before[-1]
    if len(before) > 1 and is_word(before):
        return part_of_speech(before) == "z"
    if verb in _GETS or near[:-1] in ("这", "那"):
        return False
    return verb in _QUALITIES_TOO or part_of_speech(verb) in ("v", "a", "ad", "z")


def _is_degree(rest: str, after: Sequence[str]) -> bool:
    from ffvits.text.segmentation import part_of_speech

    idiom = bool(after) and len(after[0]) > 3 and part_of_speech(after[0]) in ("i", "l")
    return idiom or bool(_FULLY.match(rest))
