"""The record and its file: nothing is lost on the way, a hand edit survives, a wrong one is named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffvits.clip import Clip, clip_id, merge_edits, parse_clip, read_clips, write_clips
from ffvits.errors import ClipError


def clip(**changes) -> Clip:
    return Clip(id="a", source="a.wav", start=0.0, end=2.0, speaker="派蒙").with_(**changes)


def line(**changes) -> str:
    values = {**json.loads(clip(text="你好").signed().to_json()), **changes}
    return json.dumps({name: value for name, value in values.items() if value is not ...}, ensure_ascii=False)


def test_a_clip_comes_back_from_its_file_as_it_went(tmp_path):
    path = tmp_path / "clips.jsonl"
    clips = [
        clip(text="你好", scores={"dnsmos": 3.25}, notes=("a", "b")).signed(),
        clip(id="b").reject("short", "0.2 s", "record more").signed(),
        clip(id="c", text="你好").doubt("heard otherwise", "尼好").signed(),
    ]
    write_clips(path, clips)
    assert read_clips(path) == clips


def test_the_label_file_is_utf8_and_readable_by_people(tmp_path):
    path = tmp_path / "clips.jsonl"
    write_clips(path, [clip(text="派蒙说话")])
    assert "派蒙说话" in path.read_text(encoding="utf-8")


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(tmp_path):
    path = tmp_path / "clips.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + (line() + "\r\n\r\n").encode("utf-8"))
    assert [c.text for c in read_clips(path)] == ["你好"]


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ("{", "column"),
        ("[1]", "JSON object"),
        pytest.param("[" * 100_000, "JSON object", id="brackets in brackets"),
        pytest.param(line().replace("2.0", "2" * 5000), "JSON object", id="a number of 5000 digits"),
        (line(source=...), "'source' is missing"),
        (line(txet="x"), "unknown field 'txet'"),
        (line(status="maybe"), "'status' is 'maybe'"),
        (line(split="test"), "'split'"),
        (line(text=3), "'text' must be a text"),
        (line(start="0"), "'start' must be a number"),
        (line(start=True), "'start' must be a number"),
        (line(start=3.0), "not a stretch of time"),
        (line(end=float("inf")), "not a stretch of time"),
        (line(id="第1集/001"), "can be no file's name"),
        (line(id="..\\..\\001"), "can be no file's name"),
        (line(id=".."), "can be no file's name"),
        (line(id=""), "can be no file's name"),
        (line(speaker=" "), "'speaker' is empty"),
        (line().replace("你好", "你好\\ud83d"), "'text' holds half a character"),
        (line(scores={"cer": float("nan")}), "'cer'"),
        (line(scores=[1]), "'scores'"),
        (line(scores={"cer": "x"}), "'cer'"),
        (line(reasons={}), "'reasons' must be a list"),
        (line(reasons=[{"why": "x"}]), "an entry of 'reasons' must hold"),
        (line(notes="x"), "'notes' must be a list"),
        (line(machine={"text": 1}), "'machine'"),
        (line(schema=99), "another version"),
    ],
)
def test_a_wrong_hand_edit_is_refused_with_file_line_and_field(tmp_path, broken, named):
    path = tmp_path / "clips.jsonl"
    path.write_text(line() + "\n" + broken + "\n", encoding="utf-8")
    with pytest.raises(ClipError) as caught:
        read_clips(path)
    assert f"{path}:2:" in str(caught.value)
    assert named in caught.value.message


def test_a_score_that_is_no_number_is_none():
    assert clip().score(snr_db=float("nan"), gain=float("inf"), quality=3).scores == {"quality": 3.0}


def test_a_blank_beside_a_speakers_name_makes_no_second_speaker(tmp_path):
    path = tmp_path / "clips.jsonl"
    path.write_text(line(speaker="派蒙 "), encoding="utf-8")
    (read,) = read_clips(path)
    assert read.speaker == "派蒙" and not read.edited


def test_an_id_that_stands_twice_is_refused(tmp_path):
    path = tmp_path / "clips.jsonl"
    path.write_text(line() + "\n" + line() + "\n", encoding="utf-8")
    with pytest.raises(ClipError, match="line 1 already"):
        read_clips(path)


def test_a_file_in_another_encoding_is_named(tmp_path):
    path = tmp_path / "clips.jsonl"
    path.write_bytes(line().encode("gbk"))
    with pytest.raises(ClipError, match="UTF-8"):
        read_clips(path)


def test_every_reason_is_kept():
    rejected = clip().reject("short", "0.2 s").reject("noisy", "DNSMOS 1.1", "denoise")
    assert [reason.code for reason in rejected.reasons] == ["short", "noisy"]
    assert not rejected.kept


class TestEdits:
    def test_an_edited_text_outlives_a_new_labelling(self):
        old = clip(text="派萌").signed().with_(text="派蒙")
        merged = merge_edits([clip(text="派门")], [old])
        assert [(c.text, c.machine["text"], c.edited) for c in merged] == [("派蒙", "派门", True)]

    def test_a_speaker_named_by_a_person_outlives_a_new_labelling(self):
        old = clip(text="旧", speaker="派蒙").doubt("?").signed().with_(speaker="刻晴")
        assert old.edited and old.waiting, "whose clip it is says nothing about its words"
        (merged,) = merge_edits([clip(text="新", speaker="派蒙").doubt("?")], [old])
        assert (merged.speaker, merged.text, merged.edited, merged.waiting) == ("刻晴", "新", True, True)
        (again,) = merge_edits([clip(text="新", speaker="派蒙 2")], [merged])
        assert again.speaker == "刻晴"

    def test_a_file_of_an_older_ffvits_names_no_speaker_of_the_machine(self):
        old = clip(text="好", speaker="派蒙").with_(machine={"text": "好", "status": "keep"})
        assert not old.edited
        assert merge_edits([clip(text="好", speaker="刻晴")], [old])[0].speaker == "刻晴"

    def test_what_nobody_edited_is_renewed(self):
        merged = merge_edits([clip(text="新")], [clip(text="旧").signed()])
        assert [(c.text, c.edited) for c in merged] == [("新", False)]

    def test_a_clip_kept_by_hand_stays_kept_and_remembers_why_it_was_rejected(self):
        old = clip().reject("noisy", "x").signed().with_(status="keep")
        (merged,) = merge_edits([clip().reject("noisy", "y")], [old])
        assert merged.kept
        assert merged.reasons[0].message == "y"

    def test_a_line_written_by_hand_is_an_edit(self):
        by_hand = clip(text="手写")
        assert merge_edits([clip(text="机器")], [by_hand])[0].text == "手写"

    def test_an_edited_clip_survives_moved_cuts_and_takes_their_place(self):
        old = clip(id="a-0", start=0.0, end=4.0, text="x").signed().with_(text="改过")
        fresh = [
            clip(id="a-1", start=0.1, end=3.9),
            clip(id="a-2", start=3.9, end=8.0),
            clip(id="b", source="b.wav", start=0.0, end=4.0),
        ]
        assert [c.id for c in merge_edits(fresh, [old])] == ["a-2", "b", "a-0"]

    @pytest.mark.parametrize(("start", "left"), [(1.9, ["a-0"]), (2.1, ["a-1", "a-0"])])
    def test_an_edited_clip_takes_the_place_of_what_is_mostly_the_same(self, start, left):
        old = clip(id="a-0", start=0.0, end=4.0, text="x").signed().with_(text="改过")
        assert [c.id for c in merge_edits([clip(id="a-1", start=start, end=start + 4.0)], [old]) if c.kept] == left

    def test_an_edit_is_not_for_another_recording_of_the_same_name(self):
        old = clip(recording="take 1").signed().with_(text="第一次", status="reject")
        (found,) = merge_edits([clip(recording="take 2", text="第二次")], [old])
        assert (found.text, found.status, found.edited) == ("第二次", "keep", False)
        assert found.review[0].other == "第一次" and "another" in found.review[0].why
        (again,) = merge_edits([clip(recording="take 2", text="第二次")], [found])
        assert again == found, "the doubt stays until a person has settled it"
        (named,) = merge_edits([clip(recording="take 2", text="第二次")], [found.with_(speaker="刻晴")])
        assert (named.speaker, named.review) == ("刻晴", found.review), "whose clip it is settles nothing"
        (right,) = merge_edits([clip(recording="take 2", text="第二次")], [found.with_(review=())])
        assert right.text == "第二次" and not right.review
        for before in ("", "take 2"):
            (same,) = merge_edits([clip(recording="take 2")], [old.with_(recording=before)])
            assert (same.text, same.status) == ("第一次", "reject")

    def test_an_edit_follows_a_recording_that_was_renamed(self):
        old = clip(id="old-1", source="旧.wav", start=1.2344, recording="r").signed().with_(text="改过")
        fresh = [
            clip(id="new-1", source="新.wav", start=1.234, recording="r"),
            clip(id="new-2", source="新.wav", start=5.0),
        ]
        merged = merge_edits(fresh, [old])
        assert [(c.id, c.text) for c in merged] == [("new-1", "改过"), ("new-2", fresh[1].text)]

    def test_a_clip_whose_cuts_moved_follows_its_recording_and_takes_the_place_of_the_new_one(self):
        old = clip(id="旧-0", source="旧.wav", end=4.0, recording="r", text="x").signed().with_(text="改过")
        fresh = [clip(id="新-1", source="新.wav", start=0.1, end=3.9, recording="r")]
        (found,) = merge_edits(fresh, [old])
        assert (found.id, found.source, found.text) == ("旧-0", "新.wav", "改过")
        assert merge_edits(fresh, [found]) == [found]

    @pytest.mark.parametrize(
        ("now", "told"),
        [
            ({"a.wav": "乙", "b.wav": "甲"}, {"a.wav": "改乙", "b.wav": "改甲"}),
            ({"b.wav": "甲", "c.wav": "乙"}, {"b.wav": "改甲", "c.wav": "改乙"}),
            ({"a.wav": "乙"}, {"a.wav": "改乙"}),
        ],
        ids=["swapped", "one number up", "numbered anew after the first was deleted"],
    )
    @pytest.mark.parametrize("end", [2.0, 1.9], ids=["the same cut", "cut otherwise"])
    def test_edits_follow_recordings_that_have_each_others_names(self, now, told, end):
        def cut(name, recording, end):
            return clip(id=clip_id(name), source=name, recording=recording, end=end, text="听")

        before = {"a.wav": "甲", "b.wav": "乙"}
        old = [cut(*pair, 2.0).signed().with_(text=f"改{pair[1]}") for pair in before.items()]
        merged = merge_edits([cut(*pair, end) for pair in now.items()], old)
        assert {c.source: c.text for c in merged} == told and not any(c.waiting for c in merged)

    def test_words_of_a_clip_that_found_no_place_of_its_own_become_a_doubt(self):
        old = clip(id=clip_id("a.wav"), source="a.wav", end=9.0, recording="甲").signed().with_(text="改过")
        fresh = [
            clip(id=clip_id("a.wav"), source="a.wav", recording="乙", text="别的"),
            clip(id=clip_id("b.wav", 0.0), source="b.wav", end=4.0, recording="甲", text="听"),
        ]
        other, found = merge_edits(fresh, [old])
        assert (other.text, other.review, found.text, found.review[0].other) == ("别的", (), "听", "改过")

    def test_what_an_edit_of_a_replaced_recording_said_is_not_lost_where_its_cuts_or_its_name_change(self):
        old = clip(recording="take 1").signed().with_(text="第一次")
        (doubted,) = merge_edits([clip(recording="take 2", text="第二次")], [old])
        for later in ({"id": "b", "source": "b.wav"}, {"id": "a-1", "start": 0.1}):
            (found,) = merge_edits([clip(recording="take 2", text="第二次").with_(**later)], [doubted])
            assert found.waiting and found.review[0].other == "第一次"
        (moved,) = merge_edits([clip(id="a-1", start=0.1, recording="take 2", text="第二次")], [old])
        assert (moved.id, moved.review[0].other) == ("a-1", "第一次"), "also where the second take is cut otherwise"

    @pytest.mark.parametrize(("corrected", "now"), [(False, "Paimon"), (True, "刻晴")])
    def test_a_clip_that_stays_is_of_the_speaker_as_the_recipe_names_her_now(self, corrected, now):
        old = clip(id="a-0", text="x", speaker="派蒙").signed().with_(text="改过")
        old = old.with_(speaker="刻晴") if corrected else old
        (found,) = merge_edits([clip(id="a-1", start=0.1, speaker="Paimon")], [old])
        assert (found.id, found.speaker, "speaker" in found.changed) == ("a-0", now, corrected)

    def test_an_edit_of_a_recording_that_was_converted_becomes_a_doubt_and_no_second_clip(self):
        old = clip(id="a-wav", source="一/a.wav", recording="wav", start=0.4, end=4.9).signed().with_(text="改过")
        fresh = [
            clip(id="a-flac", source="一/a.flac", recording="flac", start=0.42, end=4.9, text="听到"),
            clip(id="b", source="二/a.flac", recording="another", start=0.4, end=4.9),
        ]
        found, other = merge_edits(fresh, [old])
        assert (found.id, found.text, found.review[0].other) == ("a-flac", "听到", "改过") and found.waiting
        assert not other.review
        assert merge_edits(fresh, [found, other]) == [found, other], "the doubt stays until a person has settled it"
        # Where the recording still lies there too, it has its edit, and the other format is another recording.
        both = [clip(id="a-wav", source="一/a.wav", recording="wav", start=0.4, end=4.9), *fresh]
        assert [c.text for c in merge_edits(both, [old])][:2] == ["改过", "听到"]

    def test_what_reaches_beyond_an_edited_clip_is_rejected_and_not_gone(self):
        old = clip(id="a-1", start=4.2, end=11.4, text="x").signed().with_(text="改过")
        fresh = [clip(id="a-0", start=0.2, end=11.4), clip(id="a-2", start=11.5, end=18.2)]
        merged = {c.id: c for c in merge_edits(fresh, [old])}
        assert merged["a-1"].text == "改过" and merged["a-2"].kept
        assert merged["a-0"].reasons[0].code == "covered" and "4.0 s" in merged["a-0"].reasons[0].message
        assert not merged["a-0"].edited

    def test_what_is_rejected_around_an_edited_clip_never_takes_another_ones_place(self):
        one = clip(id="a-9", start=0.0, end=4.0).signed().with_(text="一")
        other = clip(id="a-0", start=6.0, end=7.0).signed().with_(text="二")
        merged = {c.id: c.text for c in merge_edits([clip(id="a-0", start=0.0, end=7.0)], [one, other])}
        assert merged["a-9"] == "一" and merged["a-0"] == "二"

    def test_merging_twice_changes_nothing_more(self):
        old = clip(text="旧").signed().with_(text="改")
        once = merge_edits([clip(text="新")], [old])
        assert merge_edits([clip(text="新")], once) == once


@given(st.text(min_size=1), st.text(min_size=1))
def test_ids_are_file_names_and_differ_for_different_sources(one, other):
    assert clip_id(one) == clip_id(one)
    assert not set(clip_id(one)) & set('<>:"/\\|?*\0 ')
    assert (clip_id(one) == clip_id(other)) == (one == other)


def test_a_name_in_bytes_that_are_no_utf8_still_gets_an_id():
    assert clip_id("\udcc4\udce3.wav")


def test_parse_names_the_line_it_was_given():
    with pytest.raises(ClipError, match="labels:7"):
        parse_clip("x", file="labels", number=7)


def test_doubts_are_settled_by_an_edit_or_by_emptying_the_list_and_stay_settled():
    (first,) = merge_edits([clip(text="你好").doubt("heard otherwise", "尼好")], [])
    assert first.waiting and not first.edited
    assert not first.with_(text="你们好").waiting
    right = first.with_(review=())
    assert right.edited and not right.waiting
    again = clip(text="尼号").doubt("heard otherwise", "你好")
    for _ in range(2):
        (right,) = merge_edits([again], [right])
        assert right.text == "你好" and not right.waiting and right.edited
