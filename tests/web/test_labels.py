"""Every change is in the label file at once, loses nothing, and outlives a new labelling."""

import json

import numpy as np
import pytest
from tones import tone

from ffvits.audio.sound import Sound
from ffvits.clip import merge_edits, read_clips, write_clips
from ffvits.errors import ServeError
from ffvits.label.finish import finish
from ffvits.web.labels import Labels, doubt
from ffvits.web.training import Training


@pytest.fixture
def labels(run):
    return Labels(run)


def on_disk(run):
    return {clip.id: clip for clip in read_clips(run.clips_file)}


def test_an_edit_is_in_the_file_and_is_a_persons(labels, run):
    before = on_disk(run)
    labels.edit("长-1", text="  今天 天气好 ", status="reject")
    after = on_disk(run)
    assert (after["长-1"].text, after["长-1"].status, after["长-1"].edited) == ("今天 天气好", "reject", True)
    assert after["长-1"].machine == before["长-1"].machine
    assert {id: clip for id, clip in after.items() if id != "长-1"} == {
        id: clip for id, clip in before.items() if id != "长-1"
    }
    assert list(after) == list(before)


def test_what_an_editor_changed_meanwhile_is_kept(labels, run):
    labels.rows()
    clips = read_clips(run.clips_file)
    write_clips(run.clips_file, [clip.with_(text="别人改的") if clip.id == "长-0" else clip for clip in clips])
    labels.edit("长-1", text="我改的")
    assert [on_disk(run)[f"长-{n}"].text for n in (0, 1)] == ["别人改的", "我改的"]


