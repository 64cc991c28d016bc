"""The page and the report say in Chinese whatever is said of a clip, a training or a request."""

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import pytest
from source_sentences import FILLED, filled

from ffvits import chinese
from ffvits.clip import Reason
from ffvits.label.finish import TITLES
from ffvits.train.verdict import assess

ROOT = Path(chinese.__file__).parents[1]
FILES = {room: sorted((ROOT / room).rglob("*.py")) for room in ("label", "audio", "web")} | {"run": [ROOT / "run.py"]}
FILES["label"].append(ROOT / "clip.py")
# What somebody reads who lets a voice speak, or a training begin: on the page, or from a bot.
SPOKEN = {"serve": ("routes", "gate", "turns", "speakers", "encoders", "forms"), "train": (), "speak": ("script",)}
SPOKEN["text"] = ("frontend", "mandarin", "inline")
FILES |= {
    f"{room}, failing": [file for file in sorted((ROOT / room).glob("*.py")) if not names or file.stem in names]
    for room, names in SPOKEN.items()
}
TREES = {room: [ast.parse(path.read_text(encoding="utf-8")) for path in paths] for room, paths in FILES.items()}


def assigned() -> dict[str, set[str]]:
    """What a variable may hold that the source sets to one string or another."""
    found: dict[str, set[str]] = {}
    for tree in chain(*TREES.values()):
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
        return "".join(map(filled, node.values))
    return None


def every(node: ast.expr) -> set[str]:
    """As `spelled`, with each of the strings that a variable may begin it with."""
    text, first = spelled(node), getattr(node, "values", [None])[0]
    name = getattr(getattr(first, "value", None), "id", None)
    if text and name in CHOICES:
        return {choice + text.removeprefix(FILLED) for choice in CHOICES[name]}
    return {text} if text else set()


def calls(name: str, *rooms: str) -> Iterator[ast.Call]:
    for tree in chain(*(TREES[room] for room in rooms)):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name:
                yield node


def returned(function: str, *rooms: str) -> Iterator[ast.expr]:
    for tree in chain(*(TREES[room] for room in rooms)):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == function:
                yield from (inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return) and inner.value)


def cures(found: Iterable[ast.Call]) -> list[ast.expr]:
    return [word.value for call in found for word in call.keywords if word.arg == "cure"]


CHOICES = assigned()


def sentences() -> set[str]:
    """All that the source says of clips where it says it, why words were invented, and what the page refuses."""
    nodes = [node for call in calls("reject", "label") for node in call.args[1:]]
    nodes += [node for call in calls("doubt", "label") for node in call.args[:1]]
    nodes += [*returned("_invented", "label"), *returned("_unsaid", "label")]
    nodes += [*(node for call in calls("Reason", "label") for node in call.args[1:])]
    lost = [*calls("Undecodable", "audio", "label")]
    refused = [call for name in ("ServeError", "BusyError", "RunError") for call in calls(name, "web", "run")]
    refused += calls("FfvitsError", "web")
    nodes += [call.args[0] for call in (*lost, *refused)] + cures([*lost, *refused])
    # A label file that was edited by hand.
    edited = [*calls("wrong", "label"), *calls("ClipError", "label")]
    nodes += [call.args[0] for call in edited] + cures(edited)
    nodes += [node for call in calls("_refused", "web") for node in call.args[:2]]
    nodes += [word.value for call in calls("Done", "web") for word in call.keywords if word.arg == "note"]
    rooms = [f"{room}, failing" for room in SPOKEN]
    failed = [
        call for kind in ("Serve", "Text", "Train", "Run", "Recipe", "Audio") for call in calls(f"{kind}Error", *rooms)
    ]
    nodes += [call.args[0] for call in failed] + cures(failed)
    return set().union(CHOICES["cause"], *map(every, nodes)) - OTHERS


