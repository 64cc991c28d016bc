"""The curves of a training, whatever became of their file."""

from ffvits.train.history import History


def test_damaged_lines_are_passed_over(tmp_path):
    history = History(tmp_path / "history.jsonl")
    history.add("check", 1, {"spoken": 0.5})
    with history.path.open("ab") as file:
        file.write(b"\xff\x00\x9c\n[]\n{}\n" + b'{"kind": "check", "st')
    assert history.read() == [{"kind": "check", "step": 1, "spoken": 0.5}]
    history.cut(0)
    assert history.read() == []
