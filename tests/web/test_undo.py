"""What one tab changed is taken back, and nothing else: not what another tab or an editor has saved since."""

import pytest

from ffvits.clip import read_clips, write_clips
from ffvits.errors import ServeError
from ffvits.web.labels import Labels


@pytest.fixture
def labels(run):
    return Labels(run)


def on_disk(run):
    return {clip.id: clip for clip in read_clips(run.clips_file)}


def seen(run):
    return {row["id"] for row in Labels(run).rows() if row["seen"]}


def elsewhere(run, clip_id, /, **changes):
    """An editor, or another tab."""
    clips = read_clips(run.clips_file)
    write_clips(run.clips_file, [clip.with_(**changes) if clip.id == clip_id else clip for clip in clips])


@pytest.mark.parametrize(
    "what", [{"text": "改"}, {"status": "reject"}, {"text": "改", "status": "reject"}, {"seen": True}]
)
def test_all_is_as_it_was(labels, run, what):
    before, agreed = run.clips_file.read_bytes(), seen(run)
    done = labels.edit("长-0", **what)
    assert done.change and seen(run) == {"长-0"}
    assert [clip.id for clip in labels.undo(done.change).clips] == ["长-0"]
    assert run.clips_file.read_bytes() == before and seen(run) == agreed


def test_what_was_agreed_to_before_is_agreed_to_again(labels, run):
    labels.edit("长-0", seen=True)
    labels.undo(labels.edit("长-0", status="reject").change)
    assert seen(run) == {"长-0"}


@pytest.mark.parametrize("since", [{"status": "reject", "seen": True}, {"text": "别处改的"}])
def test_what_another_tab_agreed_to_since_stays_agreed_to(labels, run, since):
    agreed = labels.edit("长-0", seen=True)
    later = labels.edit("长-0", **since)
    labels.undo(agreed.change)
    assert seen(run) == {"长-0"} and on_disk(run)["长-0"] == later.clips[0]


@pytest.mark.parametrize("what", [{"status": "keep", "seen": True}, {"status": "reject", "seen": True}, {"seen": True}])
def test_a_mistaken_verdict_settles_no_doubt_for_good(labels, run, what):
    doubted = [clip.doubt("heard otherwise", "别的").signed() for clip in read_clips(run.clips_file) if clip.kept]
    write_clips(run.clips_file, doubted)
    before = run.clips_file.read_bytes()
    done = labels.edit("长-0", **what)
    assert on_disk(run)["长-0"].review == ()
    labels.undo(done.change)
    assert run.clips_file.read_bytes() == before and on_disk(run)["长-0"].waiting


def test_words_that_were_saved_elsewhere_since_stay(labels, run):
    done = labels.edit("长-0", status="reject")
    elsewhere(run, "长-0", text="别处改的")
    labels.undo(done.change)
    assert (on_disk(run)["长-0"].text, on_disk(run)["长-0"].status) == ("别处改的", "keep")


@pytest.mark.parametrize("since", [{"text": "别处改的"}, {"id": "别的"}])
def test_where_the_same_was_changed_since_it_is_said(labels, run, since):
    done = labels.edit("长-0", text="我改的")
    elsewhere(run, "长-0", **since)
    before = run.clips_file.read_bytes()
    with pytest.raises(ServeError, match="changed since") as caught:
        labels.undo(done.change)
    assert caught.value.status == 409
    assert run.clips_file.read_bytes() == before


def test_nothing_is_taken_back_twice_or_invented(labels):
    done = labels.edit("长-0", text="改")
    labels.undo(done.change)
    for change in (done.change, 99):
        with pytest.raises(ServeError) as caught:
            labels.undo(change)
        assert caught.value.status == 404
    assert labels.edit("长-0").change == 0  # nothing was changed


def test_clips_that_were_cut_and_joined_come_back(labels, run):
    before = run.clips_file.read_bytes()
    cut = labels.split("长-0", 1.2, ("你好", "世界"))
    assert cut.gone == ("长-0",)
    once = labels.join(cut.clips[1].id, "长-1")
    twice = labels.join(once.clips[0].id, "长-2")  # a key that was pressed twice
    assert len(on_disk(run)) == 4
    for done in (twice, once, cut):
        back = labels.undo(done.change)
        assert set(back.gone) == {clip.id for clip in done.clips}
    assert run.clips_file.read_bytes() == before
    assert all(labels.file(clip).is_file() for clip in on_disk(run).values() if clip.audio)


def test_a_half_that_was_edited_since_is_not_thrown_away(labels, run):
    cut = labels.split("长-0", 1.2, ("你好", "世界"))
    elsewhere(run, cut.clips[0].id, text="别处改的")
    with pytest.raises(ServeError, match="changed since"):
        labels.undo(cut.change)
    assert on_disk(run)[cut.clips[0].id].text == "别处改的"


def test_clips_whose_sound_is_gone_do_not_come_back(labels, run):
    cut = labels.split("长-0", 1.2, ("你好", "世界"))
    (run.audio / "长-0.wav").unlink()
    with pytest.raises(ServeError, match="sound is missing"):
        labels.undo(cut.change)
    assert cut.clips[0].id in on_disk(run)
