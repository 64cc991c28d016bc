"""What recognisers write when nobody speaks: sentences from the subtitles that they were trained on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# Without marks and blanks. Seen with Whisper where nothing, music or noise was to be heard.
# Credits: nobody says these in a recording of a character.
CREDITS = (
    "请不吝点赞订阅转发打赏支持明镜与点点栏目 点点栏目 明镜与点点栏目 打赏支持明镜 点赞订阅转发 订阅我们的频道 "
    "优优独播剧场 中文字幕志愿者 字幕志愿者 字幕由Amaraorg社区提供 由Amaraorg社区提供的字幕 字幕制作 字幕by "
    "字幕提供 中文字幕 词曲李宗盛 作词作曲 以下是普通话的句子 以下是普通话 ご視聴ありがとうございました "
    "ご視聴ありがとうございます チャンネル登録してください チャンネル登録をお願いいたします "
    "チャンネル登録よろしくお願いします 最後までご視聴いただきありがとうございます 次回予告 またねバイバイ "
    "시청해주셔서감사합니다 구독과좋아요부탁드립니다 한글자막by MBC뉴스 이덕영입니다 다음영상에서만나요 "
    "thankyouforwatching thanksforwatching pleasesubscribe subscribe applause subtitlesbytheamaraorgcommunity "
    "subtitlesby transcriptionbycastingwords illseeyouinthenextvideo seeyounexttime seeyouinthenextvideo "
    "pleasesubscribetomychannel dontforgettosubscribe untertitelderamaraorgcommunity "
    "untertitelimauftragdeszdffürfunk2017 sousrealisesparalacommunautédamaraorg soustitragestsrc "
    "davoirregardecettevideo subtítulosporlacomunidaddeamaraorg graciasporverelvideo "
    "legendaspelacomunidadeamaraorg субтитрысделалdimatorzok продолжениеследует спасибозапросмотр "
    "редакторсубтитров корректор sottotitolicreatidallacomunitàamaraorg terimakasih cámơn ขอบคุณ شكرا धन्यवाद "
    "napisystworzoneprzezspołecznośćamaraorg 谢谢大家观看 谢谢大家收看 优优独播剧场yoyotelevisionseriesexclusive "
    "字幕由索兰娅提供"
).split()

# Courtesies: somebody may say these, so they count only where little speech is to be heard.
COURTESIES = (
    "谢谢观看 谢谢收看 感谢观看 感谢收看 谢谢大家 感谢大家 谢谢观赏 多谢收看 我们下期再见 下期再见 我们下次再见 "
    "请订阅我的频道 别忘了订阅 音乐 掌声 笑声 静音 字幕组 作词 作曲 编曲 李宗盛 杨茜茜 おやすみなさい "
    "ありがとうございました 감사합니다 you thankyou thanks thankyouverymuch bye byebye okay oh ah hmm music "
    "laughter silence one so merci gracias grazie obrigado vielendank"
).split()


LOOP = 2.2  # compression of a text, above which it says the same over and over


def is_invention(text: str, compression: float) -> bool:
    """Whether a text tells by itself that nobody said it: there is no word in it, it is a loop, or it is credits."""
    return not any(map(str.isalnum, text)) or compression > LOOP or bool(stock_phrase(text, CREDITS))


def stock_phrase(text: str, phrases: Sequence[str]) -> str:
    """The one of `phrases` that a text is made of, once or repeated, with at most a quarter of other characters; or "".

    Blanks, marks and capitals do not count.
    """
    bare = _bare(text)
    for phrase in _longest_first(tuple(phrases)) if bare else ():
        if bare.count(phrase) * len(phrase) >= 0.75 * len(bare):
            return phrase
    return ""


@lru_cache(maxsize=8)
def _longest_first(phrases: tuple[str, ...]) -> list[str]:
    return sorted({_bare(phrase) for phrase in phrases}, key=len, reverse=True)


def repeated(text: str) -> str:
    """What is said over and over in a text: at least four times in a row, and most of it; or ""."""
    bare = _bare(text)
    for run in re.finditer(r"(.{1,12}?)\1{3,}", bare):
        if len(run.group()) > max(0.6 * len(bare), 5):
            return run.group(1)
    return ""


def period(text: str) -> int:
    """After how many letters a text begins anew, to end within or with a later time; 0 if it never does.

    Only what takes up again two letters or more counts: nobody invents 哈哈哈哈. Letters are the characters that
    `isalnum` knows, as whoever cuts the text counts them: not the vowel signs of Hindi or Thai.
    """
    letters = [unicodedata.normalize("NFKC", char).lower() for char in text if char.isalnum()]
    found = next((n for n in range(1, len(letters) // 2 + 1) if letters[n:] == letters[:-n]), 0)
    return found if found >= 2 else 0


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(char for char in folded if char.isalnum() or unicodedata.category(char).startswith("M"))
