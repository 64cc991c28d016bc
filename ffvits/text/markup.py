"""Markup of a text: tags, links, fences, entities, emotes and faces, formulas in LaTeX. What is not text is noted."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ffvits.errors import Place

# A noncharacter of Unicode, which no text holds: a picture that may stand for a pause.
PICTURE = "\ufdd1"


@dataclass(frozen=True)
class Note:
    """Something in the text that is not spoken as it stands: where (index from 0), what, and why."""

    position: int
    character: str
    message: str

    def __str__(self) -> str:
        return f"{Place(self.character, self.position)} {self.message}"


@dataclass
class Source:
    """A text on its way, and for each of its characters the place in the text as written."""

    text: str
    places: Sequence[int]

    def replace(self, pattern: re.Pattern[str], by: Callable[[re.Match[str]], str | tuple[int, int]]) -> None:
        """Each match becomes a string (which stands where the match began) or a span of the text that is kept."""
        text: list[str] = []
        places: list[int] = []
        at = 0
        for m in pattern.finditer(self.text):
            text.append(self.text[at : m.start()])
            places.extend(self.places[at : m.start()])
            new = by(m)
            if isinstance(new, str):
                text.append(new)
                places.extend([self.places[m.start()]] * len(new))
            else:
                text.append(self.text[slice(*new)])
                places.extend(self.places[slice(*new)])
            at = m.end()
        if at or text:
            self.text = "".join(text) + self.text[at:]
            self.places = [*places, *self.places[at:]]


# A picture, a face or whom a bot of QQ speaks to: [CQ:face,id=14].
BOT_CODE = re.compile(r"\[CQ:[a-z_]{1,20}(?:,[^\[\]\n]{0,2000})?\]")
_STAMP = r"\d{1,2}:\d\d:\d\d[,.]\d{3}"
_LINES = "br|p|div|li|ul|ol|tr|table|h[1-6]|hr|section|article|blockquote"
# As bilibili, Weibo and WeChat write them, and what stands for a picture or a message of sound in what they export.
_EMOTES = """
    doge 笑哭 捂脸 大哭 大笑 微笑 偷笑 呲牙 狗头 吃瓜 滑稽 妙啊 泪目 赞 抱拳 玫瑰 爱心 捂嘴 流泪 鼓掌 OK 支持 打call
    喜欢 酸了 辣眼睛 吐 脱单doge 破涕为笑 翻白眼 裂开 旺柴 苦涩 社会社会 害羞 发呆 调皮 抓狂 惊恐 憨笑 冷汗 擦汗 抠鼻
    坏笑 奸笑 阴险 委屈 快哭了 嘿哈 机智 皱眉 叹气 心碎 耶 无语 图片 表情 动画表情 语音
