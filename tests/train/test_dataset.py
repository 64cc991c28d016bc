"""Items and batches: every clip is dealt once an epoch, in an order that seed and epoch alone decide."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ffvits import chinese
from ffvits.audio.spectrogram import AudioFormat
from ffvits.errors import RunError, TextError, TrainError
from ffvits.text import front_end
from ffvits.train import dataset
from ffvits.train.dataset import Deck, Item, collate, prepare, timed_positions
from ffvits.train.samples import save_samples

AUDIO = AudioFormat()


def item(number: int, frames: int = 50, speaker: int = 0) -> Item:
    return Item(f"{number}", (0, 1, 0), speaker, Path("none.npy"), frames)


def reader():
    return front_end("mandarin-lite")


def test_kept_clips_become_items_at_the_bases_rate(run):
    train, held_out = prepare(run.clips(), run, AUDIO, reader(), ["派蒙"])
    assert ([i.name for i in held_out], len(train)) == (["clip-0"], 4)
    clip = run.clips()[1]
    assert train[0].frames == pytest.approx(clip.seconds * 22050 / 256, abs=1)
    assert train[0].ids == reader().encode(clip.text).ids
    assert train[0].load(256).shape == (train[0].frames * 256,)


@pytest.mark.parametrize("empty", [0, 2])
def test_a_text_that_cannot_be_said_is_named_with_file_line_and_character(run, empty):
    clips = run.clips()
    clips[2] = clips[2].with_(text="你{xx9}好")
    lines = run.clips_file.read_text(encoding="utf-8")
    run.clips_file.write_text("\n" * empty + lines, encoding="utf-8")  # empty lines are counted, too
    with pytest.raises(TextError) as caught:
        prepare(clips, run, AUDIO, reader(), ["派蒙"])
    assert (caught.value.file, caught.value.line) == (str(run.clips_file), 3 + empty)
    assert (caught.value.position, caught.value.character) == (1, "{")


def test_of_many_texts_that_cannot_be_said_the_first_are_told_and_the_rest_counted(run, capsys, monkeypatch):
    monkeypatch.setattr(dataset, "_TOLD", 2)
    with pytest.raises(TextError) as caught:
        prepare([clip.with_(text="你{xx9}好") for clip in run.clips()], run, AUDIO, reader(), ["派蒙"])
    said = capsys.readouterr().err
    assert caught.value.line == 1 and "clips.jsonl:2" in said and "and 3 more" in said and "clips.jsonl:3" not in said


def test_a_text_too_long_for_its_sound_is_left_out_and_said(run, capsys):
    clips = run.clips()
    clips[1] = clips[1].with_(text="观察中国新增人口曲线会发现" * 30)
    train, _ = prepare(clips, run, AUDIO, reader(), ["派蒙"])
    assert "clip-1" not in [i.name for i in train]
    assert "clip-1" in capsys.readouterr().err


def test_nothing_to_train_on_is_an_error(run):
    with pytest.raises(TrainError, match="no clip is left") as caught:
        prepare([clip.reject("x", "y") for clip in run.clips()], run, AUDIO, reader(), ["派蒙"])
    for told in (caught.value.cure, chinese.said(caught.value.cure)):  # where to look is the same in both languages
        assert f"ffvits web {run.folder}" in told and "clips.jsonl" in told


def test_missing_audio_is_named(run):
    clip = run.clips()[1]
    run.path(clip).unlink()
    with pytest.raises(RunError) as caught:
        prepare([clip], run, AUDIO, reader(), ["派蒙"])
    assert clip.audio in str(caught.value)


def test_a_batch_is_padded_with_silence(tmp_path):
    items = []
    for number, frames in enumerate((3, 5)):
        save_samples(tmp_path / f"{number}.npy", np.full(frames * 4 + 3, number + 1.0))
        items.append(Item(str(number), tuple(range(frames)), number, tmp_path / f"{number}.npy", frames))
    batch = collate(items, hop=4)
    assert batch.names == ("0", "1")
    assert batch.wav.shape == (2, 1, 20)
    assert batch.wav[0, 0, 12:].abs().sum() == 0
    assert batch.x.tolist() == [[0, 1, 2, 0, 0], [0, 1, 2, 3, 4]]
    assert [batch.x_lengths.tolist(), batch.frames.tolist(), batch.speakers.tolist()] == [[3, 5], [3, 5], [0, 1]]
    assert batch.to(torch.device("cpu")).names == batch.names


@given(st.integers(1, 60), st.integers(1, 17), st.integers(0, 5), st.integers(0, 3))
def test_every_item_is_dealt_once_an_epoch(count, batch_size, seed, epoch):
    deck = Deck([item(i, 10 + i * 7 % 31) for i in range(count)], batch_size, seed)
    batches = deck.epoch(epoch)
    assert sorted(int(i.name) for batch in batches for i in batch) == list(range(count))
    assert max(map(len, batches)) <= batch_size
    assert len(batches) == len(deck)
    assert batches == deck.epoch(epoch)


def test_epochs_differ():
    deck = Deck([item(i) for i in range(20)], 4, seed=1)
    assert deck.epoch(0) != deck.epoch(1)


def test_batches_hold_clips_of_like_length():
    deck = Deck([item(i, frames=10 + i) for i in range(64)], 8, seed=3)
    spreads = [max(i.frames for i in batch) - min(i.frames for i in batch) for batch in deck.epoch(0)]
    assert max(spreads) <= 8


def test_a_small_voice_is_heard_more_often_and_no_clip_of_it_is_forgotten():
    deck = Deck([item(i, speaker=0) for i in range(90)] + [item(100 + i, speaker=1) for i in range(10)], 10, seed=0)
    dealt = Counter(i.name for batch in deck.epoch(0) for i in batch)
    small = [dealt[str(100 + i)] for i in range(10)]
    assert sum(small) == 25  # the square roots of 90 and 10 are as 3 to 1
    assert min(small) >= 2


@pytest.mark.parametrize(("share", "own"), [(0.25, 6), (0.5, 4), (0.75, 2)])
def test_what_is_replayed_has_its_share_of_every_batch(share, own):
    deck = Deck(
        [item(i) for i in range(25)], 8, seed=0, replay=[item(i, speaker=1) for i in range(100, 110)], share=share
    )
    for batch in deck.epoch(0):
        mine = sum(i.speaker == 0 for i in batch)
        assert mine <= own and len(batch) - mine == pytest.approx(mine * share / (1 - share), abs=0.7)
    assert sorted(int(i.name) for batch in deck.epoch(0) for i in batch if i.speaker == 0) == list(range(25))


@pytest.mark.parametrize("name", ["mandarin-lite", "vits_chinese"])  # with blanks between the symbols, and without
def test_known_times_say_which_symbol_each_frame_is_at(name):
    reader = front_end(name)
    encoded = reader.encode("你好。")
    times = np.array([[0.1, 0.2, 0.4], [0.5, 0.6, 0.9]], np.float32)
    positions = timed_positions(encoded, reader.add_blank, times, frames=100, audio=AUDIO)
    assert positions.shape == (100,) and (np.diff(positions) >= 0).all()
    assert positions[0] == pytest.approx(-0.5 + np.diff(positions)[0] / 2)  # a frame is where its middle is

    def symbol_at(second: float) -> str:
        return reader.table.symbols[encoded.ids[round(float(positions[int(second * 22050 / 256)]))]]

    first, second = (encoded.symbols[s.start : s.end] for s in encoded.syllables)
    assert [symbol_at(t) for t in (0.15, 0.3, 0.55, 0.75)] == [*first, *second]


def test_times_beside_a_clip_guide_its_training_and_must_be_its_own(run):
    clip = run.clips()[1]
    file = run.path(clip).with_suffix(".times.npy")
    syllables = len(reader().encode(clip.text).syllables)
    edges = np.linspace(0, clip.seconds, syllables + 1)
    np.save(file, np.stack([edges[:-1], (edges[:-1] + edges[1:]) / 2, edges[1:]], 1))
    train, _ = prepare(run.clips(), run, AUDIO, reader(), ["派蒙"])
    guides = {i.name: i.guide for i in train}
    assert np.load(guides.pop(clip.id)).shape == (next(i for i in train if i.name == clip.id).frames,)
    assert set(guides.values()) == {None}
    np.save(file, np.zeros((syllables + 1, 3)))
    with pytest.raises(RunError, match=f"{syllables} syllables"):
        prepare(run.clips(), run, AUDIO, reader(), ["派蒙"])
    np.save(file, np.full((syllables, 3), np.nan))
    with pytest.raises(RunError, match="no numbers"):
        prepare(run.clips(), run, AUDIO, reader(), ["派蒙"])
    file.write_bytes(b"half a fi")
    with pytest.raises(RunError, match="cannot be read") as caught:
        prepare(run.clips(), run, AUDIO, reader(), ["派蒙"])
    assert caught.value.file == str(file)