@pytest.mark.parametrize(
    ("id", "change", "status"),
    [
        ("没有", {"text": "x"}, 404),
        ("长-0", {"text": " "}, 409),
        ("空", {"status": "keep"}, 409),
        ("长-0", {"status": "perhaps"}, 400),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(labels, run, id, change, status):
    before = run.clips_file.read_bytes()
    with pytest.raises(ServeError) as caught:
        labels.edit(id, **change)
    assert caught.value.status == status
    assert run.clips_file.read_bytes() == before


def test_a_rejected_clip_can_be_kept(labels, run):
    labels.edit("坏", text="听清了", status="keep")
    assert on_disk(run)["坏"].kept


@pytest.mark.parametrize("text", ["，", "……", "☺"])
def test_marks_alone_are_no_text(labels, run, text):
    """Training would end at such a clip."""
    before = run.clips_file.read_bytes()
    with pytest.raises(ServeError, match="without a text"):
        labels.edit("长-0", text=text)
    assert run.clips_file.read_bytes() == before


class TestSplit:
    def test_nothing_of_text_and_sound_is_lost(self, labels, run):
        sound = Sound.load(run.path(on_disk(run)["长-0"]))
        left, right = labels.split("长-0", 1.2, ("你好", "世界")).clips
        clips = on_disk(run)
        assert "长-0" not in clips
        assert [clip.id for clip in clips.values()][:2] == [left.id, right.id]
        assert (left.text, right.text) == ("你好", "世界")
        assert (left.start, left.end, right.start, right.end) == (0.0, 1.2, 1.2, 2.9)
        pieces = [Sound.load(run.path(clip)).samples for clip in (left, right)]
        assert np.array_equal(np.concatenate(pieces), sound.samples)

    @pytest.mark.parametrize("at", [0.0, 0.1, 2.85, 9.0])
    def test_a_scrap_is_refused(self, labels, run, at):
        before = run.clips_file.read_bytes()
        with pytest.raises(ServeError, match="half"):
            labels.split("长-0", at, ("你", "好"))
        assert run.clips_file.read_bytes() == before

    @pytest.mark.parametrize("texts", [("“", "你好世界"), ("你好世界", "。"), ("", "你好世界")])
    def test_a_half_in_which_nothing_is_said_is_refused(self, labels, run, texts):
        before = run.clips_file.read_bytes()
        with pytest.raises(ServeError, match="without a text"):
            labels.split("长-0", 1.2, texts)
        assert run.clips_file.read_bytes() == before

    def test_it_outlives_a_new_labelling(self, labels, run):
        fresh = read_clips(run.clips_file)
        left, right = labels.split("长-0", 1.2, ("你好", "世界")).clips
        merged = {clip.id: clip for clip in merge_edits(fresh, read_clips(run.clips_file))}
        assert "长-0" not in merged
        assert merged[left.id].text == "你好" and merged[right.id].text == "世界"
        assert len(merged) == len(fresh) + 1

    def test_it_outlives_other_names_of_its_recording_and_its_speaker(self, labels, run):
        fresh = [clip.with_(recording=f"take of {clip.source}") for clip in read_clips(run.clips_file)]
        write_clips(run.clips_file, fresh)
        labels.split("长-0", 1.2, ("你好", "世界"))
        renamed = [
            clip.with_(id=f"1-{clip.id}", source=f"第一天/{clip.source}", speaker="Paimon", machine={})
            for clip in fresh
        ]
        merged = merge_edits(renamed, on_disk(run).values())
        assert {clip.source for clip in merged} == {"第一天/长.wav", "第一天/坏.wav", "第一天/空.wav"}
        assert sorted(clip.text for clip in merged if clip.kept) == ["世界", "今天天气", "你好", "再见"]
        assert {clip.speaker for clip in merged} == {"Paimon"}

    def test_a_half_that_is_rejected_keeps_its_sound_through_labellings(self, labels, run):
        fresh = read_clips(run.clips_file)
        left, _ = labels.split("长-0", 1.2, ("你好", "世界")).clips
        finish(fresh, run, run.recipe())
        labels.edit(left.id, status="reject")
        for _ in range(2):
            finish(fresh, run, run.recipe())
            assert run.path(on_disk(run)[left.id]).is_file()
        labels.edit(left.id, status="keep")
        assert Sound.load(run.path(on_disk(run)[left.id])).seconds == pytest.approx(1.2)


class TestJoin:
    def test_one_clip_of_two_with_the_pause_between(self, labels, run):
        (made,) = labels.join("长-1", "长-2").clips
        clips = on_disk(run)
        assert made.id in clips and not {"长-1", "长-2"} & set(clips)
        assert (made.text, made.start, made.end) == ("今天天气再见", 3.0, 9.1)
        samples = Sound.load(run.path(made)).samples
        assert len(samples) == pytest.approx((9.1 - 3.0) * 16000, abs=2)
        assert np.abs(samples[round(2.95 * 16000) : round(3.15 * 16000)]).max() == 0

    def test_an_overlap_is_heard_once(self, labels, run):
        clips = on_disk(run)
        clips["长-1"] = clips["长-1"].with_(start=2.7)
        write_clips(run.clips_file, clips.values())
        (made,) = labels.join("长-0", "长-1").clips
        assert Sound.load(run.path(made)).seconds == pytest.approx(2.9 + 2.9 - 0.2, abs=0.001)

    def test_it_outlives_a_new_labelling(self, labels, run):
        fresh = read_clips(run.clips_file)
        (made,) = labels.join("长-0", "长-1").clips
        merged = {clip.id: clip for clip in merge_edits(fresh, read_clips(run.clips_file))}
        assert merged[made.id].text == "你好世界今天天气"
        assert not {"长-0", "长-1"} & set(merged)

    def test_what_was_cut_can_be_joined_again(self, labels, run):
        before = Sound.load(run.path(on_disk(run)["长-0"])).samples
        left, right = labels.split("长-0", 1.2, ("你好", "世界")).clips
        (made,) = labels.join(right.id, left.id).clips
        assert (made.text, made.start, made.end) == ("你好世界", 0.0, 2.9)
        assert np.array_equal(Sound.load(run.path(made)).samples, before)

    @pytest.mark.parametrize("other", ["长-0", "坏", "长-2"])
    def test_strangers_are_not_joined(self, labels, other):
        with pytest.raises(ServeError):
            labels.join("长-0", other)


@pytest.mark.parametrize(
    ("first", "second", "made"), [("val", "val", "val"), ("val", "train", "train"), ("train", "val", "train")]
)
def test_sound_that_was_held_out_is_trained_on_only_where_that_is_told(labels, run, first, second, made):
    clips = on_disk(run)
    clips["长-0"] = clips["长-0"].with_(split=first)
    clips["长-1"] = clips["长-1"].with_(split=second)
    write_clips(run.clips_file, clips.values())
    done = labels.join("长-0", "长-1")
    assert done.clips[0].split == made
    assert ("held out" in done.note) == (made == "train")
    assert labels.told(done)["note"]["zh"] == (
        "其中一条原是留出片段，现在会参加训练；还剩 0 条留出片段" if made == "train" else ""
    )


def test_what_a_person_keeps_sounds_at_once_as_after_the_next_labelling(labels, run):
    fresh = run.clips()
    cached = fresh[3].with_(audio="cache/坏.flac", original="cache/坏.flac")
    run.path(cached).parent.mkdir()
    tone(2.0, 0.2).save(run.path(cached))
    (run.audio / "坏.wav").unlink()
    write_clips(run.clips_file, [*fresh[:3], cached, fresh[4]])
    done = labels.edit("坏", text="听清了", status="keep")
    (kept,) = done.clips
    assert kept.audio == "audio/坏.wav" and on_disk(run)["坏"] == kept
    sound = run.path(kept).read_bytes()
    labels.undo(done.change)
    again = labels.edit("坏", text="听清了", status="keep")
    finish([*fresh[:3], cached, fresh[4]], run, run.recipe())
    assert on_disk(run)["坏"].kept and run.path(on_disk(run)["坏"]).read_bytes() == sound
    labels.undo(again.change)
    finish([*fresh[:3], cached, fresh[4]], run, run.recipe())
    assert not run.path(kept).exists()  # nobody's any more


def test_sounds_may_lie_on_another_disk(labels, run, tmp_path):
    run.audio.rename(tmp_path / "elsewhere")
    run.audio.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert labels.file(labels.known("长-0")).is_file()


def test_the_sound_before_cleaning_is_cut_as_well(labels, run):
    clips = on_disk(run)
    tone(2.9, 0.5).save(run.folder / "audio" / "before.wav")
    clips["长-0"] = clips["长-0"].with_(original="audio/before.wav")
    write_clips(run.clips_file, clips.values())
    left, _ = labels.split("长-0", 1.0, ("你好", "世界")).clips
    assert np.abs(Sound.load(labels.file(left, original=True)).samples).max() == pytest.approx(0.5, abs=0.01)
    assert np.abs(Sound.load(labels.file(left)).samples).max() == pytest.approx(0.3, abs=0.01)


def test_only_sound_in_the_run_folder_is_handed_out(labels, run, tmp_path):
    tone(1).save(tmp_path / "outside.wav")
    for audio in ("../outside.wav", str(tmp_path / "outside.wav"), "audio/gone.wav", ""):
        clips = on_disk(run)
        clips["长-0"] = clips["长-0"].with_(audio=audio, original="")
        write_clips(run.clips_file, clips.values())
        with pytest.raises(ServeError) as caught:
            labels.file(labels.known("长-0"))
        assert caught.value.status == 404


def test_while_another_process_labels_nothing_is_written_but_while_we_train_it_is(labels, run):
    with run.locked():
        with pytest.raises(ServeError) as caught:
            labels.edit("长-0", text="改")
        assert caught.value.status == 423
        Labels(run, training=lambda: True).edit("长-0", text="改")
    assert on_disk(run)["长-0"].text == "改"


def test_a_training_that_only_starts_holds_nothing(run):
    """Its process lives already, but another ffvits may be labelling: what that one writes would be lost."""
    training = Training(run)
    with run.locked():
        training.start({})  # it will find the folder taken
        assert training.running and not training.holding
        with pytest.raises(ServeError) as caught:
            Labels(run, lambda: training.holding).edit("长-0", text="改")
        assert caught.value.status == 423
        training._process.wait(60)
    assert training.status()["state"] == "failed" and "另一个 ffvits" in training.status()["said"]["zh"]


@pytest.mark.parametrize("trace", ["", "{}", '{"state": "running"}'])
def test_a_training_that_was_killed_has_failed(run, trace):
    training = Training(run)
    with run.locked():  # it waits for the folder, and so leaves nothing of its own
        training.start({})
        training._process.kill()
        training._process.wait(60)
    (run.folder / "train.json").write_text(trace, encoding="utf-8")
    assert (training.status()["state"], "by itself" in training.status()["said"]["en"]) == ("failed", True)


def test_a_training_of_which_a_trace_is_left_holds_nothing(run):
    (run.folder / "train.json").write_text('{"state": "running"}', encoding="utf-8")
    assert not Training(run).holding and Training(run).status()["state"] == "idle"
    Labels(run, lambda: Training(run).holding).edit("长-0", text="改")
    assert on_disk(run)["长-0"].text == "改"


class TestDoubt:
    def test_the_unsure_come_first_and_what_a_person_did_last(self, labels, run):
        doubts = {clip.id: doubt(clip) for clip in read_clips(run.clips_file)}
        assert doubts["长-1"] > doubts["坏"] > doubts["长-2"] > doubts["长-0"] >= doubts["空"] == 0
        assert doubt(labels.edit("长-1", text="改").clips[0]) == 0

    def test_another_speaker_settles_no_doubt(self, run):
        clip = run.clips()[0].doubt("heard otherwise").signed()
        assert doubt(clip.with_(speaker="旅行者")) == doubt(clip) >= 0.6
        assert doubt(clip.with_(speaker="旅行者", text="改")) == 0

    def test_agreeing_is_remembered_until_the_label_changes(self, labels, run):
        seen = lambda: {row["id"]: row["seen"] for row in Labels(run).rows()}  # noqa: E731
        labels.edit("长-0", seen=True)
        labels.edit("长-1", text="改")
        assert seen() == {"长-0": True, "长-1": True, "长-2": False, "坏": False, "空": False}
        labels.edit("长-1", seen=False)
        clips = [clip.with_(text="重标") if clip.id == "长-0" else clip for clip in read_clips(run.clips_file)]
        write_clips(run.clips_file, clips)
        assert not any(seen().values())

    def test_a_damaged_memory_of_what_was_seen_costs_no_label(self, labels, run):
        for damage in ("{", "[1]", "3"):
            (run.folder / "review.json").write_text(damage, encoding="utf-8")
            assert len(Labels(run).rows()) == 5

    def test_rows_are_plain_json(self, labels):
        assert json.loads(json.dumps(labels.rows())) == labels.rows()


def test_a_person_who_agrees_settles_the_doubts(labels, run):
    clips = read_clips(run.clips_file)
    doubted = [clip.doubt("heard otherwise", "今天天气号").signed() if clip.id == "长-0" else clip for clip in clips]
    write_clips(run.clips_file, doubted)
    row = next(row for row in labels.rows() if row["id"] == "长-0")
    assert row["review"] == [{"why": dict.fromkeys(("en", "zh"), "heard otherwise"), "other": "今天天气号"}]
    assert row["doubt"] >= 0.6
    labels.edit("长-0", seen=True)
    agreed = on_disk(run)["长-0"]
    assert agreed.settled and not agreed.waiting and doubt(agreed) == 0
    assert not merge_edits(doubted, on_disk(run).values())[0].waiting


def test_a_row_says_it_in_both_languages(run):
    rows = {row["id"]: row for row in Labels(run).rows()}
    assert rows["坏"]["reason"] == {
        "en": "not understood — write what is said",
        "zh": "听不清：not understood。write what is said",
    }
    assert rows["长-0"]["reason"] == {"en": "", "zh": ""}