""".split()
# What stands in group "keep" is text; everything else of the match is markup. Third: what is left in its place.
_MARKUP = (
    (re.compile(r"<!--.{0,2000}?-->", re.S), "a comment of the markup", ""),
    (re.compile(rf"</?(?i:{_LINES})(?:\s[^<>]{{0,300}})?\s?/?>"), "markup", "\n"),
    (re.compile(r"<\?xml\b[^<>]{0,300}>|<!DOCTYPE\b[^<>]{0,300}>"), "markup", ""),
    (
        re.compile(r"</?(?:[A-Za-z][A-Za-z0-9]{0,15}|say-as|[a-z]{1,10}:[a-z-]{1,30})(?:\s[^<>]{0,300})?/?>"),
        "markup",
        "",
    ),
    # Of games' engines.
    (re.compile(r"<(?i:color|size|font|mark|alpha|link|ruby|sprite)=[^<>\n]{1,60}>"), "markup", ""),
    (re.compile(r"!?\[(?P<keep>[^\[\]\n]{0,200})\]\((?:https?:)?[^()\s]{1,500}\)"), "the address of a link", ""),
    (re.compile(r"^[ \t]{0,8}(?:[-*+]|\d{1,3}[.)])[ \t]+\[[ xX✓✔]?\][ \t]+", re.M), "a box of a list", ""),
    (re.compile(r"^[ \t]{0,8}(?:#{1,6}|>+)[ \t]+", re.M), "markup", ""),
    (re.compile(r"^[ \t]{0,8}```[ \t]*[A-Za-z0-9_+#.-]{1,20}[ \t]*$", re.M), "the fence of a listing", ""),
    # A power as programs write it (2**10) is no bold type, unless the stars behind it in the line make pairs with it.
    (
        re.compile(
            r"(?<!\*)\*\*(?![\s*])(?:(?<![\dA-Za-z)]\*\*)|(?!\d)"
            r"|(?=[^*\n]{1,200}\*\*(?!(?<=[\dA-Za-z)]\*\*)\d)"
            r"(?:[^*\n]{0,200}\*\*[^*\n]{0,200}\*\*){0,20}[^*\n]{0,400}(?![^\n])))"
            r"(?P<keep>[^*\n]{1,200})(?<!\s)\*\*(?!\*)"
        ),
        "markup",
        "",
    ),
    (re.compile(r"\*\*\*|\*\*(?!(?<=[\dA-Za-z)]\*\*)\d)|~~|```|(?<![A-Za-z0-9])__|__(?![A-Za-z0-9])"), "markup", ""),
    (
        re.compile(
            rf"^(?:\d{{1,5}}[ \t]*\n)?{_STAMP}[ \t]{{0,4}}-->[ \t]{{0,4}}{_STAMP}[^\n]{{0,80}}$"
            r"|^[ \t]{0,8}(?:\[\d{1,2}:\d\d(?:[.:]\d{1,3})?\][ \t]?){1,20}",
            re.M,
        ),
        "the time of a subtitle or of a line that is sung",
        "",
    ),
    (re.compile(r"^[ \t]{0,8}\+[ \t]+(?=[一-鿿“])", re.M), "markup", ""),
    (re.compile(r"\[\^[^\[\]\s]{1,20}\]:?"), "the mark of a footnote", ""),
    (re.compile(r"(?<![=A-Za-z0-9])==(?![=\s])(?P<keep>[^=\n]{1,100})(?<!\s)==(?![=A-Za-z0-9])"), "markup", ""),
    (re.compile(r"(?<![+A-Za-z0-9])\+\+(?![+\s])(?P<keep>[^+\n]{1,100})(?<!\s)\+\+(?![+A-Za-z0-9])"), "markup", ""),
    (BOT_CODE, "a code of QQ bots", PICTURE),
    # As MoeGoe and VITS-fast-fine-tuning have it: [ZH]你好[ZH]. Between two of them nothing need be parted.
    (re.compile(r"\[(?i:ZH|JA|KO|EN|SA|TH|SH|GD|DE|FR)\]"), "a mark of the language", " "),
    (
        re.compile(rf"\[(?:tv_[一-鿿]{{1,4}}|[一-鿿]{{1,4}}cry|{'|'.join(_EMOTES)})\]"),
        "an emote",
        PICTURE,
    ),
)
# Faces drawn with marks. In brackets, two signs that no remark has; bare, only the well-known ones.
_FACE = "≧≦▽△∀ω・｡•︿￣´｀＾ᴗ❛ಠಥДд□◕‿╥﹏✧๑ﾟ☉＠∇▿◡⊙◎〃＼╯╰╭╮ᵔᴥづ"
_ARM = "ヾヽゞノﾉづつっシ彡ミ٩۶و✧ᕦᕤᕙᕗ╭╮╯╰┐┌┛┓┻━┬┴︵︶¯☆★♡♥❤♪"
# QwQ is a model too.
_CRYING = r"(?<!千问)(?<!模型)[0OQ][wW][0OQ](?! ?(?:-[\dA-Za-z]|[\d零一二三四五六七八九十]{1,4}B|模型|开源|推理))"
EMOTICON = re.compile(
    rf"(?:(?<![A-Za-z0-9])[wWdmoOΣ](?=[(（]))?[{_ARM}\\_]{{0,5}}"
    rf"(?:[(（]\s?(?:[^()（）\n一-鿿]{{0,9}}[{_FACE}]){{2}}[^()（）\n一-鿿]{{0,9}}[)）]"
    # Eyes with a mouth between: (°Д°).
    rf"|[(（][^()（）\n一-鿿]{{0,4}}[°ﾟ˚][^()（）\n一-鿿\dA-Za-z]{{1,3}}[°ﾟ˚][^()（）\n一-鿿]{{0,4}}[)）]"
    rf"|[(（]ツ[)）]|[(（]:[з3ωЗ]」∠[)）]_?|ʕ[^ʔ\n]{{1,9}}ʔ)"
    rf"(?:[oOdbmwW](?![A-Za-z])|[/_\s]{{0,2}}[{_ARM}][{_ARM}\s]{{0,6}}(?<!\s))?"
    rf"|(?<![A-Za-z0-9_])[(（]?(?:\^[_.oO-]?\^|T[_^]T|-_-|>[_.]<|=_=|;_;|[oO]_[oO]|@_@|QAQ|{_CRYING})(?![A-Za-z0-9_])"
    r"[;；]?[)）]?(?:\|{2})?"
    # A heart.
    r"|(?:(?<=[ \n，。！~])|^)<3+(?=[ \n，。！~]|$)"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,8}\d?);")
_SIGNS = re.compile(r"[<\[#>*~`_^(（ʕ$\\]|==|\+[+ \t]|[0OQ][AwW][0OQ]")


def strip_markup(text: str, offset: int) -> tuple[Source, list[Note]]:
    """The text without its markup, entities resolved, formulas in plain signs; and notes of what is not spoken."""
    notes: list[Note] = []
    source = Source(text, range(len(text)))
    if "&" in text:
        source.replace(_ENTITY, lambda m: html.unescape(m.group())[:1])
    if not _SIGNS.search(source.text):
        return source, notes

    def note(place: int, written: str, what: str) -> None:
        notes.append(Note(offset + source.places[place], written[:40], f"is {what} and not spoken"))

    # No bold type, and spoken: 138****5678.
    source.replace(_HIDDEN_DIGITS, lambda m: "星号")
    # Before formulas, which begin so too.
    if "\\" in source.text:
        source.replace(_WRITTEN_LINE_END, lambda m: "\n")

        def looks(m: re.Match[str]) -> str:
            note(m.start(), m.group(), "markup")
            return ""

        source.replace(_SUBTITLE, looks)
    if _LATEX.search(source.text):
        _formulas(source, note)
    for pattern, what, left in ((EMOTICON, "an emoticon", PICTURE), *_MARKUP):

        def blank(m: re.Match[str], what: str = what, left: str = left) -> str | tuple[int, int]:
            note(m.start(), m.group(), what)
            return m.span("keep") if "keep" in m.re.groupindex else left

        source.replace(pattern, blank)
    return source, notes


_HIDDEN_DIGITS = re.compile(r"(?<=\d\d)\*{3,}(?=\d\d)")
# The end of a line as subtitles (\N) and listings (\n) write it.
_WRITTEN_LINE_END = re.compile(r"(?<=[一-鿿，。！？…”）])\\[Nn](?=[一-鿿“（])")
# What subtitles of the kind ASS say about their looks: {\an8}, {\pos(1,2)\b1}.
_SUBTITLE = re.compile(
    r"\{\\(?:an?\d|[ibus][01]|fn|fs(?:c[xy]|p)?-?\d|fr[xyz]?-?\d|fade?\(|(?:[1-4]?[ca]|alpha)&|[kK][fo]?\d|pos\(|move\("
    r"|org\(|i?clip\(|t\(|bord\d|[xy]?shad\d|be\d|blur\d|q\d|r(?=[}\\])|p\d)[^{}\n]{0,200}\}"
)
_LATEX = re.compile(r"[$\\]|[\^_]\{")


# Of Windows: D:\times\pi.
_PATH = re.compile(r"(?<![A-Za-z])[A-Zc-g]:(?:\\?[\w.-])*$")


def _formulas(source: Source, note: Callable[[int, str, str], None]) -> None:
    """LaTeX in plain signs; commands that are not known are noted."""
    from ffvits.text.latex import FORMULA, plain_formula

    def plain(m: re.Match[str]) -> str | tuple[int, int]:
        if _PATH.search(m.string, max(0, m.start() - 80), m.start()):
            return m.span()
        said, unknown = plain_formula(m[m.lastindex or 0])
        for command in unknown:
            note(m.start() + max(m.group().find(command), 0), command, "a command of LaTeX")
        return said

    source.replace(FORMULA, plain)
