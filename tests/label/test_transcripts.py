"""Transcripts that exist already: every format read, shared among clips, checked against what is heard."""

import json
import re

import numpy as np
import pytest

from ffvits.clip import Clip
from ffvits.label.subtitles import Line, parse
from ffvits.label.transcripts import Transcripts, find, imported, use
from ffvits.recipe import TranscribeSettings

S = TranscribeSettings()


@pytest.fixture
def warned(monkeypatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr("ffvits.console.warn", lines.append)
    return lines


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.list", "x/a.wav|派蒙|ZH|你好世界\nx/b.wav|派蒙|ZH|再见"),
        ("esd.list", "a.wav|派蒙|ZH|你好世界\nb.wav|派蒙|ZH|再见"),
        ("metadata.txt", "a|你好世界\nb|再见"),
        ("wavs.txt", "D:\\voices\\a.wav|派蒙|你好世界"),
        ("t.csv", "path,speaker,text\na.wav,派蒙,你好世界\n"),
        ("t.csv", "a.wav,你好世界\n"),
        ("t.tsv", "file\ttext\na.wav\t你好世界\n"),
        ("t.jsonl", '{"audio": "a.wav", "text": "你好世界"}\n{"audio": "zz.wav", "text": "?"}'),
        ("t.json", '[{"file": "a.wav", "sentence": "你好世界"}]'),
        ("t.json", '{"a.wav": "你好世界"}'),
        ("t.json", '[{"key": "a", "text": "你好世界"}]'),
        ("a.tsv", "a.wav\t你好世界\nb.wav\t再见\n"),
        # As people leave their files: an empty line or a remark first, the marks of another system, a line cut short.
        ("t.list", "\na.wav|派蒙|ZH|你好世界\nb.wav|派蒙|ZH|再见"),
        ("t.list", "# 第一批\na.wav|你好世界\nb.wav|再见"),
        ("t.csv", "文件;文本\na.wav;你好世界\nb.wav;再见\n"),
        ("t.csv", 'b.wav,"再|见"\na.wav,你好世界\n'),
        ("t.jsonl", '{"audio": "a.wav", "text": "你好世界"}\n{"audio": "b.wav", "te'),
        ("a.txt", "你好世界\n"),
        ("a.lab", "你好世界"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_tables_and_labels(tmp_path, name, text, encoding):
    (tmp_path / name).write_bytes(text.encode(encoding))
    found = find(tmp_path, ["a.wav", "b.wav"])
    assert [line.text for line in found.of("a.wav")] == ["你好世界"]
    assert found.files == (tmp_path / name,)


def test_a_damaged_table_is_told_and_not_guessed_at(tmp_path, warned):
    damaged = "a.wav|派蒙|ZH|你好世界，今天天气很好。".encode()
    (tmp_path / "a.list").write_bytes(damaged[:40] + b"\xe4" + damaged[40:])
    assert not find(tmp_path, ["a.wav"]).of("a.wav")
    assert [line for line in warned if "a.list" in line and "UTF-8" in line]


SRT = "1\r\n00:00:01,500 --> 00:00:03,000\r\n<i>你好</i>\r\n\r\n2\r\n00:01:00,000 --> 00:01:02,500\r\n世界\r\n"
VTT = "WEBVTT\n\n00:01.500 --> 00:03.000 align:start\n你好\n\n01:00.000 --> 01:02.500\n世界"
ASS = """[Events]
Format: Layer, Start, End, Text
Dialogue: 0,0:00:01.50,0:00:03.00,{\\an8}你好
Dialogue: 0,0:01:00.00,0:01:02.50,世界
"""
TEXTGRID = """item [1]:
    intervals [1]:
        xmin = 0
        xmax = 1.5
        text = ""
    intervals [2]:
        xmin = 1.5
        xmax = 3.0
        text = "你好"
    intervals [3]:
        xmin = 60
        xmax = 62.5
        text = "世界"
"""
WHISPER = {"segments": [{"start": 1.5, "end": 3.0, "text": "你好"}, {"start": 60, "end": 62.5, "text": "世界"}]}
TENCENT = [
    {"FinalSentence": "你好", "StartMs": 1500, "EndMs": 3000},
    {"FinalSentence": "世界", "StartMs": 60000, "EndMs": 62500},
]
IFLYTEK = [{"bg": "1500", "ed": "3000", "onebest": "你好"}, {"bg": "60000", "ed": "62500", "onebest": "世界"}]
WHISPER_CPP = [
    {"timestamps": {"from": "00:00:01,500"}, "offsets": {"from": 1500, "to": 3000}, "text": " 你好"},
    {"timestamps": {"from": "00:01:00,000"}, "offsets": {"from": 60000, "to": 62500}, "text": " 世界"},
]
FUNASR = [
    {"text": "你好", "start": 1500, "end": 3000, "timestamp": [[1500, 2000], [2000, 3000]], "spk": 0},
    {"text": "世界", "start": 60000, "end": 62500, "timestamp": [[60000, 61000], [61000, 62500]], "spk": 0},
]
TRANSFORMERS = [{"timestamp": [1.5, 3.0], "text": "你好"}, {"timestamp": [60.0, 62.5], "text": "世界"}]
BILIBILI = [{"from": 1.5, "to": 3.0, "content": "你好"}, {"from": 60, "to": 62.5, "content": "世界"}]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (".srt", SRT),
        (".vtt", VTT),
        (".ass", ASS),
        (".textgrid", TEXTGRID),
        (".json", json.dumps(WHISPER)),
        (".json", json.dumps({"Response": {"Data": {"ResultDetail": TENCENT}}})),
        (".json", json.dumps(IFLYTEK)),
        (".json", json.dumps({"transcription": WHISPER_CPP})),
        (".json", json.dumps([{"key": "a", "text": "你好世界", "sentence_info": FUNASR}])),
        (".json", json.dumps({"text": "你好世界", "chunks": TRANSFORMERS})),
        (".bcc", json.dumps({"font_size": 0.4, "body": BILIBILI})),
        (".json", json.dumps({"font_size": 0.4, "body": BILIBILI})),
        (".tsv", "start\tend\ttext\n1500\t3000\t你好\n60000\t62500\t世界\n"),
        (".txt", "1.500000\t3.000000\t你好\n\\\t0.0\t8000.0\n60.000000\t62.500000\t世界\n"),
    ],
)
def test_lines_with_times(kind, text):
    assert parse(text, kind) == [Line("你好", 1.5, 3.0), Line("世界", 60.0, 62.5)]


