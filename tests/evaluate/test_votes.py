"""Votes of the blind test: counted over listeners, among those who heard a voice."""

import json

import pytest

from ffvits.cli import main
from ffvits.errors import FfvitsError
from ffvits.evaluate.votes import count


def vote(a: str, b: str, preferred: str, right: bool | None) -> dict:
    return {"sentence": "你好", "a": a, "b": b, "preferred": preferred, "right": right}


@pytest.fixture
def files(tmp_path):
    first = [vote("a", "b", "a", True)] * 6 + [vote("a", "b", "b", False)] * 2 + [vote("a", "b", "", None)]
    second = [vote("c", "b", "b", True)] * 4
    paths = []
    for name, votes in (("one.json", first), ("two.json", second)):
        (tmp_path / name).write_text(json.dumps({"voices": ["a", "b", "c"], "votes": votes}), encoding="utf-8")
        paths.append(str(tmp_path / name))
    return paths


def test_a_voice_is_preferred_among_those_who_heard_it(files):
    found = count(files)
    assert found.listeners == 2
    assert (found.told.value, found.told.n) == (10 / 12, 12)
    assert {name: (won.value, won.n) for name, won in found.preferred.items()} == {
        "a": (0.75, 8),
        "b": (0.5, 12),
        "c": (0.0, 4),
    }
    assert found.words("en")[1].startswith("a is preferred: 75 %")


def test_a_file_that_an_editor_has_marked_counts_as_before(files, tmp_path):
    (tmp_path / "marked.json").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "one.json").read_bytes())
    assert count([tmp_path / "marked.json", files[1]]) == count(files)


def test_votes_are_counted_by_the_command(files, capsys):
    assert main(["compare", "--votes", *files, "--language", "zh"]) == 0
    assert "更喜欢 a：75 %" in capsys.readouterr().out
    assert main(["compare", "--votes", *files, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["preferred"]["c"]["n"] == 4


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        "[]",
        '{"votes": [1]}',
        '{"votes": [{"a": "x"}]}',
        "no json",
        "[" * 100_000,
        json.dumps({"votes": [vote(["x"], "y", ["x"], True)]}),
        json.dumps({"votes": [vote(1, "y", "y", True)]}),
        json.dumps({"votes": [vote("x", "y", "y", "no")]}),
    ],
    ids=str.__len__,
)
def test_a_file_of_something_else_is_named(tmp_path, content):
    file = tmp_path / "votes.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(FfvitsError, match="no file of votes") as refused:
        count([file])
    assert str(refused.value.file) == str(file)


def test_nobody_voted(tmp_path, capsys):
    (tmp_path / "votes.json").write_text('{"votes": []}', encoding="utf-8")
    found = count([tmp_path / "votes.json"])
    assert found.told is None and found.preferred == {}
    assert main(["compare", "--votes", str(tmp_path / "votes.json")]) == 0
    assert capsys.readouterr().out == "nobody has voted\n"
    assert found.words("zh") == ["没有人投票"]


def test_one_listener_is_not_counted_twice(files, tmp_path):
    with pytest.raises(FfvitsError, match="named twice"):
        count([files[0], files[1], str(tmp_path / "." / "one.json")])


def test_a_voice_that_was_not_played_cannot_be_preferred(tmp_path):
    file = tmp_path / "votes.json"
    file.write_text(json.dumps({"votes": [vote("a", "b", "a", True), vote("a", "b", "c", True)]}), encoding="utf-8")
    with pytest.raises(FfvitsError, match="'c' is preferred where 'a' and 'b' were played"):
        count([file])
