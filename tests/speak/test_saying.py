"""`ffvits say`: what a person types, and what is told when it cannot be spoken."""

from ffvits.cli import main


def test_a_novel_that_cannot_be_read_is_told_with_file_line_and_phrase(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "novel.txt").write_text("第一章\n\n你好。\n他说：“さようなら”。\n", encoding="utf-8")
    assert main(["say", "--file", "novel.txt", "--out", "novel.wav"]) == 2
    told = capsys.readouterr().err
    assert "novel.txt:4: 'さようなら' cannot be read" in told and "in “他说：“さようなら”。”" in told
    assert not (tmp_path / "novel.wav").exists()


def test_a_text_may_begin_with_a_minus(tmp_path):
    assert main(["say", "-5度", "--seed", "1", "--out", str(tmp_path / "cold.wav")]) == 0
    assert (tmp_path / "cold.wav").stat().st_size > 10_000