def test_lyrics_end_where_the_next_line_begins():
    assert parse("[ti:歌]\n[00:01.50]你好\n[00:03.00]世界\n", ".lrc") == [
        Line("你好", 1.5, 3.0),
        Line("世界", 3.0, 18.0),
    ]
    assert parse("[00:01:50]你好", ".lrc") == [Line("你好", 1.5, 16.5)]  # hundredths of a second, no hours
    assert parse("[01:00:01.50]<00:01.50>你<00:01.80>好\n[01:00:02.50]", ".lrc") == [Line("你好", 3601.5, 3602.5)]


def test_of_lyrics_with_a_translation_the_chinese_is_said():
    text = "[00:01.00]Hello\n[00:01.00]你好\n[00:03.00]世界\n[00:03.00]World\n[00:04.00]"
    assert parse(text, ".lrc") == [Line("你好", 1, 3), Line("世界", 3, 4)]


def test_lines_come_in_order_whatever_the_file_s():
    """Editors keep those of each style together."""
    rows = "".join(f"Dialogue: 0:00:0{n}.00,0:00:0{n + 1}.00,{text}\n" for n, text in ((3, "世界"), (1, "你好")))
    assert parse(f"Format: Start, End, Text\n{rows}", ".ass") == [Line("你好", 1, 2), Line("世界", 3, 4)]


def test_what_is_said_twice_at_once_is_no_shadow():
    assert parse("00:01,000 --> 00:02,000\n来了\n来了\n", ".srt") == [Line("来了 来了", 1, 2)]


@pytest.mark.parametrize(
    ("kind", "text"), [(".tsv", "start\tend\ttext\n"), (".tsv", "file\twords"), (".txt", "1.0\t2.0\t\n")]
)
def test_labels_without_words_are_none(kind, text):
    assert parse(text, kind) == []


def test_the_last_of_transformers_chunks_may_have_no_end():
    chunks = [{"timestamp": [0.0, 2.0], "text": "今天天气"}, {"timestamp": [3.0, None], "text": "我们出门"}]
    assert parse(json.dumps({"chunks": chunks}), ".json") == [Line("今天天气", 0, 2), Line("我们出门", 3, 3)]


STYLED = """[Events]
Format: Layer, Start, End, Style, Text
Dialogue: 0,0:00:01.00,0:00:02.00,Shadow,{\\k20}你{\\k30}好
Dialogue: 1,0:00:01.00,0:00:02.00,Default,{\\k20}你{\\k30}好\\N{\\fs20}Hello
Dialogue: 0,0:00:03.00,0:00:04.00,CN,世界
Dialogue: 0,0:00:03.00,0:00:04.00,JP,こんにちは
Dialogue: 0,0:00:05
Dialogue: 0,0:00:05.00,0:00:06.00,Sign,{\\p1}m 0 0 l 100 0{\\p0}
"""


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (".ass", STYLED),
        (".srt", "00:01,000 --> 00:02,000\n{\\an8}你好\nHello\n\n00:03,000 --> 00:04,000\nWorld\n世界\n"),
    ],
)
def test_of_subtitles_in_two_languages_the_chinese_is_said(kind, text):
    assert parse(text, kind) == [Line("你好", 1, 2), Line("世界", 3, 4)]


def test_what_viewers_write_over_a_film_is_no_transcript():
    assert parse(ASS.replace("{\\an8}", "{\\move(9,1,-9,1)}").replace(",世界", ",{\\move(9,2,-9,2)}世界"), ".ass") == []


def test_a_song_whose_syllables_fly_makes_no_comments_of_the_rest():
    song = "".join(f"Dialogue: 0:00:0{n}.00,0:00:0{n}.50,fx,{{\\move({n},1,9,1)}}啦\n" for n in range(5))
    text = f"Format: Start, End, Effect, Text\n{song}Dialogue: 0:00:08.00,0:00:09.00,,你好\n"
    assert parse(text, ".ass") == [Line("你好", 8, 9)]


