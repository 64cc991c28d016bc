"""Several phrases in one batch: each is what it would be alone."""

import copy
import threading

import numpy as np
import pytest
import torch

from ffvits.speak import synthesis
from ffvits.speak.synthesis import Alone, Asked, Manner, Stretch, decode, decoded, flow, spoken, think, tile
from ffvits.speak.together import Together, _fill, _Job, all_spoken, rows_that_pay
from ffvits.speak.torch_parts import TorchParts
from ffvits.text.symbols import TABLES
from ffvits.vits import Vits, VitsConfig, source
from ffvits.voice import Voice, VoiceInfo


def parts_of(block: str, sdp: bool, decoder: str = "hifigan") -> TorchParts:
    torch.manual_seed(3)
    config = VitsConfig(
        78, 513, 32, 16, 16, 16, n_layers=2, upsample_initial_channel=32, gin_channels=8, n_speakers=3, resblock=block,
        use_sdp=sdp,
    )  # fmt: skip
    if decoder == "harmonic":
        config = config.with_harmonic_decoder()
    # Away from the start, where flow and speakers do nothing yet and every bias is zero.
    weights = {name: tensor + 0.05 * torch.randn_like(tensor) for name, tensor in Vits(config).state_dict().items()}
    return TorchParts.build(config, weights, "cpu", "float32")


KINDS = {"plain": ("1", False), "stochastic": ("2", True), "harmonic": ("2", False, "harmonic")}


@pytest.fixture(scope="module", params=KINDS.values(), ids=KINDS)
def parts(request) -> TorchParts:
    return parts_of(*request.param)


SIZES = (5, 23, 9, 40)


def asked(parts: TorchParts, number: int) -> Asked:
    """Phrases of different lengths, speakers, manners and chances."""
    ids = [(7 * number + 3 * place) % 78 for place in range(SIZES[number])]
    manner = Manner(0.5, 0.7, 1 + 0.5 * number)
    return Asked(ids, parts.speaker(number % 3), manner, number)


def alone(parts: TorchParts, number: int) -> np.ndarray:
    return np.concatenate(list(spoken(Alone(parts), Alone(parts).run(think, asked(parts, number)))))


def near(parts: TorchParts) -> float:
    """How near two ways to the same samples come: the phase of a source adds up what they differ in."""
    return 1e-3 if parts.model.config.sings else 1e-4


def test_each_row_of_a_batch_is_the_row_alone(parts):
    together = all_spoken(_with_rows(parts, 4), [asked(parts, number) for number in range(4)])
    for number, samples in enumerate(together):
        own = alone(parts, number)
        assert len(samples) == len(own)
        assert np.abs(own).max() > 1e-3
        assert np.abs(samples - own).max() < near(parts)


def test_rows_that_end_elsewhere_do_not_hear_their_padding(parts):
    """Wherever a stretch begins and ends: true ends on either side, or surroundings."""
    random = np.random.default_rng(0)
    (z,) = flow(parts, [Stretch(random.standard_normal((1, 16, 90), np.float32), parts.speaker(1))])
    whole = parts.decode(z, parts.speaker(1), 0, 0)[0]
    places = [(0, 16), (16, 40), (33, 34), (60, 90), (0, 90), (80, 90)]
    rows = [tile(z, parts.speaker(1), start, end, parts.reach) for start, end in places]
    for (start, end), samples in zip(places, decode(parts, rows), strict=True):
        expected = whole[start * parts.hop_length : end * parts.hop_length]
        assert len(samples) == len(expected)
        assert np.abs(samples - expected).max() < 1e-4


def test_each_tile_hears_all_that_decides_its_samples(parts):
    random = np.random.default_rng(0)
    (z,) = flow(parts, [Stretch(random.standard_normal((1, 16, 120), np.float32), parts.speaker(1))])
    heard: list[Stretch] = []

    class Watched(Alone):
        def run(self, step, row):
            heard.append(row)
            return super().run(step, row)

    joined = np.concatenate(list(decoded(Watched(parts), z, parts.speaker(1))))
    at = 0
    for row in heard:
        assert (row.before, row.after) == (min(parts.reach, at), min(parts.reach, 120 - at - row.wanted))
        at += row.wanted
    assert at == 120 and len(heard) > 2
    assert np.abs(joined - parts.decode(z, parts.speaker(1), 0, 0)[0]).max() < 1e-4


