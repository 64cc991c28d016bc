"""Which of several hearings of a clip is believed, without a recogniser."""

import math
import threading

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.errors import FfvitsError
from ffvits.label import recogniser
from ffvits.label.transcribe import Listener, _half_way, _hear, _in_lists, _stored, _told
from ffvits.recipe import Recipe, TranscribeSettings
from ffvits.run import Run

CLIP = Clip("a", "a.wav", 0, 3, "派蒙", audio="cleaned", original="mix")


def hearing(text: str, confidence: float, **more) -> dict:
    values = {"text": text, "raw": text, "confidence": confidence, "no_speech": 0.1, "compression": 0.8, "overlap": 0.0}
    spoken = [[char, 0.9, 0.1 * place] for place, char in enumerate(text)]
    return {
        **values,
        "chinese": 0.99,
        "language": "zh",
        "speech": 2.5,
        "characters": spoken,
        "unread": "",
        "times": (),
        "laid": 0.0,
        **more,
    }


@pytest.mark.parametrize(
    ("sure", "believed"),
    [((0.8,), 0), ((0.8, 0.7), 0), ((0.7, 0.8), 1), ((0.7, 0.72), 0), ((0.7, 0.6, 0.9), 2), ((0.7, 0.8, 0.9), 2)],
)
def test_the_surest_is_believed_and_the_cleaned_has_a_handicap(sure, believed):
    texts = ["今天天气好", "今天天汽好", "今天甜气好"]
    found = _told(CLIP, [hearing(text, value) for text, value in zip(texts, sure, strict=False)])
    assert found.text == found.heard == texts[believed]
    assert found.scores["asr_confidence"] == sure[believed]
    assert found.audio == "cleaned"
    assert sum("another hearing" in note for note in found.notes) == len(sure) - 1


@pytest.mark.parametrize(("laid", "believed"), [((-0.9, -0.9), 0), ((-1.1, -0.9), 0), ((-1.3, -0.9), 1)])
def test_a_hearing_that_lies_better_over_the_sound_is_believed_though_it_is_less_sure(laid, believed):
    texts = "今天天气好", "金田甜气好"
    found = _told(CLIP, [hearing(t, s, laid=x) for t, s, x in zip(texts, (0.8, 0.7), laid, strict=True)])
    assert found.text == texts[believed]


@pytest.mark.parametrize("invented", ["《" * 22, "以下是普通话的句子。", "……"])
def test_an_invention_is_not_believed_where_another_hearing_is_credible(invented):
    loop = {"compression": 4.9} if invented[0] == invented[1] else {}

    def heard(*sure: float) -> str:
        texts = ("零零后会成为主力", "零零后会成为主币", invented)
        more = ({}, {}, loop)
        return _told(CLIP, [hearing(t, s, **m) for t, s, m in zip(texts, sure, more, strict=True)]).text

    assert heard(0.63, 0.62, 0.84) == "零零后会成为主力"
    assert heard(0.45, 0.48, 0.84) == invented  # which the screen rejects: nobody was understood


@pytest.mark.parametrize(
    ("scores", "found"),
    [((0.3, 0.7, 0.35), 0.45), ((0.9, 0.8, 0.7), 0.8)],
    ids=("a filter's fault", "two people"),
)
def test_two_people_at_once_are_heard_in_the_cleaned_sound_and_not_there_alone(scores, found):
    hearings = [hearing("今天天气好", 0.8, overlap=score) for score in scores]
    assert _told(CLIP, hearings).scores["overlap"] == pytest.approx(found)


def test_how_far_two_hearings_agree_is_kept():
    assert _told(CLIP, [hearing("今天天气好", 0.8), hearing("金田天汽好", 0.8)]).scores["agreement"] == 1  # by sound
    assert _told(CLIP, [hearing("今天天气好", 0.8), hearing("明月出山", 0.8)]).scores["agreement"] < 0.3
    assert "agreement" not in _told(CLIP, [hearing("今天天气好", 0.8)]).scores


def test_what_is_heard_otherwise_is_doubted_with_both_texts():
    found = _told(CLIP, [hearing("今天天气好", 0.8), hearing("明月出山", 0.7)])
    assert found.text == "今天天气好" and [doubt.other for doubt in found.review] == ["明月出山"]
    assert _told(CLIP, [hearing("今天天气好", 0.8), hearing("金田天汽好", 0.7)]).review == ()  # by sound