def test_a_latin_row_among_chinese_ones_is_said():
    rows = ["你好", "我喜欢\nApple", "再见\n保重", "世界"]
    text = "".join(f"00:0{n},000 --> 00:0{n},900\n{row}\n\n" for n, row in enumerate(rows))
    assert [line.text for line in parse(text, ".srt")] == ["你好", "我喜欢 Apple", "再见 保重", "世界"]


def test_an_aligners_words_are_said_without_a_break():
    words = [(0, 0.5, "你好"), (0.5, 1, "世界"), (1, 2, ""), (2, 3, "再见")]
    text = "item [1]:\n" + "".join(f'xmin = {a}\nxmax = {b}\ntext = "{word}"\n' for a, b, word in words)
    assert parse(text, ".textgrid") == [Line("你好世界", 0, 1), Line("再见", 2, 3)]
    chunks = [{"timestamp": [n, n + 1], "text": word} for n, word in enumerate(["ok", "boss", "我", "来"])]
    assert parse(json.dumps({"chunks": chunks}), ".json") == [Line("ok boss我来", 0, 4)]


def test_pinyin_is_no_transcript(tmp_path, warned):
    names = [f"{number}.lab" for number in range(7)]
    for name in names:
        (tmp_path / name).write_text("ni3 hao3 shi4 jie4\n")
    assert not find(tmp_path, [name.replace("lab", "wav") for name in names])
    assert warned == ["No words found in 0.lab, 1.lab, 2.lab, 3.lab, 4.lab, … (7 files)"]


def test_subtitles_go_before_a_text_without_times(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(WHISPER))
    (tmp_path / "a.txt").write_text("你好世界")
    (tmp_path / "table.csv").write_text("a.wav|你好世界")
    found = find(tmp_path, ["a.wav"])
    assert found.of("a.wav")[0] == Line("你好", 1.5, 3.0) and found.files == (tmp_path / "a.json",)


