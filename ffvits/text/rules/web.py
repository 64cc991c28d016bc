"""Rules for what computers are told: web addresses, files, addresses of machines, versions."""

from __future__ import annotations

import re

from ffvits.text.numerals import cardinal, decimal, digits
from ffvits.text.rules.rule import BEGIN, END, Rule, rule

_SIGNS = {
    ".": "点", "@": "艾特", "/": "斜杠", "-": "杠", "_": "下划线", "?": "问号", "=": "等于", "&": "和", ":": "冒号",
    "#": "井号", "%": "百分号", "+": "加", "~": "波浪线",
}  # fmt: skip


def _spell(address: str) -> str:
    """An address sign by sign: letters stay together, digits are read one by one."""
    return re.sub(r"\d+", lambda m: digits(m.group()), "".join(_SIGNS.get(c, c) for c in address))


def _url(m: re.Match[str]) -> str:
    address = re.sub(r"^[A-Za-z]+://", "", m.group())
    stop = re.search(r"[.?:/]+$", address)
    tail = m.group()[len(m.group()) - len(stop.group()) :] if stop else ""
    return _spell(address[: len(address) - len(tail)]) + tail.replace("/", "")


_SUFFIXES = (
    "com|cn|net|org|edu|gov|io|ai|tv|me|cc|top|xyz|co|uk|jp|hk|app|dev|vip|info|html?|pdf|docx?|xlsx?|pptx?|txt|exe|zip"
    "|rar|mp3|mp4|avi|mkv|wav|flac|jpe?g|png|gif|py|js|json|csv|apk|iso|pth|md|ya?ml|log"
    "|toml|ini|xml|css|sql|sh|bat|cpp|java|rs|ts|go|ipynb|onnx|ckpt|gz|tar|7z|webp|svg|bmp|ogg|m4a|srt|ass|dll"
)


WEB_RULES: tuple[Rule, ...] = (
    rule(
        "web address",
        r"(?:https?|ftp)://[A-Za-z0-9.@/\-_?=&:#%+~]+|www\.[A-Za-z0-9.@/\-_?=&:#%+~]+",
        _url,
        examples="""
        访问https://www.example.com/a1就行 => 访问www点example点com斜杠a一就行
        www.12306.cn => www点一二三零六点cn""",
    ),
    rule(
        "e-mail",
        # What ends in a number is the address of a machine, which may have a port; 4.4GHz is none.
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,7}"
        r"\.(?=[A-Za-z])[A-Za-z0-9-]{1,63}",
        lambda m: _spell(m.group()),
        examples="""
        发到abc123@qq.com吧 => 发到abc一二三艾特qq点com吧
        root@192.168.0.1:8080 => root艾特一九二点一六八点零点一冒号八零八零""",
    ),
    rule(
        "drive of Windows",
        r"(?<![A-Za-z])([A-Z]):(?=[\\/](?!/))",
        lambda m: f"{m[1]}盘，",
        examples=r"打开D:\games => 打开D盘，games",
    ),
    rule(
        "dot before a name",
        rf"(?<![A-Za-z0-9.…)\]~/])\.(?=NET(?![A-Za-z])|(?:{_SUFFIXES})(?:文件|格式|后缀|结尾|压缩|图片?|音频|视频|字幕|脚本|[、和或]|扩展名))",
        lambda m: "点",
        examples="用.NET 8写 => 用点NET八写\n支持.mp3和.wav格式 => 支持点mp三和点wav格式",
    ),
    rule(
        "domain or file",
        rf"(?<![A-Za-z0-9.@_-])(?:[A-Za-z0-9_-]{{1,63}}/){{0,8}}[A-Za-z0-9_-]{{1,63}}(?:\(\d{{1,2}}\))?"
        rf"(?:\.[A-Za-z0-9_-]{{1,63}}){{0,8}}\.(?:{_SUFFIXES})(?![A-Za-z0-9])",
        lambda m: None if re.fullmatch(r"[\d.]+", m.group()) else _spell(m.group()),
        examples="""
        bilibili.com => bilibili点com
        打开setup.exe => 打开setup点exe
        写到logs/2026-11-27.log => 写到logs斜杠二零二六杠一一杠二七点log
        把论文v2(1).docx发我 => 把论文v二（一）点docx发我""",
    ),
    rule(
        "IP address",
        rf"{BEGIN}(\d{{1,3}}(?:\.\d{{1,3}}){{3}})(?::(\d{{1,5}})|/(\d{{1,2}}))?{END}",
        lambda m: (
            digits(m[1]).replace(".", "点")
            + (f"冒号{digits(m[2])}" if m[2] else "")
            + (f"斜杠{cardinal(m[3])}" if m[3] else "")
        ),
        examples="""
        127.0.0.1 => 一二七点零点零点一
        10.0.0.0/24 => 一零点零点零点零斜杠二十四
        192.168.1.1:8080 => 一九二点一六八点一点一冒号八零八零""",
    ),
    rule(
        "port of a machine",
        r"(?:(?<=localhost)|(?<=点com)|(?<=点cn)|(?<=点net)|(?<=点org)|(?<=点top)|(?<=点xyz)):(\d{2,5})(?!\d)",
        lambda m: "冒号" + digits(m[1]),
        examples="localhost:3000打不开 => localhost冒号三零零零打不开\nmc.a.com:25565 => mc点a点com冒号二五五六五",
    ),
    rule("version of HTTP", r"(?<=HTTP)/(?=\d)", lambda m: "", examples="HTTP/2更快 => HTTP二更快"),
    rule(
        "version",
        r"(?<![A-Za-z])(?:(版本号?[：: ]{0,2})?[Vv]er(?:sion)?\.? ?|(版本号?) ?)(\d+(?:\.\d+)*)(?![\d])",
        lambda m: (m[1] or m[2] or "版本").strip() + decimal(m[3]),
        examples="""
        Ver2.0 => 版本二点零
        更新到version 1.2.3了 => 更新到版本一点二点三了
        当前版本Ver.4.2.1 => 当前版本四点二点一""",
    ),
    rule(
        "version with v",
        r"(?<![A-Za-z0-9])([Vv])\.? ?(\d+(?:\.\d+)+|\d{1,2}(?=版))(?!\d)",
        lambda m: m.group(1).upper() + decimal(m.group(2)),
        examples="v1.2.3 => V一点二点三",
    ),
    rule(
        "version of a package",
        r"(?<=[A-Za-z]) ?(==|>=|<=|~=) ?(\d+(?:\.\d+)+)(?![\d.])",
        lambda m: {"==": "等于", ">=": "大于等于", "<=": "小于等于", "~=": "约等于"}[m.group(1)] + decimal(m.group(2)),
        examples="torch==2.1.0 => torch等于二点一点零",
    ),
    rule(
        "numbers of three parts",
        # But 08.2.9入住 is a day.
        rf"{BEGIN}(?!0\d\.1?\d\.[1-3]?\d[入到去在刚，日])\d{{1,3}}(?:\.\d{{1,4}}){{2,}}(?![\d.])",
        lambda m: None if re.fullmatch(r"(?:19|20)\d\d\..*|\d{1,2}\.\d{1,2}\.\d{4}", m.group()) else decimal(m.group()),
        examples="iOS 17.5.1 => iOS十七点五点一",
    ),
)
