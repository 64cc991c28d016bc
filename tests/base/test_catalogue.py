"""What `ffvits bases` lists."""

import json

from ffvits.base import catalogue


def test_every_base_of_the_issue_is_listed_with_what_a_user_asks(monkeypatch, tmp_path):
    monkeypatch.setenv("FFVITS_HOME", str(tmp_path))
    listed = {base["name"]: base for base in catalogue.listing()}
    assert {"biaobei", "chinese-c", "cje", "cj", "mandarin-lite", "aishell3", "vits-ljs", "vits-vctk"} <= set(listed)
    assert listed["mandarin-lite"]["cached"] is True
    assert listed["biaobei"]["cached"] is False
    assert listed["biaobei"]["bytes"] == 145503157 + 187026467
    assert listed["chinese-c"]["sampling_rate"] == 16000
    json.dumps(list(listed.values()))


def test_the_list_is_aligned_and_names_the_licence():
    text = catalogue.describe()
    head, *lines = text.splitlines()
    at = head.index("rate")
    assert lines[0][at:].startswith("22050 Hz")
    assert text.count("Licence: ") == len(catalogue.rows())
    assert all(len(row) == len(catalogue.COLUMNS) for row in catalogue.rows())
