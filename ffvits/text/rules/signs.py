"""Rules for what is left when all numbers are words: signs between words, and line ends."""

from __future__ import annotations

import re

from ffvits.text.rules.rule import Rule, after, before, rule

_GREEK_NAMES = """
    阿尔法 贝塔 伽马 德尔塔 艾普西隆 泽塔 伊塔 西塔 约塔 卡帕 兰姆达 缪 纽 克西 奥密克戎 派 柔 西格玛 陶 宇普西隆 斐 希
    普西 欧米伽 西格玛
""".split()
_GREEK = dict(zip("αβγδεζηθικλμνξοπρστυφχψως", _GREEK_NAMES, strict=True))
_ALONE = {
    "%": "百分号", "‰": "千分号", "‱": "万分号", "°": "度", "¥": "元", "$": "美元", "€": "欧元",
    "£": "英镑", "₩": "韩元",
    "₹": "卢比", "₽": "卢布", "฿": "泰铢", "÷": "除以", "±": "正负", "≤": "小于等于", "≥": "大于等于",
    "≠": "不等于", "≈": "约等于", "√": "根号", "∞": "无穷大", "+": "加", "⊥": "垂直", "∠": "角", "∪": "并",
    "∩": "交", "∈": "属于", "∉": "不属于", "⊂": "包含于", "⊆": "包含于", "∵": "因为", "∴": "所以", "∥": "平行",
    "⇒": "推出", "⇔": "等价于", "∑": "求和", "∏": "求积", "∫": "积分", "∂": "偏", "∇": "梯度", "∀": "任意",
    "∃": "存在", "§": "节", "∅": "空集", "∝": "正比于", "≡": "恒等于",
    "≌": "全等于", "⊇": "包含", "⊃": "包含",
}  # fmt: skip
_HAN = "一-鿿㐀-䶿"
_WORD = f"A-Za-z{_HAN}"


# How words end that name an amount.
_AMOUNT = "(?:[A-Za-z）)量度数积值价额长宽高程间力功压流阻率本入润产债重径期差和方零一二三四五六七八九十百千万亿]|负b)"

_RESULTS = {"+": "阳性", "-": "阴性", "±": "弱阳性", "++": "两个加号", "+++": "三个加号", "++++": "四个加号"}