def test_the_flow_of_a_stretch_is_that_of_the_whole(parts):
    z_p = np.random.default_rng(0).standard_normal((1, 16, 150), np.float32)
    (whole,) = flow(parts, [Stretch(z_p, parts.speaker(2))])
    far = parts.flow_reach
    (middle,) = flow(parts, [Stretch(z_p[:, :, 50 - far : 60 + far], parts.speaker(2), far, far)])
    # Where a source is in its cycle, a stretch cannot know: it begins anew.
    known = 16 + (2 if parts.model.config.sings else 0)
    assert np.abs(middle - whole[:, :, 50:60])[:, :known].max() < 1e-4


def test_the_flow_looks_as_far_as_it_says(parts):
    reach = parts.model.flow.reach
    reader = parts.model.pitch.reach if parts.model.config.sings else 0
    assert parts.flow_reach == reach + reader
    model = copy.deepcopy(parts.model.flow).double()
    z_p = torch.randn(1, 16, 150, dtype=torch.float64, requires_grad=True)
    speaker = torch.zeros(1, 8, 1, dtype=torch.float64)
    # Every other coupling reads the half that the one before it moved: only both halves together look all the way.
    model(z_p, torch.ones(1, 1, 150, dtype=torch.float64), speaker, reverse=True)[:, :, 70].sum().backward()
    seen = z_p.grad.abs().sum(1)[0].nonzero()[:, 0]
    assert (int(seen.min()), int(seen.max())) == (70 - reach, 70 + reach)


def test_both_sides_turn_the_breath_alike():
    """What joins stretches knows no torch, and has the number of its own."""
    assert synthesis.TURN == source.TURN


def test_a_long_phrase_begins_before_all_of_it_is_flowed(parts):
    """And is what it would be, had all of it been flowed before."""
    thought = Alone(parts).run(think, asked(parts, 3))
    thought = type(thought)(np.tile(thought.z_p, 4)[:, :, :400], thought.frames, thought.g)
    seen: list[int] = []

    class Watched(Alone):
        def run(self, step, row):
            if step is flow:
                seen.append(row.size)
            return super().run(step, row)

    pieces = spoken(Watched(parts), thought)
    first = next(pieces)
    assert sum(seen) < 100
    joined = np.concatenate([first, *pieces])
    z = Alone(parts).run(flow, Stretch(thought.z_p, thought.g))
    assert np.abs(joined - np.concatenate(list(decoded(Alone(parts), z, thought.g)))).max() < near(parts)


def test_the_waves_of_a_source_go_on_where_they_were():
    parts = parts_of(*KINDS["harmonic"])
    thought = Alone(parts).run(think, asked(parts, 3))
    thought = type(thought)(np.tile(thought.z_p, 4)[:, :, :400], thought.frames, thought.g)
    whole = Alone(parts).run(flow, Stretch(thought.z_p, thought.g))
    latent = synthesis._Latent(Alone(parts), thought)
    for frame in (parts.flow_reach + 20, 400):  # a stretch that does not begin at the beginning
        latent.upto(frame)
    apart = np.abs(latent.z - whole)
    assert apart[:, :-2].max() < 1e-4
    assert np.minimum(apart[:, -2:], 1 - apart[:, -2:]).max() < 1e-3  # of a cycle


@pytest.mark.parametrize(("noise_w", "alike"), [(0.0, True), (3.0, False)])
def test_noise_w_varies_the_rhythm(noise_w, alike):
    parts = parts_of(*KINDS["stochastic"])
    rows = [Asked(list(range(40)), parts.speaker(0), Manner(0.0, noise_w, 1.0), seed) for seed in (1, 2)]
    one, other = (Alone(parts).run(think, row).frames for row in rows)
    assert np.array_equal(one, other) == alike


