"""A terminal whose user reads Chinese speaks it: every sentence that the source says there has its line."""

import argparse
import ast
import importlib
import itertools
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from source_sentences import FILLED, filled

import ffvits
from ffvits import chinese, console, errors
from ffvits.chinese.commands import COMMANDS
from ffvits.cli import build_parser, main
from ffvits.errors import FfvitsError

ROOT = Path(ffvits.__file__).parent
SAID = ("stage", "info", "warn", "error", "table", "progress", "describe")
MODULES = [importlib.import_module(f"ffvits.chinese.{found.name}") for found in pkgutil.iter_modules(chinese.__path__)]
UNSAID = ("chinese/",)  # the tables themselves
# Which could be anything: what one is said of has lines, and the other has only names.
NEARLY_ALL_PLACES = {f"{FILLED} cannot be {FILLED}", f"{FILLED}: {FILLED}  {FILLED} MB"}


def files() -> list[Path]:
    found = sorted(ROOT.rglob("*.py"))
    return [path for path in found if not path.relative_to(ROOT).as_posix().startswith(UNSAID)]


def spelled(node: ast.expr) -> set[str]:
    """The strings that an expression may be, with something in every place that is filled."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.JoinedStr):
        return {"".join(map(filled, node.values))}
    if isinstance(node, ast.IfExp):
        return spelled(node.body) | spelled(node.orelse)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return {left + right for left in spelled(node.left) for right in spelled(node.right)}
    return set()


def said(tree: ast.AST) -> Iterator[str]:
    """What the source says at a terminal, and what it raises that is told there."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        owner = getattr(getattr(node.func, "value", None), "id", "")
        words: list[ast.expr] = []
        if name in SAID and owner in ("console", "bar"):
            words = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "unit")]
            if name == "error":
                words += node.args[1:2]
            if name == "table" and isinstance(node.args[1], ast.Tuple):
                words += node.args[1].elts
        elif re.fullmatch(r"[A-Z]\w*Error|Refusal", name) and hasattr(errors, name):
            words = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "cure")]
        for word in words:
            yield from spelled(word)


def lines(path: Path) -> list[str]:
    found = set(said(ast.parse(path.read_text(encoding="utf-8"))))
    return sorted(text for text in found if re.search("[A-Za-z]{2}", text.replace(FILLED, "")))


def missing(path: Path) -> list[str]:
    """What has no line, as a whole or in each of its parts."""
    return [part for text in lines(path) if not chinese.sentence(text) for part in text.split("; ") if needs_line(part)]


def needs_line(part: str) -> bool:
    words = re.search("[A-Za-z]{2}", part.replace(FILLED, ""))
    return bool(words) and part not in NEARLY_ALL_PLACES and not chinese.sentence(part)


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_all_that_is_said_at_a_terminal_has_a_line(path):
    assert not missing(path), "add them to ffvits/chinese/"


def helps(parser: argparse.ArgumentParser) -> Iterator[str]:
    """What is explained of a command line and of each of its verbs."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from (verb.help for verb in action._choices_actions)
            for verb in action.choices.values():
                yield from helps(verb)
        elif action.help:
            yield action.help


@pytest.mark.parametrize("english", sorted({*helps(build_parser())}))
def test_every_flag_is_explained(english):
    assert chinese.sentence(english), "add it to ffvits/chinese/commands.py"


@pytest.fixture
def reads_chinese(monkeypatch):
    monkeypatch.setenv("FFVITS_LANG", "zh")


def verbs() -> list[str]:
    (found,) = (action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    return list(found.choices)


@pytest.mark.parametrize("verb", [[], *([verb] for verb in verbs())], ids=" ".join)
def test_help_has_no_english_left_but_examples_and_names(verb, reads_chinese, capsys):
    with pytest.raises(SystemExit):
        main([*verb, "--help"])
    told = capsys.readouterr().out
    usage, _, rest = told.partition("\n\n")
    words, _, examples = rest.partition("示例：")
    assert usage.startswith("用法：")
    comments = re.findall(r"  # (.*)", examples)
    for line in [*words.splitlines(), *comments]:
        bare = re.sub(r"`.*?`|https?:\S+|--?[a-z-]+|[\w.*/<>-]+\.\w+|\b[A-Z_]{2,}\b|%\(default\)s", "", line)
        assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", bare), line


@pytest.mark.parametrize("verb", verbs())
def test_what_a_verb_does_is_told_as_a_whole(verb, reads_chinese, capsys):
    """A line for other words, with a colon and a comma in it, must not take the sentence apart."""
    (actions,) = (action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    (help,) = (choice.help for choice in actions._choices_actions if choice.dest == verb)
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    described = capsys.readouterr().out.split("\n\n")[1]
    assert described == COMMANDS[help] + ("" if help.endswith("?") else "。")


@pytest.mark.parametrize(
    "arguments, cause, cure",
    [
        (["sya"], "VERB 不能是 'sya'", "是不是想写 'say'？可选：auto, label"),
        (["say", "你好", "--speed"], "--speed 后面要有一个值", "请看：ffvits say --help"),
        (["say", "你好", "--speed", "快"], "--speed 要是数字，不能是 '快'", "请看：ffvits say --help"),
        (["web"], "缺少参数：RUN", "请看：ffvits web --help"),
        (["bases", "--jsn"], "ffvits bases 没有 --jsn", "是不是想写 --json？请看：ffvits bases --help"),
    ],
)
def test_a_mistake_in_the_arguments_is_told(arguments, cause, cure, reads_chinese, capsys):
    try:
        status = main(arguments)
    except SystemExit as error:
        status = error.code
    told = capsys.readouterr().err
    assert status == 2
    assert f"✗ {cause}" in told and f"→ {cure}" in told


@pytest.mark.parametrize("setting", ["speed", "noise", "noise_w"])
def test_a_setting_that_cannot_be_is_told(setting):
    assert chinese.said(f"{setting} cannot be 30; it goes from 0 to 2").endswith("不能是 30；请写 0 到 2 之间的数")


def test_what_went_wrong_elsewhere_is_told_within_a_sentence():
    assert chinese.said("Music is not looked for: Permission denied").endswith("：没有权限")
    assert chinese.said("Music is not looked for: Wörter").endswith("：Wörter")


@pytest.mark.parametrize("error", [
    FfvitsError("there is nothing to say in this text", cure="write words"),
    FfvitsError("there is nothing to say in this text", cure="write words", file="a b: c/小说.txt", line=3),
])  # fmt: skip
def test_an_error_in_one_line_is_told_with_its_file_and_its_cure(error):
    assert chinese.said(str(error)) == f"{error.where}这段文字里没有可以念的内容。请写几个字"
    assert chinese.said(f"派蒙 is not served: {error}").endswith("这段文字里没有可以念的内容。请写几个字")


@pytest.mark.parametrize(
    "text", ["他说 — 好的", "x — y: z", "派蒙: a — b", "a b c: " * 300 + " — d" * 300], ids=range(4)
)
def test_dashes_and_colons_of_others_stay(text):
    assert chinese.said(text) == text
    assert text.strip() in chinese.said(f"there is no stage '{text}'")


def test_every_line_can_be_filled():
    table = chinese._sentences()._table
    assert len(table) > 1000
    for english, told in table.items():
        assert "{}" not in told
        told.format(*["派蒙"] * english.count("{}"))  # else the console would fail where it has something to say


def test_a_flag_that_is_named_is_named_in_chinese_too():
    """A cure in a page's words helps nobody at a terminal."""
    for english, told in chinese._sentences()._table.items():
        assert set(re.findall("--[a-z][a-z-]+", english)) <= set(re.findall("--[a-z][a-z-]+", told)), english