def test_a_table_may_have_the_name_of_a_recording(tmp_path, warned):
    (tmp_path / "a.txt").write_text("a.wav|你好世界\nb.wav|再见\n")
    assert [line.text for line in find(tmp_path, ["a.wav", "b.wav"]).of("b.wav")] == ["再见"]
    assert not warned


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("content.txt", "a.wav\t你 ni3 好 hao3 世 shi4 界 jie4\nb.wav\t再 zai4 见 jian4\n"),  # AISHELL-3
        ("label.txt", "a|ni3 hao3 shi4 jie4|你好%世界$\nb|zai4 jian4|再见$\n"),
        ("000001-010000.txt", "a\t你好#2世界#4\n\tni3 hao3 shi4 jie4\nb\t再#1见#4\n\tzai4 jian4\n"),  # Biaobei
        ("aishell_transcript_v0.8.txt", "a 你好 世界\nb 再见\n"),
    ],
)
def test_of_a_corpus_only_what_is_said_counts(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    found = find(tmp_path, ["a.wav", "b.wav"])
    assert [line.text.replace(" ", "") for name in ("a.wav", "b.wav") for line in found.of(name)] == [
        "你好世界",
        "再见",
    ]


@pytest.mark.parametrize("text", ["录音说明：\na.wav 有杂音\n", "a.wav 3.2秒\nb.wav 有杂音\n"])
def test_notes_about_recordings_are_no_table(tmp_path, text):
    (tmp_path / "notes.txt").write_text(text)
    assert not find(tmp_path, ["a.wav", "b.wav"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.list", "a.wav|你好\u2028世界\nb.wav|再见"),
        ("t.list", "a.wav|你好\x0b世界\nb.wav|再见"),
        ("t.csv", 'a.wav,"你好\n世界"\nb.wav,再见'),
        ("t.jsonl", '{"audio": "a.wav", "text": "你好\u2028世界"}\n{"audio": "b.wav", "text": "再见"}'),
    ],
)
def test_what_breaks_a_line_within_the_words_loses_none(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = find(tmp_path, ["a.wav", "b.wav"])
    assert found.by_path == {"a.wav": [Line("你好 世界")], "b.wav": [Line("再见")]}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "t.jsonl",
            '{"audio": "a.wav", "text": "你好"}\n\n{"audio": "b.wav", "te',
            "t.jsonl: what is no JSON .* line 3",
        ),
        ("t.list", "a.wav|你好\nb.wav|再见\na.wav|你好吗", "t.list has different words .*: a.wav$"),
        ("t.csv", "文件，文本\na.wav，你好\nb.wav，再见", "t.csv names recordings, but no words"),
        ("trans.txt", "a.wav 你好\nb.wav 再见", "trans.txt names recordings, but no words"),
        ("t.json", '{"data": [{"audio": "a.wav", "text": "你好"}]}', "t.json names recordings, but no words"),
        ("t.json", '[{"audio": "a.wav", "text": "你好"},]', "t.json names recordings, but no words"),
        (
            "t.jsonl",
            '{"audio": "a.wav", "text": "你好\n{"audio": "b.wav", "te',
            "t.jsonl .* none of its lines is JSON$",
        ),
        ("t.list", "x/line_99.wav|派蒙|ZH|你好", r"t.list .* \(1\) .* “x/line_99.wav”, and here is “a.wav”"),
        ("t.txt", "line_98|你好\nline_99|再见", r"t.txt .* \(2\) .* “line_98”, and here is “a.wav”"),
        ("t.txt", "派蒙_01 今天|你好\n派蒙_01|再见\n派蒙_02|你好", r"t.txt .* \(2\) .* “派蒙_01”"),
        ("t.txt", "S0002W0122 你好 世界\nS0002W0123 再见", "“S0002W0122”"),
        ("t.csv", "file,text\n001,你好\n002,再见\n", r"\(2\) .* “001”"),
        ("t.jsonl", '{"audio": "c.wav", "text": "你好"}\n{"audio": "d.wav", "te', r"\(1\) .* “c.wav”"),
        ("t.json", '{"第一集.mp3": "你好", "第二集.mp3": "再见"}', r"\(2\) .* “第一集.mp3”"),
    ],
)
def test_what_is_lost_of_a_table_is_told_of(tmp_path, warned, name, text, told):
    (tmp_path / name).write_text(text, encoding="utf-8")
    find(tmp_path, ["a.wav", "b.wav"])
    (line,) = warned
    assert re.search(told, line)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.list", "a.wav|你好\na.wav|你好"),
        ("notes.txt", "录音说明：\na.wav 有杂音\n其余的都好。\n请勿转发。\n"),
        ("sizes.csv", "file,bytes\na.wav,3012\nb.wav,4021\n"),
        ("readme.txt", "录音说明\n录音室|2024 年\n设备 2|麦克风\n其余的都好。\n请勿转发。\n"),
        ("readme.txt", "请看 a|b 两种写法\nv2|更新说明\n第三行\n第四行"),
        ("diary.txt", "2024-05-01|去了北京\n2024-05-02|回来了"),
        ("times.txt", "00:12\t你好\n00:15\t再见"),
        ("note.txt", "2024 年的录音"),
        ("roles.txt", "派蒙|旅行者的同伴\n钟离|往生堂客卿\n"),
        ("about.json", '{"title": "原神", "comment": "a.wav 有杂音"}'),
        ("empty.jsonl", "\n"),
    ],
)
def test_nothing_is_told_of_where_nothing_is_lost(tmp_path, warned, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    find(tmp_path, ["a.wav", "b.wav"])
    assert not warned


FAR = "9" * 5000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.lrc", f"[{FAR}:10.00]你好"),
        ("a.srt", f"1\n{FAR}:00:01,000 --> 00:00:02,000\n你好\n"),
        ("a.textgrid", 'item [1]:\nxmin = 1.2.3\nxmax = 1.5\ntext = "你好"'),
        ("a.json", f'{{"text": {FAR}}}'),
        ("t.json", f'{{"a.wav": {FAR}}}'),
        ("a.json", '[{"timestamp": [0, "x"], "text": "你好"}]'),
        ("a.json", '[{"timestamp": [0, [1]], "text": "你好"}]'),
    ],
)
def test_times_that_are_none_end_no_labelling(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert not find(tmp_path, ["a.wav"])


def test_a_line_whose_time_is_no_number_is_passed_over():
    said = '[{"start": NaN, "end": 1, "text": "再见"}, {"start": 0, "end": 1, "text": "你好"}]'
    assert parse(said, ".json") == [Line("你好", 0.0, 1.0)]


def test_praat_writes_small_times_with_an_exponent():
    tier = 'item [1]:\nxmin = 1.25e-05\nxmax = 1.5\ntext = "你好"\nxmin = 1.5\nxmax = 2\ntext = ""'
    assert parse(tier, ".textgrid") == [Line("你好", 1.25e-05, 1.5)]


@pytest.mark.parametrize("text", ["", "not json", "{", "[1, 2]", "\x00\x01", "1\n2\n3", '{"a": {"b": [[]]}}'])
@pytest.mark.parametrize("kind", [".srt", ".lrc", ".ass", ".textgrid", ".json"])
def test_other_files_are_no_transcripts(kind, text):
    assert parse(text, kind) == []


LRC = "[00:01.50]你好\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("第1集.srt", SRT),
        ("第1集.zh-CN.srt", SRT),
        ("第1集.ai-zh.srt", SRT),
        ("第1集.简体中文.srt", SRT),
        ("第1集.chs&eng.ass", ASS),
        ("第1集.mp4.lrc", LRC),
        ("第1集.mp4.zh.vtt", VTT),
        ("第1集.mp4.txt", "你好"),
        ("第1集.mp4.lab", "你好"),
    ],
)
def test_a_name_may_go_on_with_the_suffix_and_the_language(tmp_path, name, text, warned):
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = find(tmp_path, ["第1集.mp4", "第10集.mp4", "别处/第1集.mp4"])
    assert list(found.by_path) == ["第1集.mp4"]
    assert found.of("第1集.mp4")[0].text == "你好"
    assert not warned


