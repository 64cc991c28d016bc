"""Characters that are read differently as a family name: 单 shàn, 解 xiè, 查 zhā, 仇 qiú, 曾 zēng, 朴 piáo."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

SINGLE = {
    "单": "shan4", "解": "xie4", "查": "zha1", "仇": "qiu2", "区": "ou1", "曾": "zeng1", "朴": "piao2", "任": "ren2",
    "盖": "ge3", "华": "hua4", "缪": "miao4", "翟": "zhai2", "覃": "qin2", "葛": "ge3", "乐": "yue4", "燕": "yan1",
    "宁": "ning2", "员": "yun4", "秘": "bi4", "种": "chong2", "召": "shao4", "牟": "mou2", "谌": "chen2",
    "冼": "xian3", "纪": "ji3", "卜": "bu3", "柏": "bai3", "应": "ying1", "过": "guo1", "逄": "pang2", "隗": "wei3",
    "繁": "po2", "折": "she2", "撒": "sa4", "尹": "yin3", "车": "che1", "尉": "wei4",
    "都": "du1", "相": "xiang4", "晁": "chao2", "郗": "xi1", "幺": "yao1", "麻": "ma2", "贾": "jia3", "沈": "shen3",
    "曲": "qu1", "万": "wan4", "隋": "sui2", "臧": "zang1", "佘": "she2", "褚": "chu3", "洗": "xian3", "哈": "ha3",
    "阚": "kan4", "於": "yu1", "乜": "nie4",
}  # fmt: skip
DOUBLE = {
    "尉迟": ("yu4", "chi2"), "万俟": ("mo4", "qi2"), "令狐": ("ling2", "hu2"), "长孙": ("zhang3", "sun1"),
    "澹台": ("tan2", "tai2"), "单于": ("chan2", "yu2"), "宰父": ("zai3", "fu3"), "中行": ("zhong1", "hang2"),
}  # fmt: skip

# Words and names so much more often that only 姓 makes them one (那先生 is that gentleman).
_ONLY_NAMED = {"那": "na1", "占": "zhan1", "佴": "nai4", "祭": "zhai4"}

# Rare as surnames or common as words: they need a title or 姓 beside them.
_NEED_TITLE = frozenset("乜过种繁折都相撒召秘员宁乐洗哈应麻车尉华盖单解查区任万曾柏")
# These begin too many words to be taken for a name by an unknown word alone.
_NEVER_ALONE = frozenset("乜过种都相撒哈繁折召秘员洗麻")
_VERBS = frozenset("任在是有于为获被与和经用到说做当参来去让把将想要出入对以向从就也不没已了着过的得住赴读娶嫁写译骂")
_TITLES = (
    "先生|女士|小姐|老师|教授|博士|医生|大夫|经理|总|董事长|主任|书记|局长|处长|科长|市长|省长|部长|院长|校长|主席|总理|将军|师傅|同学"
    "|同志|某|氏|太太|夫人|家(?:人|的|[庄村寨堡集屯沟湾营坪坝岗桥渡]|姐姐|哥哥|兄弟|老)|律师|导演|教练|队长|班长|警官|法官|女侠|大侠|公子|姑娘|老板|老爷|大人|姐|哥|叔|伯|姨|婶|嫂|爷爷|奶奶"
)
_TITLE_AFTER = re.compile(_TITLES)
_ROLE = (
    "演员|导演|歌手|作家|记者|教授|主席|总统|书记|主任|经理|先生|女士|同学|老师|医生|律师|队长|队员|球员|选手|教练|将军|大将|名将"
    "|诗人|画家|商人|学者|专家|院士|市民|村民|居民|男子|女子|创始人|总裁|总经理|董事长|主持人|嘉宾|主演"
)
_PERSON_BEFORE = re.compile(rf"(?:(?:{_ROLE})：?|由|和|与|跟|、|，|。|“|《|（|：|给|对|向|被|把|让)$")
_ROLE_BEFORE = re.compile(f"(?:{_ROLE})：?$")
_ANOTHER_BEFORE = re.compile("[和与跟、]$")
_SPEAKS_AFTER = re.compile(
    "说|道|表示|认为|介绍|告诉|指出|称|笑|问|答|喊|出生|毕业|担任|摄|报道|演?唱|来|曾|于|是|在|和|与|、|，|。|！|？|）|”|的|等|$"
)


# These begin so many words that are in no dictionary (单推, 解绑, 查重, 乐购) that a person must be seen to act,
# unless he is introduced by what he is.
_WORDS_TOO = frozenset("单解查盖华乐缪区曲")
_ACTS_AFTER = re.compile(
    "说|道[，：]|表示|认为|介绍|告诉|指出|坦言|透露|笑[着道了]|问|答|喊|出生|毕业|担任|主演|饰|扮演|执导|夺冠|获得"
    "|自[幼小]|今年|[男女]，|[一-鿿]?摄[，）]|报道|的歌|演?唱"
)
# With one of these such a surname is a word of today rather than a name, whoever stands before it.
_NO_GIVEN_NAME = frozenset(
    "推刷休招品绑限重岗寝卡体派核分房压锁码库绘购高玩评活科住妃硕农机密完开清错掉遍看题选传约防享视"
)
# Beside others firms as well as people begin with these (乐视, 华住).
_FIRMS = frozenset("乐华盖")
_PLACES = frozenset("华强北 华清池 华莱士 乐百氏".split())


_NICKNAME = re.compile(
    "(?<![一-鿿])[老小阿][单解查仇朴覃翟葛曾任区缪](?=曾经|(?!曾)[说道问笑你我他来去是，。！？这那在就也都很给把跟和的又还对从被不没得]|$)"
)


_TITLED = re.compile(
    f"[{''.join(SINGLE)}](?=先生|女士|小姐|老师|教授|博士|医生|经理|主任|书记|局长|处长|师傅|同学|律师|导演|教练|警官|法官|姑娘|老板|大人|会计|护士|老先生|老太太|老师傅)"
    # Neighbours; with these some of the characters are words more often (你们都大哥).
    f"|[{''.join(c for c in SINGLE if c not in '都相过种应折撒哈秘车繁麻员')}](?=大(?:爷|妈|婶|娘|叔|哥|姐|嫂|伯))"
)


# Behind these 任 is serving as what follows (他任经理三年).
_SERVES_BEFORE = re.compile("[他她你谁曾现历兼连再仍已将拟年月日起间]$")
# Of these a clause may go on behind 姓 (他们的姓都一样, 姓能改吗).
_GO_ON = "都应相过"
# Behind 姓 and before what ends a name or goes on after it; 百姓 and 家姓 are no 姓.
_NAMED = re.compile(
    f"(?<![百家同异复这个])姓([{''.join(SINGLE)}{''.join(_ONLY_NAMED)}])(?=[，。！？、；：…—”》）的]|$"
    f"|(?<![{_GO_ON}])(?:[叫名是吗吧呢啊呀和与跟但还也又不]|{_TITLES}))"
)


def surnames(spoken: str, words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Positions and readings of family names that the words around give away."""
    from ffvits.text.polyphones import phrases
    from ffvits.text.segmentation import is_word

    for match in _NICKNAME.finditer(spoken):
        if not is_word(match.group()):
            yield match.start() + 1, SINGLE[match.group()[1]]
    for match in re.finditer("|".join(DOUBLE), spoken):
        if match.group() in ("单于", "中行", "长孙") and not re.match(
            f"[一-鿿]{{1,2}}(?:{_SPEAKS_AFTER.pattern})", spoken[match.end() : match.end() + 6]
        ):
            continue
        for i, reading in enumerate(DOUBLE[match.group()]):
            yield match.start() + i, reading
    for match in _TITLED.finditer(spoken):
        # In 单先生和解女士 there is no 和解.
        joined = spoken[match.start() - 1 : match.start()] in ("和", "与", "跟", "同", "及") and match.start() > 1
        serves = match.group() == "任" and _SERVES_BEFORE.search(spoken[: match.start()])
        if not serves and (joined or not match.start() or not is_word(spoken[match.start() - 1 : match.end()])):
            yield match.start(), SINGLE[match.group()]
    yield from _named(spoken)
    start = 0
    for index, word in enumerate(words):
        reading = SINGLE.get(word[:1])
        if reading is not None:
            before, after = spoken[max(0, start - 4) : start], spoken[start + 1 : start + 4]
            titled = bool(_TITLE_AFTER.match(after)) and not (
                len(word) > 1 and is_word(word) and word[1:2] not in "某氏总"
            )
            person = False
            if word[0] not in _NEED_TITLE or len(word) in (2, 3):
                # An unknown word of two or three characters behind a name's usual neighbour is a person.
                unknown = len(word) in (2, 3) and not is_word(word)
                if len(word) == 3 and not unknown:
                    # A name that the dictionary lists, unless it is built on a common word (解决 in 解决法).
                    unknown = not is_word(word[:2]) and phrases().common_reading(word, 0) is None
                split = len(word) == 1 and index + 1 < len(words) and len(words[index + 1]) <= 2
                # 查资料 is a verb and its object.
                unknown = unknown and not (len(word) == 3 and is_word(word[1:])) and word not in _PLACES
                if unknown and word[0] not in _NEVER_ALONE and word[1] not in _VERBS:
                    rest = spoken[start + len(word) : start + len(word) + 3]
                    person = _is_introduced(before) and (is_word(word) or _is_a_person(before, word, rest))
                elif split and word[0] not in _NEED_TITLE:
                    end = start + 1 + len(words[index + 1])
                    person = _is_introduced(before) and _is_active(word[0], 3, spoken[end : end + 3])
            if titled or person:
                yield start, reading
        start += len(word)