class TestThreads:
    def test_what_they_ask_at_once_is_computed_at_once(self, parts):
        stage = Together(parts, 4)
        begin, said = threading.Barrier(4), {}

        def speak(number):
            begin.wait(60)
            said[number] = np.concatenate(list(spoken(stage, stage.run(think, asked(parts, number)))))

        threads = [threading.Thread(target=speak, args=(number,)) for number in range(4)]
        [thread.start() for thread in threads]
        [thread.join(60) for thread in threads]
        for number in range(4):
            assert np.abs(said[number] - alone(parts, number)).max() < near(parts)
        assert stage.batches < stage.rows

    def test_a_batch_is_full_or_of_one_length(self, parts):
        """Nobody is padded to more than twice its length, no batch has more rows than it may."""
        seen: list[list[int]] = []

        def step(_, rows):
            seen.append([row.size for row in rows])
            return [row.size for row in rows]

        stage, sizes = Together(parts, 3), [10, 12, 30, 11, 13, 29, 100]
        blocker, go = threading.Event(), threading.Event()

        def held(_, rows):
            blocker.set()
            go.wait(60)
            return rows

        threads = [threading.Thread(target=stage.run, args=(held, _row(1)))]
        threads[0].start()
        blocker.wait(60)
        threads += [threading.Thread(target=stage.run, args=(step, _row(size))) for size in sizes]
        [thread.start() for thread in threads[1:]]
        while len(stage._waiting) < len(sizes):
            threading.Event().wait(0.001)
        go.set()
        [thread.join(60) for thread in threads]
        assert sorted(size for batch in seen for size in batch) == sorted(sizes)
        assert len(seen) < len(sizes)
        assert all(len(batch) <= 3 and max(batch) <= 2 * min(batch) for batch in seen)

    def test_one_that_fails_fails_alone(self, parts):
        stage, begin, outcomes = Together(parts, 4), threading.Barrier(4), {}

        def step(_, rows):
            if any(row.size == 3 for row in rows):
                raise ValueError("three")
            return [row.size for row in rows]

        def run(size):
            begin.wait(60)
            try:
                outcomes[size] = stage.run(step, _row(size))
            except ValueError as error:
                outcomes[size] = str(error)

        threads = [threading.Thread(target=run, args=(size,)) for size in (2, 3, 4, 5)]
        [thread.start() for thread in threads]
        [thread.join(60) for thread in threads]
        assert outcomes == {2: 2, 3: "three", 4: 4, 5: 5}


def test_who_was_in_a_batch_that_failed_hears_the_take_of_its_seed(parts):
    class Narrow(TorchParts):
        def log_frames(self, hidden, mask, noise, g):
            """Fails after noise was drawn, as a graphics card that is full would."""
            if len(hidden) > 1:
                raise RuntimeError("no memory for so many rows")
            return super().log_frames(hidden, mask, noise, g)

    jobs = [_Job(think, asked(parts, number)) for number in range(2)]
    _fill(Narrow(parts.model, parts.device, parts.precision), jobs)
    for number, job in enumerate(jobs):
        assert np.array_equal(job.result.z_p, Alone(parts).run(think, asked(parts, number)).z_p)


def test_a_voice_speaks_several_texts_in_batches(tmp_path):
    torch.manual_seed(0)
    config = VitsConfig(78, 513, 32, 16, 16, 16, n_layers=1, upsample_initial_channel=32, resblock="2", use_sdp=False)
    info = VoiceInfo(config.to_dict(), 22050, TABLES["pinyin-letters"], "pinyin-letters", True)
    info.save(tmp_path, Vits(config).state_dict())
    voice = Voice.load(tmp_path, precision="float32")
    texts = ["你好。", '<break time="300ms"/>今天天气很好。我们去公园吧！', "2024年"]
    one_by_one = [voice.say(text, seed=3) for text in texts]
    voice._parts.rows = 3
    for batched, single in zip(voice.batch(texts, seed=3), one_by_one, strict=True):
        assert len(batched) == len(single)
        assert np.abs(batched - single).max() < 1e-4
    assert voice.batch([]) == []
    shared = voice.together(4)
    assert np.abs(shared.say(texts[1], seed=3) - one_by_one[1]).max() < 1e-4


def test_a_processor_speaks_row_by_row():
    assert rows_that_pay("cpu") == 1
    assert rows_that_pay("cuda") > 1


def _row(size: int) -> Stretch:
    return Stretch(np.zeros((1, 1, size), np.float32), None)


def _with_rows(parts: TorchParts, rows: int) -> TorchParts:
    made = TorchParts(parts.model, parts.device, parts.precision)
    made.rows = rows
    return made
