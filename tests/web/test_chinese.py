"""The Chinese page says in Chinese whatever the labeller says of a clip."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ffvits.clip import Reason
from ffvits.web import chinese
from ffvits.web.labels import Labels

LABEL = Path(chinese.__file__).parents[1] / "label"
TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(LABEL.rglob("*.py"))]
FILLED = "派蒙 0.5"


def assigned() -> dict[str, set[str]]:
    """What a variable may hold that the source sets to one string or another."""
    found: dict[str, set[str]] = {}
    for tree in TREES:
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.IfExp):
                texts = {spelled(node.value.body), spelled(node.value.orelse)} - {None}
                found.setdefault(getattr(node.targets[0], "id", ""), set()).update(texts)
    return found


def spelled(node: ast.expr) -> str | None:
    """A string of the source, with something in every place that is filled; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else FILLED for part in node.values)
    return None


def every(node: ast.expr) -> set[str]:
    """As `spelled`, with each of the strings that a variable may begin it with."""
    text, first = spelled(node), getattr(node, "values", [None])[0]
    name = getattr(getattr(first, "value", None), "id", None)
    if text and name in CHOICES:
        return {choice + text.removeprefix(FILLED) for choice in CHOICES[name]}
    return {text} if text else set()


def calls(name: str) -> Iterator[ast.Call]:
    for tree in TREES:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name:
                yield node


def returned(function: str) -> Iterator[ast.expr]:
    for tree in TREES:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == function:
                yield from (inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return) and inner.value)


CHOICES = assigned()


def sentences() -> set[str]:
    """All that the labeller's source says of clips where it says it, and why words were invented."""
    nodes = [node for call in calls("reject") for node in call.args[1:]]
    nodes += [node for call in calls("doubt") for node in call.args[:1]]
    nodes += [*returned("_invented"), *(call.args[1] for call in calls("Reason"))]
    return set().union(*map(every, nodes))


def test_the_source_is_found():
    assert len(sentences()) > 35


@pytest.mark.parametrize("english", sorted(sentences()))
def test_all_that_the_labeller_says_has_a_line(english):
    found = chinese.sentence(english)
    assert found, "add it to ffvits/web/chinese.py"
    assert found.count(FILLED) == english.count(FILLED) or "clip" in english  # the plural s
    assert re.search(r"[\u4e00-\u9fff]", found)


def test_every_code_and_every_score_has_a_name():
    codes = {spelled(call.args[0]) for call in calls("reject")} - {None}
    assert codes <= set(chinese.CODES)
    assert {"empty", "unreadable"} <= set(chinese.CODES)  # these come from ffvits.audio
    scores = {word.arg for call in calls("score") for word in call.keywords}
    assert scores <= set(chinese.SCORES)
    assert len(scores) > 15


def test_numbers_and_quotations_come_along():
    message = "10 characters in 0.4 s of speech (25.0 a second): words are missing or invented"
    assert chinese.sentence(message) == "0.4 秒里有 10 个字（每秒 25.0 个）：缺字或多字"
    cure = "listen, mend the text and set it to keep"
    assert chinese.reason(Reason("rate", message, cure)) == f"{chinese.sentence(message)}。听一遍，改好文字，再保留"
    two = "a second voice may be in it (0.41); “天气真” hardly fits the sound (0.12)"
    assert chinese.said(two) == "可能还有另一个人的声音（0.41）；“天气真”与声音不太相符（0.12）"
    assert chinese.sentence("Japanese is spoken: “ありがとう”") == "说的是日语：“ありがとう”"


def test_what_is_not_known_keeps_its_words():
    assert chinese.reason(Reason("unreadable", "libsndfile does not read it (x)")) == (
        "读不出来：libsndfile does not read it (x)"
    )
    assert chinese.reason(Reason("new", "news", "none is needed")) == "news。不用处理"
    assert chinese.said("{} [0-9]+ (") == "{} [0-9]+ ("


def test_a_row_says_it_in_both_languages(run):
    rows = {row["id"]: row for row in Labels(run).rows()}
    assert rows["坏"]["reason"] == {
        "en": "not understood — write what is said",
        "zh": "听不清：not understood。write what is said",
    }
    assert rows["长-0"]["reason"] == {"en": "", "zh": ""}