def _named(spoken: str) -> Iterator[tuple[int, str]]:
    """Names behind 姓, and what such a person is called next by the whole name (姓单的小伙子叫单小军)."""
    for match in _NAMED.finditer(spoken):
        char = match[1]
        reading = SINGLE.get(char) or _ONLY_NAMED[char]
        yield match.start(1), reading
        for called in re.finditer(f"(?:叫|就是){char}(?=[一-鿿]{{1,2}}(?:[，。！？、；：”）]|$))", spoken):
            yield called.end() - 1, reading


def _is_introduced(before: str) -> bool:
    """True at the start of a text, and behind what often stands before a name."""
    return not before or bool(_PERSON_BEFORE.search(before))


def _is_a_person(before: str, word: str, rest: str) -> bool:
    """True if an unknown word that begins with a surname is a name between these neighbours."""
    if word[0] not in _WORDS_TOO:
        return before[-1:] == "（" or _is_active(word[0], len(word), rest)
    if word[1] not in _NO_GIVEN_NAME and (
        _ROLE_BEFORE.search(before)
        or (word[0] not in _FIRMS and _ANOTHER_BEFORE.search(before) and _SPEAKS_AFTER.match(rest))
    ):
        return True
    return _is_active(word[0], len(word), rest)


def _is_active(surname: str, length: int, rest: str) -> bool:
    """True if what follows an unknown word of this length is what follows a name."""
    if surname in _WORDS_TOO:
        return bool(_ACTS_AFTER.match(rest))
    return length == 2 or bool(_SPEAKS_AFTER.match(rest))