@pytest.mark.parametrize(
    ("chances", "doubted"),
    [((0.9,) * 5, ""), ((0.9, 0.1, 0.1, 0.1, 0.9), "天天气"), ((0.9, 0.2, 0.9, 0.9, 0.9), ""), ((), "")],
)
def test_words_that_hardly_fit_the_sound_are_named(chances, doubted):
    characters = [[char, chance, 0.0] for char, chance in zip("今天天气好", chances, strict=False)]
    found = _told(CLIP, [hearing("今天天气好", 0.8, characters=characters)])
    assert bool(found.review) == bool(doubted)
    assert doubted in "".join(doubt.why for doubt in found.review)


@pytest.mark.parametrize(
    ("text", "heard", "weak", "quoted", "other"),
    [
        ("今天，天气好。", "今天天气好", 1, "天，天气", ""),
        ("今天涉事公司说。", "今天设施公司说", 2, "涉事公", "今天设施公司说。"),
        ("我们走吧。", "我們走吧", 1, "们走吧", ""),
        ("三十五个人来了。", "35个人来了", 1, "三十五个人", "35个人来了。"),
        ("三十万五千三百三十四。", "305334", 1, "三十万五千三百三十四", "305334。"),
        ("好。", "号", 0, "好", "号。"),
    ],
)
def test_doubts_quote_what_stands_in_the_text(text, heard, weak, quoted, other):
    characters = [[char, 0.1 if weak <= n < weak + 3 else 0.9, 0.2 * n] for n, char in enumerate(heard)]
    found = _told(CLIP, [hearing(text, 0.8, characters=characters)])
    assert found.review[0].why.startswith(f"“{quoted}” hardly fits the sound")
    assert found.review[0].other == other


X, XX = "西马装学校", "西马装学校西马装学校"


@pytest.mark.parametrize(
    ("written", "fits", "text", "doubted"),
    [
        (f"{XX}。", (1.4, 1.0), f"{X}。", ""),
        (f"{X}，{X}。", (1.4, 1.0), f"{X}。", ""),
        (f"{XX}西马。", (1.4, 1.0, 0.9), f"{X}。", ""),
        (f"{XX}西马。", (0.2, 1.4, 1.35), f"{XX}。", f"{XX}西马。"),
        (f"{XX}。", (1.05, 1.1), f"{XX}。", f"{X}。"),
        (f"{XX}。", (1.1, 1.05), f"{X}。", f"{XX}。"),
        (f"{X}，{X}。", (0.3, 1.5), f"{X}，{X}。", ""),
        ("加油加油加油。", (0.1, 1.4, 0.9), "加油加油。", ""),
        ("西马装学校在哪里。", (), "西马装学校在哪里。", ""),
        ("他买了一辆新车，他卖了一辆新车。", (1.4, 1.1, 0.3), "他买了一辆新车。", ""),
        ("他买了一辆新车，他卖了一辆新车。", (0.4, 0.3, 1.4), "他买了一辆新车，他卖了一辆新车。", ""),
    ],
)
def test_a_sentence_is_written_as_often_as_it_fits_its_sound(written, fits, text, doubted):
    characters = [[char, 0.9, 0.1 * place] for place, char in enumerate(filter(str.isalnum, written))]
    characters[-1][1] = 0.01  # a weak stretch in a time that was not said is none of the text's
    found = _told(CLIP, [hearing(written, 0.8, characters=characters, times=fits)])
    assert found.text == text
    assert [doubt.other for doubt in found.review if "may as well be" in doubt.why] == ([doubted] if doubted else [])
    assert any("not said as often" in note for note in found.notes) == (text != written)
    assert (found.scores["weakest"] < 0.4) == (text == written)


def test_of_two_halves_that_fit_alike_the_better_is_kept_and_the_other_told():
    written = "他买了一辆新车，他卖了一辆新车。"
    characters = [[char, 0.9, 0.1 * place] for place, char in enumerate(filter(str.isalnum, written))]
    characters[0][1] = 0.01  # of the first half, which is not kept
    found = _told(CLIP, [hearing(written, 0.8, characters=characters, times=(1.35, 1.4, 0.3))])
    assert (found.text, [doubt.other for doubt in found.review]) == ("他卖了一辆新车。", ["他买了一辆新车。"])
    assert found.scores["weakest"] == pytest.approx(0.9)