def test_what_a_training_measures_has_a_name():
    from ffvits.train.loop import SHOWN

    assert [name for name in SHOWN.values() if not chinese.sentence(name)] == []
    assert chinese.said("mel") in chinese.CARD["held_out_mel"]


@pytest.mark.parametrize(
    "one", ["trained 1 step in 0.1 min", "1 clip found (1 min): 0 kept (0 min), 1 rejected (1 min)"]
)
def test_one_is_told_as_several_are(one):
    assert chinese.said(one) == chinese.said(re.sub("(step|clip)", r"\1s", one)) != one


def test_each_place_that_was_tried_is_told_with_its_reason():
    tried = "cannot get G.pth of biaobei. Tried:\n  - https://a.b/G: no answer within 10 s\n  - demucs==4:m: offline"
    told = chinese.said(tried)
    assert "\n  - https://a.b/G：10 秒内没有回应\n  - demucs==4:m：现在不联网" in told


def test_no_table_says_otherwise_what_another_says():
    words = {"CODES", "NOTES", "SCORES", "CARD", "RULES"}  # looked up for what they are, not among the sentences
    tables = [vars(module)[name] for module in MODULES for name in vars(module) if name.isupper() and name not in words]
    sentences = [table for table in tables if isinstance(table, dict)]
    assert len(sentences) > 10
    for one, other in itertools.combinations(sentences, 2):
        assert {text: one[text] for text in one.keys() & other.keys() if one[text] != other[text]} == {}


def test_what_somebody_said_stays_as_it_is():
    assert chinese.said("English is spoken: “there is nothing to say in this text”").endswith(
        "“there is nothing to say in this text”"
    )


def test_places_in_a_text_are_counted():
    told = chinese.said("also '犇' (line 3, character 5), '𠮷' (character 2)")
    assert told == "还有 '犇'（第 3 行第 5 个字）、'𠮷'（第 2 个字）"


def test_an_error_keeps_its_file_and_what_it_is_about(reads_chinese, capsys):
    assert main(["auto", "没有/这个 文件夹"]) == 2
    assert "✗ 没有/这个 文件夹: " in (told := capsys.readouterr().err)
    assert not re.search("[a-z]{4}", told)


def test_every_base_and_every_download_is_described(reads_chinese, capsys):
    from ffvits import store

    for entry in store.entries():
        assert chinese.sentence(entry.title), entry.name
    assert main(["bases"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split()[0] == "名字"
    described = [line for line in lines if line.startswith("    ")]
    assert len(described) == 2 * len(store.entries("base"))
    for line in described:
        assert not re.search("[a-z]{3,} [a-z]{2,} [a-z]{2,} [a-z]", line), line


def test_results_stay_below_each_other(reads_chinese, capsys):
    from ffvits.language import columns

    console.report("files       3 audio or video, 4.9 min\nunreadable  1: a.mp3\n  → usable: no\n派蒙  x")
    *rows, advice, other = capsys.readouterr().out.splitlines()
    assert rows == ["文件        音频或视频 3 个，4.9 分钟", "读不出来    1: a.mp3"]
    assert {columns(row[: row.index(start)]) for row, start in zip(rows, ("音频", "1:"), strict=True)} == {12}
    assert (advice, other) == ("  → 能用：否", "派蒙  x")


def test_programs_read_english(reads_chinese, capsys):
    assert main(["inspect", "mandarin-lite", "--json"]) == 0
    assert '"kind": "generator"' in capsys.readouterr().out
    with pytest.raises(FfvitsError, match="the folder of recordings does not exist"):
        ffvits.make_voice("没有")