def notes() -> set[str]:
    nodes = [node for call in calls("note", "label") for node in call.args]
    nodes += [node for call in calls("append", "audio") for node in call.args if isinstance(node, ast.JoinedStr)]
    nodes += [call.args[-1] for call in calls("_hand_made", "web")]
    nodes += [node.elts[1] for node in returned("_choose", "audio") if spelled(node.elts[1])]
    return set().union(*map(every, nodes))


# What no page, report or bot comes to say: of folders that there is no page of.
OTHERS = {
    "this is not a run folder (it holds no recipe.yaml)", "make one with: ffvits auto",
    f"the cache cannot be written: {FILLED}", "free some space and run again",
    # Nobody hears it, or a recipe was refused before.
    "the client has left", "the client takes nothing any more", f"there is no front end {FILLED}",
    f"choose one of {FILLED}",
}  # fmt: skip


def test_the_source_is_found():
    assert len(sentences()) > 90 and len(notes()) > 20


@pytest.mark.parametrize("english", sorted(sentences()))
def test_all_that_is_said_has_a_line(english):
    found = chinese.said(english)
    assert found != english, "add it to ffvits/chinese/"
    assert found.count(FILLED) == english.count(FILLED) or "clip" in english  # the plural s
    assert re.search(r"[\u4e00-\u9fff]", found.replace(FILLED, ""))
    assert " or " not in found and " and " not in found  # of what a place has taken whole


@pytest.mark.parametrize("english", sorted(notes()))
def test_every_note_is_of_some_kind(english):
    found = chinese.kind(english)
    assert found != english, "add it to ffvits/chinese/clips.py"
    assert FILLED not in found


def test_the_format_of_a_recording_is_a_kind_of_note():
    from ffvits.audio.files import Probe

    assert {
        chinese.kind(str(Probe(3.2, 16000, channels, bits, "flac"))) for channels in (1, 2, 6) for bits in (0, 16)
    } == {"原格式"}


@pytest.mark.parametrize("by", ["mel", "measures"])
@pytest.mark.parametrize(
    "curve",
    [
        [], [1.0], [1.0] * 3, [1.0, 2.0, 3.0], [1.0] * 20, [1.0 - 0.02 * n for n in range(12)], [1.0, float("nan")],
        [1.0] * 4 + [1.0 + 0.02 * n for n in range(12)],
    ],
)  # fmt: skip
@pytest.mark.parametrize("change", [0.0, 0.1])
def test_every_verdict_on_a_training_is_said_in_chinese(curve, by, change):
    key = {"mel": "spoken", "measures": "faults"}[by]
    checks = [{"step": 100 * n, key: value, "change": change, "cer": 0.1 + 0.1 * n} for n, value in enumerate(curve)]
    told = chinese.said(assess(checks, seconds=30.0, by=by).text)
    assert not re.search(r"[a-z]{3}", told.replace("mel", "").replace("Whisper", "")), told


def test_every_code_and_every_score_has_a_name():
    codes = {spelled(call.args[0]) for name in ("reject", "Reason") for call in calls(name, "label") if call.args} - {
        None
    }
    codes |= {"empty", "unreadable"}  # these come from ffvits.audio
    assert codes <= set(chinese.CODES)
    assert {title for title in (TITLES[code] for code in chinese.CODES) if not chinese.sentence(title)} == set()
    scores = {word.arg for call in calls("score", "label") for word in call.keywords}
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
    """What two decoders said comes along; of an older ffvits only what its code says is known."""
    assert chinese.reason(Reason("unreadable", "no decoder understands it (libsndfile: x, FFmpeg: y)")) == (
        "没有解码器认得它（libsndfile: x, FFmpeg: y）"
    )
    assert chinese.reason(Reason("unreadable", "it is odd; it is old")) == "读不出来：it is odd; it is old"
    assert chinese.reason(Reason("new", "news", "none is needed")) == "news。不用处理"
    assert chinese.said("{} [0-9]+ (") == "{} [0-9]+ ("