def test_a_second_voice_is_looked_for_in_what_trains_the_voice():
    # A singer behind the speaker is in the original only.
    before, after = hearing("今天天气好", 0.9, overlap=0.9), hearing("今天天气好", 0.8, overlap=0.1)
    assert _told(CLIP, [before, after]).scores["overlap"] == 0.1
    assert _told(CLIP, [before]).scores["overlap"] == 0.9


def test_a_number_that_is_not_read_as_usual_is_told():
    found = _told(CLIP, [hearing("两千零二十四年", 0.8, unread="二零二四年")])
    assert any("两千零二十四年" in note and "二零二四年" in note for note in found.notes)


def test_another_language_is_noted_by_its_name():
    assert "sounds like English" in _told(CLIP, [hearing("Hello", 0.8, language="en")]).notes
    assert "sounds like another language" in _told(CLIP, [hearing("你好", 0.8, language="jw")]).notes


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(0, []), (3, [3]), (8, [8]), (24, [8, 16]), (60, [8, 16, 16, 16, 4]), (100, [8, 16, 16, 16, 16, 16, 12])],
)
def test_the_first_clips_wait_for_few_others(count, sizes):
    assert [len(group) for group in _in_lists([CLIP] * count)] == sizes


def test_half_way_takes_half_of_the_noise_whatever_the_levels():
    rng = np.random.default_rng(0)
    voice, noise = rng.normal(0, 0.1, (2, 16000)).astype(np.float32)
    half = _half_way(Sound(voice + noise, 16000), Sound(3 * voice, 16000))
    assert half.samples == pytest.approx(voice + 0.5 * noise, abs=0.01)


def test_half_way_of_silence_is_quieter_sound():
    half = _half_way(Sound(np.ones(100, np.float32), 16000), Sound(np.zeros(90, np.float32), 16000))
    assert half.samples == pytest.approx(np.full(90, 0.5))


@pytest.mark.parametrize(("seconds", "window"), [(0, 6), (4, 6), (4.1, 8), (10, 12), (10.1, 18), (16.1, 30), (60, 30)])
def test_the_window_leaves_room_for_silence(seconds, window):
    assert recogniser._window(seconds) == window


@pytest.mark.parametrize(("text", "at_most"), [("", 0), ("今天天气很好", 1.2), ("好" * 200, 100)])
def test_loops_compress_well(text, at_most):
    assert recogniser.compression(text) <= at_most
    assert (recogniser.compression(text) > 2.2) == (len(text) == 200)


def test_of_a_long_vocabulary_the_first_names_are_told_behind_the_prompt(monkeypatch):
    warned: list[str] = []
    monkeypatch.setattr("ffvits.console.warn", warned.append)
    names = tuple(f"名字{number:02}" for number in range(60))
    settings = TranscribeSettings(vocabulary=names)
    told = recogniser.opening(recogniser.fitting(settings, len))
    assert len(told) <= recogniser.TOLD < len(told) + len("、名字38")
    assert told == f"以下是普通话的句子。{'、'.join(names[:38])}。"
    (warning,) = warned
    assert "only the first 38 of the 60 names" in warning


@pytest.mark.parametrize("settings", [TranscribeSettings(), TranscribeSettings(vocabulary=("派蒙", "旅行者"))])
def test_a_vocabulary_that_fits_is_told_whole(settings, monkeypatch):
    monkeypatch.setattr("ffvits.console.warn", pytest.fail)
    assert recogniser.fitting(settings, len) == settings


def test_where_the_prompt_alone_is_too_long_no_name_pushes_it_out():
    settings = TranscribeSettings(prompt="句" * 300, vocabulary=("派蒙",))
    assert recogniser.opening(recogniser.fitting(settings, len)) == settings.prompt


def test_the_opening_names_the_vocabulary():
    assert recogniser.opening(TranscribeSettings()) == "以下是普通话的句子。"
    settings = TranscribeSettings(prompt="", vocabulary=("派蒙", "旅行者"))
    assert recogniser.opening(settings) == "派蒙、旅行者。"