def test_the_plain_name_counts_before_the_simplified_and_that_before_the_traditional(tmp_path):
    for tag, words in ((".zh-TW", "繁"), (".zh-CN", "简"), (".zh-Hant", "繁")):
        (tmp_path / f"a{tag}.lrc").write_text(f"[00:01.00]{words}", encoding="utf-8")
    assert find(tmp_path, ["a.wav"]).of("a.wav")[0].text == "简"
    (tmp_path / "a.lrc").write_text("[00:01.00]正", encoding="utf-8")
    assert find(tmp_path, ["a.wav"]).of("a.wav")[0].text == "正"


def test_subtitles_that_belong_to_no_recording_are_told_of_by_name(tmp_path, warned):
    for name in ("a.en.srt", "b.srt", *(f"{n}.lab" for n in range(5))):
        (tmp_path / name).write_text(SRT, encoding="utf-8")
    (tmp_path / "readme.txt").write_text("你好", encoding="utf-8")
    assert not find(tmp_path, ["a.wav", "别处/b.wav"])
    assert len(warned) == 1
    assert warned[0].startswith("7 files of subtitles or labels are not used")
    assert "4.lab, …" in warned[0] and "readme" not in warned[0]


def test_what_is_wrong_with_transcripts_is_told_before_anybody_listens(tmp_path, warned, save, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr("ffvits.console.info", said.append)
    killed = tmp_path / "run"  # what a first run left that was killed: its clips are no recordings, either
    for path in (tmp_path / "a.wav", tmp_path / "b.wav", killed / "cache" / "a.wav"):
        save(path, np.zeros(8000, np.float32))
    (killed / "recipe.yaml").write_text("", encoding="utf-8")
    (tmp_path / "a.txt").write_text("你好", encoding="utf-8")
    (tmp_path / "c.srt").write_text(SRT, encoding="utf-8")

    def listening():
        assert said == ["Transcripts found for 1 of 2 recordings, in a.txt"]
        assert "c.srt" in warned[0]
        yield clip("你好")

    assert [one.text for one in imported(listening(), tmp_path, S, skip=[killed])] == ["你好"]


def test_equal_names_in_two_folders_are_told_apart_by_path(tmp_path):
    (tmp_path / "t.list").write_text(
        "/old/一/a.wav|x|ZH|你好\n/old/二/a.wav|x|ZH|再见\nnew/a.wav|x|ZH|谁", encoding="utf-8"
    )
    found = find(tmp_path, ["一/a.wav", "二/a.wav"])
    assert found.of("一/a.wav") == [Line("你好")] and found.of("二/a.wav") == [Line("再见")]


def clip(text: str, start: float = 0.0, end: float = 3.0, id: str = "a") -> Clip:
    return Clip(id, "a.wav", start, end, "派蒙", text=text)


def transcripts(*lines: Line):
    return Transcripts({"a.wav": list(lines)})


def test_a_transcript_that_is_heard_takes_the_place_of_what_was_heard():
    (found,) = use([clip("尼好世届。")], transcripts(Line("你好，世界！")), S)
    assert found.text == "你好，世界！" and found.kept and found.scores["transcript_match"] == 1


def test_a_transcript_of_something_else_is_caught():
    (found,) = use([clip("今天天气很好。")], transcripts(Line("欢迎来到提瓦特大陆")), S)
    assert not found.kept and found.reasons[0].code == "mismatch"
    assert "欢迎来到提瓦特大陆" in found.reasons[0].message and "今天天气很好" in found.reasons[0].message


@pytest.mark.parametrize(("wrong", "right", "told"), [(3, 1, True), (2, 0, False), (3, 3, False)])
def test_a_table_of_other_recordings_is_told_of_as_a_whole(warned, wrong, right, told):
    texts = ["今天天气很好"] * wrong + ["欢迎来到提瓦特大陆"] * right
    clips = [clip(text, id=str(n)).with_(source=f"{n}.wav") for n, text in enumerate(texts)]
    table = Transcripts({one.source: [Line("欢迎来到提瓦特大陆")] for one in clips})
    assert sum(one.kept for one in use(clips, table, S)) == right
    assert [line.split(":")[0] for line in warned] == (
        [f"{wrong} of {wrong + right} transcripts say something else than is heard"] if told else []
    )


def test_words_that_fit_the_sound_are_taken_though_others_are_heard():
    (found,) = use([clip("今天天气很好。")], transcripts(Line("欢迎来到提瓦特大陆")), S, lambda clip, texts: [0.6])
    assert found.kept and found.text == "欢迎来到提瓦特大陆" and found.review[0].other == "今天天气很好。"
    (found,) = use([clip("今天天气很好。")], transcripts(Line("欢迎来到提瓦特大陆")), S, lambda clip, texts: [0.02])
    assert found.reasons[0].code == "mismatch"


def test_half_of_what_is_said_is_no_transcript_though_it_fits():
    """The words of a sentence's beginning fit its sound, whatever follows."""
    (found,) = use([clip("自助需求成为支撑楼市的主要动力。")], transcripts(Line("自住需求成为支")), S, lambda *_: [0.6])
    assert found.reasons[0].code == "mismatch"
    (found,) = use([clip("自助需求成为支撑楼市的主要动力。")], transcripts(Line("BOSS要来了吗")), S, lambda *_: [0.6])
    assert found.kept, "a recogniser writes Latin words in more hanzi"


@pytest.mark.parametrize(
    ("laid", "kept"),
    [((-0.60, -0.90), True), ((-0.88, -0.90), False), ((-1.40, -0.60), False), ((), False)],
    ids=["lies better", "lies no better", "another's", "no Chinese is heard"],
)
def test_words_that_lie_better_over_the_sound_than_those_heard_are_taken(laid, kept):
    """Of short sounds a recogniser makes what is usual, or goes round once more."""
    heard = clip("安全未知安全未知")
    (found,) = use([heard], transcripts(Line("安全位置")), S, lambda *_: [0.05], lambda clip, texts: laid)
    assert found.kept == kept
    if kept:
        assert found.text == "安全位置" and found.review[0].other == heard.text


def test_where_nothing_is_heard_no_transcript_lies_better():
    (found,) = use([clip("")], transcripts(Line("安全位置")), S, lambda *_: [0.05], lambda *_: (0.0, -9.0))
    assert found.reasons[0].code == "mismatch"


def test_the_sound_chooses_how_a_number_is_read():
    def fit(clip, texts):
        return [0.8 if "两千零二十四" in text else 0.3 for text in texts]

    (found,) = use([clip("两千零二十四年到了。")], transcripts(Line("2024年到了")), S, fit)
    assert found.text.startswith("两千零二十四年") and not found.review


def test_lines_with_times_go_to_the_clip_in_which_they_are_said():
    lines = transcripts(Line("你好世界", 0.2, 2.5), Line("今天天气", 3.2, 4.0), Line("很好", 4.1, 5.0))
    found = list(use([clip("你好世界", 0, 3, "a"), clip("今天天气很好", 3, 6, "b")], lines, S))
    assert [one.text for one in found] == ["你好世界", "今天天气，很好"]


def test_a_line_that_spans_two_clips_is_shared_by_what_was_heard():
    lines = transcripts(Line("你好", 0, 0.5), Line("世界，今天天气很好", 0.5, 6), Line("我们走吧", 6.2, 7.5))
    heard = [clip("你好世界", 0, 2, "a"), clip("今天天汽很好我们走吧", 2.8, 7.5, "b")]
    assert [one.text for one in use(heard, lines, S)] == ["你好，世界", "今天天气很好，我们走吧"]


@pytest.mark.parametrize("hanging", [0.3, 1.5])
def test_a_subtitle_that_hangs_on_is_not_said_twice(hanging):
    lines = transcripts(Line("你好世界", 0, 2.5 + hanging), Line("今天天气很好", 2.6, 5))
    heard = [clip("你好世界", 0, 2, "a"), clip("今天天气很好", 2.5, 5, "b")]
    assert [one.text for one in use(heard, lines, S)] == ["你好世界", "今天天气很好"]


@pytest.mark.parametrize(("words", "text"), [("好的", "我们现在就出发"), ("好的，我们", "好的，我们，现在就出发")])
def test_a_subtitle_that_outlives_its_own_rejected_clip_is_the_nexts_only_if_heard_there(words, text):
    own = clip("", 0.1, 0.8, "a").reject("too-short", "x")
    heard = clip("好的我们现在就出发" if "我们" in words else "我们现在就出发", 1.0, 5.0, "b")
    lines = transcripts(Line(words, 0, 1.5), Line(text.removeprefix(words).strip("，"), 1.5, 5.0))
    assert [one.text for one in use([own, heard], lines, S)] == ["", text]


def test_a_line_of_which_nothing_was_heard_stays_whole():
    """Where to cut it nobody can tell, so it is the one's in which its middle lies, as if the other did not hear it."""
    lines = transcripts(Line("欢迎来到提瓦特大陆", 0, 5))
    heard = [clip("一二三", 0, 3, "a"), clip("四五六", 3.2, 5, "b")]
    assert [one.reasons[0].code if one.reasons else "" for one in use(heard, lines, S)] == ["mismatch", ""]


@pytest.mark.parametrize(
    ("words", "heard", "fits", "code", "doubted"),
    [
        ("苹果表配apple pay", "苹果表配爱波配", 0.2, "", "apple"),
        ("苹果表配apple pay", "苹果表配爱波配", 0.5, "", ""),
        ("苹果表配apple pay", "苹果表配apple pay。", 0.2, "", ""),
        ("打BOSS去", "打波斯曲", 0.05, "", "“BOSS” of its transcript is not among"),
        ("BOSS", "波斯", 0.05, "", "“BOSS” of its transcript is not among"),
        ("打开APP", "打开APP", 0.05, "", "hardly fits the sound (0.05)"),
        ("打开APP看看新的任务", "今天天气很好", 0.02, "mismatch", ""),
    ],
)
def test_of_a_transcript_with_latin_words_the_hanzi_are_compared(words, heard, fits, code, doubted):
    (found,) = use([clip(heard)], transcripts(Line(words)), S, lambda clip, texts: [fits])
    assert (found.reasons[0].code if found.reasons else "") == code
    assert found.kept == (found.text == words)
    assert bool(found.review) == bool(doubted) and doubted in "".join(doubt.why for doubt in found.review)


def test_a_traditional_text_is_shared_as_a_simplified_one():
    lines = ["這裡邊關緊門窗", "聽說書記來過幾趟", "我們還沒開飯", "風從湖邊颳過來"]
    heard = ["这里边关紧门窗", "听说书记来过几趟", "我们还没开饭", "风从湖边刮过来"]
    clips = [clip(heard[n], id=str(n), start=3.0 * n, end=3.0 * n + 2) for n in (0, 3)]
    found = list(use(clips, transcripts(Line("，".join(lines))), S))
    assert [one.text for one in found] == [heard[0], heard[3]]
    assert all(one.scores["transcript_match"] == 1 for one in found)


def test_subtitles_of_another_cut_are_told_by_what_is_heard(warned):
    words = ["今天天气很好", "我们去公园吧", "路边的花都开了", "孩子们在放风筝"]
    clips = [clip(text, id=str(n), start=3.0 * n, end=3.0 * n + 2) for n, text in enumerate(words)]
    late = [Line(text, 3.0 * n + 9, 3.0 * n + 11) for n, text in enumerate(words)]
    found = list(use(clips, transcripts(*late), S))
    assert [one.text for one in found] == words and all(one.kept and not one.review for one in found)
    assert len(warned) == 1 and "not in time" in warned[0]


def test_clips_without_a_transcript_and_rejected_ones_stay_as_they_are():
    other, gone = clip("你好").with_(source="b.wav"), clip("你好", id="c").reject("x", "y")
    assert list(use([other, gone], transcripts(Line("再见")), S)) == [other, gone]


BERT_VITS2 = "Data/x/audios/raw/a.wav|派蒙|ZH|你好世界|_ n i h ao _|0 3 3 3 3 0|1 2 2 1"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("train.list", BERT_VITS2),
        ("标注.csv", "文件名,说话人,文本\na.wav,派蒙,你好世界\nb.wav,派蒙,再见\n"),
        ("t.csv", "name,duration,text\na.wav,4.07,你好世界\n"),
        ("t.csv", "说话人,内容,编号\n派蒙,你好世界,a\n派蒙,再见,b\n"),
        ("t.csv", "4.07,派蒙,你好世界,a.wav\n1.10,派蒙,再见,b.wav\n"),
        ("t.tsv", 'a.wav\t"你好世界\nb.wav\t再见，朋友\n'),
        ("t.list", "a.wav|你好世界|"),
    ],
)
def test_the_words_are_where_the_hanzi_are(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = find(tmp_path, ["a.wav", "b.wav"])
    assert [line.text for line in found.of("a.wav")] == ["你好世界"]
    if "b.wav" in text:
        assert "再见" in found.of("b.wav")[0].text


@pytest.mark.parametrize(
    "text",
    [
        "名字,备注\n" + '"' + "很长的备注，" * 30_000 + '"',
        '名字,备注\n"' + "没有收尾，" * 3000,
        "source,start,end\na.wav,0.35,4.1\n",
        "[" * 100_000,
    ],
)
@pytest.mark.parametrize("name", ["notes.csv", "notes.json", "notes.jsonl", "notes.tsv"])
def test_tables_of_other_things_are_passed_over(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert not find(tmp_path, ["a.wav"])


def test_a_bare_name_means_the_recording_beside_the_table(tmp_path):
    for who, words in (("派蒙", "你好"), ("刻晴", "再见")):
        (tmp_path / who).mkdir()
        (tmp_path / who / "esd.list").write_text(f"001.flac|{who}|ZH|{words}", encoding="utf-8")
    found = find(tmp_path, ["派蒙/001.flac", "刻晴/001.flac"])
    assert found.of("派蒙/001.flac") == [Line("你好")] and found.of("刻晴/001.flac") == [Line("再见")]


def test_folders_are_compared_by_their_whole_names_and_suffixes_do_not_matter(tmp_path):
    (tmp_path / "t.list").write_text("D:\\x\\1\\001.wav|a|一一\nD:\\x\\11\\001.wav|b|二二", encoding="utf-8")
    found = find(tmp_path, ["1/001.flac", "11/001.flac"])
    assert found.of("1/001.flac") == [Line("一一")] and found.of("11/001.flac") == [Line("二二")]


def test_rows_that_may_mean_several_recordings_are_told_of(tmp_path, warned):
    (tmp_path / "t.list").write_text("001.wav|你好\n002.wav|再见", encoding="utf-8")
    found = find(tmp_path, ["a/001.wav", "b/001.wav", "b/002.wav"])
    assert found.by_path == {"b/002.wav": [Line("再见")]}
    assert len(warned) == 1 and warned[0].startswith("t.list: 1 rows are not used")


def test_one_recording_in_two_formats_has_one_transcript(tmp_path):
    (tmp_path / "t.list").write_text("001.ape|你好", encoding="utf-8")
    assert find(tmp_path, ["001.wav", "001.mp3"]).by_path.keys() == {"001.wav", "001.mp3"}


def test_tables_of_runs_are_no_transcripts(tmp_path):
    run = tmp_path / "runs" / "派蒙"
    run.mkdir(parents=True)
    for name in ("recipe.yaml", "clips.jsonl"):
        (run / name).touch()
    (run / "review.csv").write_text("source,text\na.wav,你好\n", encoding="utf-8")
    assert not find(tmp_path, ["a.wav"])


@pytest.mark.parametrize(
    "text",
    [
        "1\n00:00:00,000 --> 00:00:00,100\n\n2\n00:00:01,500 --> 00:00:03,000\n你好\n\n"
        "3\n00:01:00,000 --> 00:01:02,500\n世界",
        "1\n00:00:01,500 --> 00:00:03,000\n你好\n2\n00:01:00,000 --> 00:01:02,500\n世界\n",
        "00:00:01,500 --> 00:00:03,000\n\n你\n好\n\n00:01:00,000 --> 00:01:02,500\n世界",
    ],
)
def test_subtitles_need_neither_numbers_nor_empty_lines(text):
    assert [(line.text.replace(" ", ""), line.start) for line in parse(text, ".srt")] == [("你好", 1.5), ("世界", 60.0)]


def test_a_file_too_large_to_be_read_is_told_of(tmp_path, warned, monkeypatch):
    monkeypatch.setattr("ffvits.label.transcripts._LARGEST", 20)
    (tmp_path / "all.csv").write_text("a.wav,你好世界\nb.wav,再见\n", encoding="utf-8")
    assert not find(tmp_path, {"a.wav"})
    (told,) = warned
    assert "all.csv has more than" in told and "split it" in told


@pytest.mark.parametrize(
    ("name", "text", "speakers"),
    [
        ("a.list", "x/a.wav|派蒙|ZH|你好世界\nx/b.wav|钟离|ZH|再见\nc.wav|派蒙|ZH|好\nd.wav|钟离|ZH|行", "派钟派钟"),
        ("esd.list", "a.wav|派蒙|ZH|你好|n i|0 0|1 1\nb.wav|钟离|ZH|再见|z ai|4|1\nc.wav|派蒙|ZH|好|h ao|3|1\n"
         "d.wav|钟离|ZH|行|x ing|2|1", "派钟派钟"),
        ("m.txt", "a.wav|派蒙|你好\nb.wav|钟离|再见\nc.wav|派蒙|好\nd.wav|钟离|行", "派钟派钟"),
        ("t.csv", "path,text,speaker\na.wav,你好世界,派蒙\nb.wav,再见,钟离\n", "派钟"),
        ("t.jsonl", '{"audio": "a.wav", "text": "你好", "speaker": "派蒙"}\n{"audio": "b.wav", "text": "再见"}', "派"),
        ("t.csv", f"path,text,speaker\na.wav,你好世界,{'很长' * 30}\nb.wav,再见,\x07\nc.wav,好,\"派\n蒙\"\n", "派"),
        ("l.list", "a.wav|ZH|你好世界\nb.wav|ZH|再见\nc.wav|EN|好\nd.wav|EN|行", ""),  # languages
        ("e.list", "a.wav|Happy|你好世界\nb.wav|neutral|再见\nc.wav|Happy|好\nd.wav|neutral|行", ""),  # moods
        ("s.txt", "a.wav|2|你好\nb.wav|2|再见\nc.wav|3|好\nd.wav|3|行", ""),  # seconds
        ("lj.txt", "a|一 二|一二\nb|三 四|三四\nc|五 六|五六\nd|七 八|七八", ""),  # two spellings of the words
    ],
)  # fmt: skip
def test_a_table_may_say_who_speaks(tmp_path, name, text, speakers):
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = find(tmp_path, ["a.wav", "b.wav", "c.wav", "d.wav"]).speakers
    assert "".join(found[source][0] for source in sorted(found)) == speakers


NAMED = "a.wav|派蒙|ZH|你好\nb.wav|钟离|ZH|再见\nc.wav|派蒙|ZH|你们好\nd.wav|钟离|ZH|再说\n"


def of_four(tmp_path, save, folders: tuple[str, ...] = ("raw",), one_speaker: bool = False) -> list[str]:
    for name in "abcd":
        save(tmp_path / f"{name}.wav", np.zeros(8000, np.float32))
    (tmp_path / "t.list").write_text(NAMED, encoding="utf-8")
    clips = [
        Clip(name, f"{name}.wav", 0.0, 3.0, folders[number % len(folders)], text="你好")
        for number, name in enumerate("abcd")
    ]
    return [one.speaker for one in imported(clips, tmp_path, S, one_speaker=one_speaker)]


def test_several_speakers_of_a_table_are_kept_apart(tmp_path, save, warned):
    assert of_four(tmp_path, save) == ["派蒙", "钟离", "派蒙", "钟离"]
    assert not [line for line in warned if "speakers" in line]


def test_who_names_the_speaker_is_believed_and_told(tmp_path, save, warned):
    assert of_four(tmp_path, save, ("刻晴",), one_speaker=True) == ["刻晴"] * 4
    assert [line for line in warned if "2 speakers (派蒙 (2), 钟离 (2))" in line and "刻晴" in line]


def test_folders_go_before_tables(tmp_path, save):
    assert of_four(tmp_path, save, ("一", "二")) == ["一", "二", "一", "二"]