SIGN_RULES: tuple[Rule, ...] = (
    rule(
        "result of a test",
        r"[(（](\+{1,4}|-|±)[)）]|(?<=[白血糖体])(\+{1,4})(?![\w+])",
        lambda m: (
            _RESULTS[m[1] or m[2]]
            if re.search(
                "HPV|HBs|HIV|H[ABC]V|抗[原体]|核酸|蛋白|[潜隐]血|酮体|尿糖|试验|[检筛]查|检测|病毒|体征"
                r"|(?<![A-Za-z])(?:Ig[AGMED]|CD\d{1,3}|CD[一二三四五六七八九十百]+|Ki.{1,4}|ER|PR|CEA|AFP|EBV|RPR|ANA|HER.{1,2})$",
                before(m, 8),
            )
            else None
        ),
        examples="""
        HPV(-) => HPV阴性
        IgM(-) => IgM阴性
        乙肝表面抗原（+） => 乙肝表面抗原阳性
        尿蛋白++ => 尿蛋白两个加号""",
    ),
    rule(
        "laughing and thinking aloud",
        r"(?<![A-Za-z])(?:([Hh]{3,})|[Ee]m{2,})(?![A-Za-z])",
        lambda m: "哈" * len(m[1]) if m[1] else "嗯，",
        examples="hhh笑死 => 哈哈哈笑死\nemmm让我想想 => 嗯，让我想想",
    ),
    rule("の between hanzi", rf"(?<=[{_HAN}])の(?=[{_HAN}])", lambda m: "的", examples="优の良品 => 优的良品"),
    rule(
        "hash tag",
        r"(?<![A-Za-z*#])#(?![*\s])([^#*\n]{2,40})#",
        lambda m: f"{m.group(1)}，" if after(m) not in "，。！？" else m.group(1),
        examples="#今日话题#来了 => 今日话题，来了\n#双11#来啦 => 双十一，来啦",
    ),
    rule(
        "star and hash keys",
        r"[*#](?=[*#零一二三四五六七八九])|(?<=[零一二三四五六七八九])[*#]",
        lambda m: "星号" if m.group() == "*" else "井号",
        examples="*#06# => 星号井号零六井号",
    ),
    rule(
        "sharp note",
        r"(?<![A-Za-z#])#(?=[A-G](?![A-Za-z\d#]))",
        lambda m: (
            "升" if re.search("调|音|[琴曲乐歌]|谱|和?弦|小节|弹|唱", before(m, 16) + " " + after(m, 10)) else None
        ),
        examples="第3小节的#F别弹错 => 第三小节的升F别弹错",
    ),
    rule(
        "key of a telephone",
        r"(?<![A-Za-z])(#|\*)号?(?=键)|(?<=按)([#*])(?![A-Za-z\d*#])",
        lambda m: "星号" if "*" in m.group() else "井号",
        examples="按#号键返回，按*键重听 => 按井号键返回，按星号键重听\n按#返回 => 按井号返回",
    ),
    rule("variable of a shell", r"\$(?=[A-Za-z_{])", lambda m: "", examples="$PATH => PATH"),
    rule("degrees alone", r"°[Cc](?![A-Za-z])", lambda m: "摄氏度", examples="单位是℃ => 单位是摄氏度"),
    rule("Fahrenheit alone", r"°[Ff](?![A-Za-z])", lambda m: "华氏度"),
    rule("C#", r"(?<![A-Za-z])([CF])#", lambda m: m.group(1) + " sharp", examples="学C#好 => 学C sharp好"),
    rule("and", r"(?<=[A-Za-z]) ?& ?(?=[A-Za-z])", lambda m: " and ", examples="R&B => R and B"),
    rule("and in Chinese", r" ?&{1,2} ?", lambda m: "和", examples="你&我 => 你和我"),
    rule("forwarded", r" ?//(?=@)", lambda m: "，", examples="转发//@小明:好 => 转发，艾特小明：好"),
    rule("at", r"@(?=\S)", lambda m: "艾特", examples="@小明 => 艾特小明"),
    rule(
        "title before a name",
        r"(?<![A-Za-z])(Mr|Mrs|Ms|Dr|Prof|St|vs)\. ?(?=[A-Za-z一-鿿])",
        lambda m: m.group(1) + " ",
        examples="Mr. Wang => Mr Wang",
    ),
    rule(
        "dotted letters",
        r"(?<![A-Za-z])(?:[A-Za-z]\.){2,}[A-Za-z]?",
        lambda m: m.group().replace(".", " ").strip(),
        examples="U.S.A => U S A",
    ),
    rule("dot inside Latin", r"(?<=[A-Za-z])\.(?=[A-Za-z])", lambda m: " 点 ", examples="Node.js => Node点js"),
    rule("underscore inside Latin", r"(?<=[A-Za-z])_+(?=[A-Za-z])", lambda m: " ", examples="user_name => user name"),
    rule(
        "Wi-Fi",
        r"(?<![A-Za-z])([Ww]i)-([Ff]i)(?![A-Za-z])",
        lambda m: m.group(1) + m.group(2).lower(),
        examples="连Wi-Fi => 连Wifi",
    ),
    rule("hyphen inside Latin", r"(?<=[A-Za-z])-(?=[A-Za-z])", lambda m: " ", examples="e-mail => e mail"),
    rule(
        "arrow",
        rf"\s?→\s?|(?<=[{_HAN}]) ?⇒ ?(?=[{_HAN}])",
        lambda m: "到" if before(m) and after(m) else "",
        examples="北京→上海 => 北京到上海\n打开设置⇒点击关于 => 打开设置到点击关于",
    ),
    rule("up", r"↑", lambda m: "上升", examples="↑百分之五 => 上升百分之五"),
    rule("down", r"↓", lambda m: "下降"),
    rule(
        "Greek letter",
        "([αβγδεζηθικλμνξοπρσςτυφχψωΑ-Ω])(?:-(?=[一-鿿]))?",
        lambda m: _GREEK[m.group(1).lower()],
        examples="β粒子 => 贝塔粒子",
    ),
    rule(
        "ratio of names",
        r"(?<=[甲乙丙丁]) ?[:：] ?(?=[甲乙丙丁] ?(?:[:：=]|等于|是|为))",
        lambda m: "比",
        examples="甲:乙=9:8 => 甲比乙等于九比八",
    ),
    rule("equals", r"(?<=\S) ?={1,2} ?(?=\S)", lambda m: "等于", examples="时间=金钱 => 时间等于金钱"),
    rule("greater", rf"(?<=[{_WORD}]) ?> ?(?=[{_WORD}])", lambda m: "大于", examples="身体>工作 => 身体大于工作"),
    rule("less", rf"(?<=[{_WORD}]) ?< ?(?=[{_WORD}])", lambda m: "小于"),
    rule("times", rf"(?<=[{_WORD}）)]) ?× ?(?=[{_WORD}（(])", lambda m: "乘", examples="速度×时间 => 速度乘时间"),
    rule(
        "plus between words",
        rf"(?<=[{_WORD}]) ?\+ ?(?=[{_WORD}]|$)",
        lambda m: "加",
        examples="A+B => A加B\n鱼+熊掌 => 鱼加熊掌",
    ),
    rule("and/or", r"(?<=[A-Za-z])/(?=[A-Za-z])", lambda m: " ", examples="TCP/IP => TCP IP"),
    rule(
        "slash",
        rf"(?<=[{_WORD}）)”]) ?/ ?(?=[{_WORD}（(“])",
        # 性别=男/女 is a choice.
        lambda m: "除以" if re.search(f"等于[^，。！？；]{{0,15}}{_AMOUNT}$", before(m, 18)) else "、",
        examples="男/女 => 男、女\n速度=路程/时间 => 速度等于路程除以时间",
    ),
    rule("minus as negative", rf"(?<![{_WORD}])-(?=[零一二三四五六七八九十两])", lambda m: "负"),
    rule(
        "from day to day",
        "(?<=[周期拜][一二三四五六日天末])[-~—](?=周|星期|礼拜)|(?<=[零一二三四五六七八九十][月日年号])[-~—](?=[零一二三四五六七八九十]{1,4}[年月日号])"
        "|(?<=[零一二三四五六七八九十][章节页回集课讲条])[-~—](?=第)",
        lambda m: "到",
        examples="周一~周五 => 周一到周五\n1037年1月8日—1101年8月24日 => 一零三七年一月八日到一一零一年八月二十四日",
    ),
    rule(
        "tilde between",
        r"(?<=[一二三四五六七八九十百千万亿元天年月日点个])~(?=[零一二三四五六七八九十两])",
        lambda m: "到",
    ),
    rule(
        "dash",
        rf"(?<=[{_HAN}]) ?- ?(?=[{_HAN}])",
        lambda m: "" if before(m) in "零一二三四五六七八九十" and after(m) in "零一二三四五六七八九十" else "，",
        examples="小米-华为 => 小米，华为",
    ),
    rule(
        "tilde",
        r" ?~ ?",
        lambda m: "。" if not after(m) or after(m) == "\n" else "" if after(m) in "，。！？、；：…—”》）" else "，",
        examples="好呀~ => 好呀。\n来嘛~快点 => 来嘛，快点",
    ),
    rule(
        "interpunct",
        r" ?· ?",
        lambda m: " " if re.match("[A-Za-z]", before(m)) and re.match("[A-Za-z]", after(m)) else "",
        examples="列奥纳多·达·芬奇 => 列奥纳多达芬奇",
    ),
    rule(
        "contraction",
        r"(?i:(?<=[a-z])'(m|re|ll|ve|d)(?![a-z]))",
        lambda m: {"m": " am", "re": " are", "ll": " will", "ve": " have", "d": " would"}[m.group(1).lower()],
        examples="I'm => I am\nyou're => you are",
    ),
    rule("apostrophe", r"(?<=[A-Za-z])'(?=[A-Za-z])", lambda m: "", examples="don't => dont"),
    rule("comma", r" ?, ?", lambda m: "，", examples="好,走 => 好，走"),
    rule("full stop", r"\.", lambda m: "。" if re.match(rf"[{_WORD}”）]", before(m)) else "", examples="好. => 好。"),
    rule("colon", r" ?: ?", lambda m: "：", examples="注意:听 => 注意：听"),
    rule("semicolon", r" ?; ?", lambda m: "；"),
    rule("exclamation", r" ?!+ ?", lambda m: "！", examples="好! => 好！"),
    rule("question", r" ?\?+ ?", lambda m: "？"),
    rule("bar", r" ?[|\\]+ ?", lambda m: "，" if before(m) and after(m) else ""),
    rule("opening bracket", r"[(\[{]", lambda m: "（", examples="你(我)他 => 你（我）他"),
    rule("closing bracket", r"[)\]}]", lambda m: "）"),
    rule(
        "sign alone",
        f" ?([{re.escape(''.join(_ALONE))}]) ?",
        lambda m: _ALONE[m[1]],
        examples="百分比用%表示 => 百分比用百分号表示",
    ),
    rule("at alone", "@", lambda m: "艾特"),
    rule("signs that are not spoken", r"[-*/=<>#&^_'’`\"′″×{}△⁄∽]", lambda m: "", examples="*重点* => 重点"),
)