class Scripted:
    """A recogniser that hears what it is told to, round by round."""

    def __init__(self, *rounds: list[str]) -> None:
        self._rounds = iter(rounds)
        self.patience: list[bool] = []
        self.reading = None

    def hear(self, sounds, *, patient: bool = True) -> list[recogniser.Heard]:
        self.patience += [patient] * len(sounds)
        texts = next(self._rounds) if sounds else []
        assert len(texts) == len(sounds)
        return [recogniser.Heard(text, text, 0.8, 0.1, 0.8, "zh", 0.99, reading=self.reading) for text in texts]


def test_a_third_hearing_is_only_of_what_sounded_otherwise(tmp_path):
    run = Run.create(tmp_path, Recipe(speaker="派蒙"))
    noise = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    for name in ("mix.flac", "cleaned.flac"):
        Sound(noise, 16000).save(tmp_path / name)
    clips = [
        Clip(name, f"{name}.wav", 0, 1, "派蒙", audio="cleaned.flac", original=original)
        for name, original in (("a", "mix.flac"), ("b", "mix.flac"), ("c", "cleaned.flac"))
    ]
    heard = Scripted(["今天天气好", "今天天气好", "没有洗过", "金田天汽好", "明月出山"], ["今天天气"])
    found = _hear(clips, run, heard, TranscribeSettings())
    assert [[one.text for one in hearings] for hearings in found] == [
        ["今天天气好", "金田天汽好"],  # other characters of the same sound
        ["今天天气好", "明月出山", "今天天气"],
        ["没有洗过"],
    ]
    assert [[one.laid != 0 for one in hearings] for hearings in found] == [[False] * 2, [True] * 3, [False]]
    assert heard.patience == [True] * 5 + [False]


def test_how_texts_sound_is_not_weighed_where_the_recipe_says_so(tmp_path):
    run = Run.create(tmp_path, Recipe(speaker="派蒙"))
    Sound(np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32), 16000).save(tmp_path / "a.flac")
    (tmp_path / "b.flac").write_bytes((tmp_path / "a.flac").read_bytes())
    clip = Clip("a", "a.wav", 0, 1, "派蒙", audio="a.flac", original="b.flac")
    heard = Scripted(["今天天气好", "明月出山"], ["今天天气"])
    (hearings,) = _hear([clip], run, heard, TranscribeSettings(by_sound=False))
    assert [one.laid for one in hearings] == [0.0] * 3


def test_what_the_recogniser_read_in_the_sounds_weighs_the_hearings(tmp_path):
    class Fond:
        """Read nothing but one row of syllables."""

        def likelihoods(self, texts):
            return [0.0 if text[-1] == "qi4" else -1.0 for text in texts]

    run = Run.create(tmp_path, Recipe(speaker="派蒙"))
    Sound(np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32), 16000).save(tmp_path / "a.flac")
    (tmp_path / "b.flac").write_bytes((tmp_path / "a.flac").read_bytes())
    clip = Clip("a", "a.wav", 0, 1, "派蒙", audio="a.flac", original="b.flac")
    heard = Scripted(["今天天气好", "明月出山"], ["今天天气"])
    heard.reading = Fond()
    (hearings,) = _hear([clip], run, heard, TranscribeSettings())
    assert [one.laid for one in hearings] == [-1.0, -1.0, 0.0]
    assert "reading" not in _stored(hearings[0])


class Lost:
    """A network that finds no words, and remembers how long its windows were."""

    workers = 1

    def __init__(self) -> None:
        self.windows: list[int] = []

    def write(self, sounds, seconds: int, *, prompted: bool = True) -> list[recogniser.Heard]:
        self.windows.append(seconds)
        return [recogniser.written("", -1.0, 0.1, {"zh": 0.9}) for _ in sounds]


@pytest.mark.parametrize(
    ("how", "windows"), [({}, [6, 30]), ({"patient": False}, [6]), ({"whole": True}, [30])], ids=str
)
def test_what_seems_lost_is_heard_once_more_in_the_longest_window(how, windows):
    network = Lost()
    hearing_aid = recogniser.Recogniser(network, lambda sound: np.zeros(30, np.float32), TranscribeSettings())
    assert [one.text for one in hearing_aid.hear([Sound(np.zeros(16000, np.float32), 16000)], **how)] == [""]
    assert network.windows == windows


class Echo:
    """An engine that writes one text where it is prompted, and another where it is not."""

    workers = 1

    def __init__(self, prompted: str, plain: str, sure: float):
        self.texts, self.sure, self.asked = (plain, prompted), sure, []

    def write(self, sounds, seconds, *, prompted=True):
        self.asked.append(prompted)
        return [recogniser.written(self.texts[prompted], math.log(self.sure), 0.1, {"zh": 0.9}) for _ in sounds]


@pytest.mark.parametrize(
    ("prompted", "sure", "plain", "believed", "asked"),
    [
        ("派蒙德城。", 0.7, "拥有丰富", "拥有丰富", [True, False]),  # a piece of the names in the recipe
        ("普通話的句子", 0.7, "然后才说", "然后才说", [True, False]),  # or of its prompt
        ("蒙德城", 0.4, "多长", "多长", [True, False]),
        ("旅行者！", 0.4, "履行者", "旅行者！", [True, False]),  # somebody does call
        ("旅行者！", 0.7, "多长", "旅行者！", [True]),
        ("派蒙来了", 0.4, "派门来了", "派蒙来了", [True]),
        ("派", 0.4, "拍", "派", [True]),
        ("", 0.4, "拍", "", [True]),
    ],
)
def test_words_of_the_opening_are_believed_where_they_are_heard_without_it(prompted, sure, plain, believed, asked):
    engine = Echo(prompted, plain, sure)
    settings = TranscribeSettings(vocabulary=("派蒙", "旅行者", "蒙德城"))
    hearer = recogniser.Recogniser(engine, lambda sound: np.zeros(0, np.float32), settings)
    (heard,) = hearer.hear([Sound(np.zeros(16000, np.float32), 16000)], patient=False)
    assert heard.raw == believed and engine.asked == asked


class Taker:
    """An engine that hears nothing and remembers what it was given."""

    workers = 1

    def __init__(self):
        self.given = []

    def write(self, sounds, seconds, *, prompted=True):
        self.given.append((seconds, recogniser.most_tokens(sounds)))
        return [recogniser.written("", 0.0, 1.0, {"zh": 1.0}) for _ in sounds]


@pytest.mark.parametrize("whole", [False, True])
def test_how_long_a_text_may_become_does_not_depend_on_who_else_is_heard(whole):
    sounds = [Sound(np.zeros(round(seconds * 16000), np.float32), 16000) for seconds in (1, 9, 3.9, 5, 28)]

    def limits(*batches):
        engine = Taker()
        hearer = recogniser.Recogniser(engine, lambda sound: np.zeros(0, np.float32), TranscribeSettings())
        for batch in batches:
            hearer.hear(batch, patient=False, whole=whole)
        return set(engine.given)

    assert limits(sounds) == limits(*[[sound] for sound in sounds])


class Crew:
    """An engine of so many workers, which writes only when as many batches are being written."""

    def __init__(self, workers: int):
        self.workers, self.sizes = workers, []
        self._all_here = threading.Barrier(workers)

    def write(self, sounds, seconds, *, prompted=True):
        self._all_here.wait(timeout=20)
        self.sizes.append(len(sounds))
        return [recogniser.written(f"{sound.seconds:g}", 0.0, 1.0, {"zh": 1.0}) for sound in sounds]


@pytest.mark.parametrize(
    ("workers", "seconds", "sizes"),
    [(1, [2.0, 3.0] * 6 + [3.5], [5, 8]), (2, [2.0, 5.5, 2.5, 5.25, 3.0, 5.0, 3.5, 4.5, 3.75, 6.0], [1, 1, 4, 4])],
    ids=("alone", "two"),
)
def test_all_workers_write_at_once_and_what_is_heard_stays_in_order(workers, seconds, sizes):
    engine = Crew(workers)
    hearer = recogniser.Recogniser(engine, lambda sound: np.zeros(0, np.float32), TranscribeSettings())
    heard = hearer.hear([Sound(np.zeros(round(s * 16000), np.float32), 16000) for s in seconds], patient=False)
    assert [one.raw for one in heard] == [f"{s:g}" for s in seconds]
    assert sorted(engine.sizes) == sizes


def test_weights_that_are_out_of_reach_are_told_before_anything_is_heard():
    with pytest.raises(FfvitsError, match="gigantic"):
        Listener(TranscribeSettings(model="gigantic"), offline=True).prepare()
