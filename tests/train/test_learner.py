"""One step of training: what may change changes, what is frozen does not, and it starts as the base."""

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ffvits import card
from ffvits.audio.spectrogram import AudioFormat
from ffvits.base import adapt, load_base
from ffvits.device import choose_device, out_of_memory
from ffvits.errors import RecipeError, TrainError
from ffvits.recipe import Recipe, TrainSettings
from ffvits.text import front_end
from ffvits.train.dataset import collate, prepare
from ffvits.train.guide import pull
from ffvits.train.learner import Learner
from ffvits.train.plan import Plan, make_plan
from ffvits.vits import Discriminators, LiteDiscriminator, MultiPeriodDiscriminator, Vits

# What `make_plan` knows of a small base of one voice with a harmonic decoder that read along.
HARMONIC = {"device": "cpu", "clips": 4, "small": True, "judge": False, "guided": True, "sings": True}


@pytest.fixture
def parts(run, tiny_base):
    """A fresh learner's ingredients: the adapted base, a batch, and the held-out items."""
    base = load_base(tiny_base)
    adapted = adapt(base, speakers=["派蒙"])
    train, held_out = prepare(run.clips(), run, base.audio, front_end("mandarin-lite"), ["派蒙"])
    return base, adapted, collate(train[:2], base.audio.hop_length), held_out


def plan(**changes) -> Plan:
    settings = TrainSettings(steps=10, precision="float32", batch_size=2)
    made = make_plan(settings, device="cpu", clips=4, small=True, judge=False, many_voices=True)
    return Plan(**{**made.__dict__, **changes})


def learner(adapted, judge=None, **changes) -> Learner:
    torch.manual_seed(0)
    model = Vits(adapted.config)
    model.load_state_dict(adapted.state)
    return Learner(model, AudioFormat(), plan(**changes), new=adapted.report.created_names(), judge=judge)


def test_before_the_first_step_the_model_is_the_base(parts):
    base, adapted, batch, _ = parts
    original = Vits(base.config)
    original.load_state_dict(base.generator)
    ids, lengths = batch.x[:1, : batch.x_lengths[0]], batch.x_lengths[:1]
    model = learner(adapted).averaged()
    ours = model.infer(ids, lengths, torch.tensor([0]), noise_scale=0, noise_scale_w=0)
    theirs = original.eval().infer(ids, lengths, noise_scale=0, noise_scale_w=0)
    assert torch.allclose(ours.audio, theirs.audio, atol=1e-6)


@pytest.mark.parametrize("with_judge", [False, True])
def test_a_step_learns_in_every_part(parts, with_judge):
    _, adapted, batch, _ = parts
    made = learner(adapted, judge=MultiPeriodDiscriminator() if with_judge else None, judge_warmup=1)
    before = {name: value.clone() for name, value in made.model.state_dict().items()}
    losses = [made.step(batch, step) for step in ((2,) if with_judge else (1, 2))]
    assert all(found.finite for found in losses)
    assert ("judge" in losses[0].values) == with_judge
    after = made.model.state_dict()
    for part in ("enc_p", "enc_q", "flow", "dp", "dec", "emb_g"):
        assert any(not torch.equal(before[n], after[n]) for n in before if n.startswith(part)), part


def test_a_frozen_part_stays_and_the_others_move(parts):
    _, adapted, batch, _ = parts
    made = learner(adapted, rates={"enc_p": 0.0, "enc_q": 1.0, "flow": 1.0, "dp": 0.0, "dec": 1.0})
    new = adapted.report.created_names()
    before = {name: value.clone() for name, value in made.model.state_dict().items()}
    made.step(batch, 1)
    after = made.model.state_dict()
    frozen = [name for name in before if name.startswith(("enc_p", "dp"))]
    assert set(frozen) & new, "new layers of a frozen part are frozen with it"
    assert frozen
    assert all(torch.equal(before[name], after[name]) for name in frozen)
    assert not torch.equal(before["dec.conv_pre.weight"], after["dec.conv_pre.weight"])


def test_the_speakers_layer_of_a_frozen_part_may_learn(parts):
    _, adapted, batch, _ = parts
    made = learner(adapted, rates={"dp": 0.0, "dp.cond": 1.0})
    before = {name: value.clone() for name, value in made.model.state_dict().items()}
    made.step(batch, 1)
    moved = {name for name, value in made.model.state_dict().items() if not torch.equal(before[name], value)}
    assert {name for name in moved if name.startswith("dp")} == {"dp.cond.weight", "dp.cond.bias"}


def test_parts_take_turns(parts):
    _, adapted, batch, _ = parts
    made = learner(adapted, rates={"enc_q": 1.0, "flow": 0.0}, then={"enc_q": 0.0, "flow": 1.0}, turn=2)
    assert made.settled == 2
    moved, kept = [], {}
    for step in range(1, 5):
        before = {name: value.clone() for name, value in made.model.state_dict().items()}
        assert made.step(batch, step).finite
        if step == 2:
            made.turned = step
        after = made.model.state_dict()
        kept[step] = copy.deepcopy(made.state())
        moved.append({name.partition(".")[0] for name in before if not torch.equal(before[name], after[name])})
    assert [("enc_q" in parts, "flow" in parts) for parts in moved] == [(True, False)] * 2 + [(False, True)] * 2
    assert all({"dec", "emb_g"} <= parts for parts in moved)
    for before in (1, 2, 3):
        made.restore(kept[before])
        for step in range(before + 1, 5):
            made.step(batch, step)
            made.turned = 2 if step == 2 else made.turned
        assert all(torch.equal(kept[4]["model"][name], value) for name, value in made.model.state_dict().items())


def test_losses_fall_when_one_batch_is_learned_by_heart(parts):
    _, adapted, batch, _ = parts
    made = learner(adapted, learning_rate=2e-3)
    found = [made.step(batch, step).values["mel"] for step in range(1, 31)]
    assert np.mean(found[-5:]) < 0.9 * np.mean(found[:5])


def test_a_step_that_is_not_finite_changes_nothing(parts):
    _, adapted, batch, _ = parts
    made = learner(adapted)
    before = {name: value.clone() for name, value in made.model.state_dict().items()}
    batch.wav[0, 0, 100] = float("nan")
    assert not made.step(batch, 1).finite
    assert all(torch.equal(before[name], value) for name, value in made.model.state_dict().items())


def test_the_check_is_the_same_twice_and_leaves_training_alone(parts):
    _, adapted, batch, held_out = parts
    made = learner(adapted)
    made.step(batch, 1)
    random = torch.get_rng_state()
    assert made.check(held_out) == made.check(held_out)
    assert torch.equal(random, torch.get_rng_state())
    assert made.model.training


def test_the_running_mean_follows_the_weights(parts):
    _, adapted, batch, _ = parts
    made = learner(adapted, ema=0.5)
    start = made.average["dec.conv_pre.weight"].clone()
    for step in range(1, 6):
        made.step(batch, step)
    now, mean = made.model.state_dict()["dec.conv_pre.weight"], made.average["dec.conv_pre.weight"]
    assert (mean - now).abs().mean() < (start - now).abs().mean()


def test_the_running_mean_follows_closely_at_first(parts):
    _, adapted, batch, _ = parts
    made = learner(adapted, ema=0.99)
    name = "dec.conv_pre.weight"
    for step in (1, 2):
        before = made.average[name].clone()
        made.step(batch, step)
        expected = torch.lerp(before, made.model.state_dict()[name], 1 - (1 + step) / (10 + step))
        assert torch.allclose(made.average[name], expected, atol=1e-7)


@pytest.mark.parametrize(("step", "pressure"), [(5, 0.5), (7, 1.0)])
def test_the_losses_have_their_published_weights(parts, step, pressure):
    """45 for mel and 1 for the rest, as in VITS (section 2.1 and the published configs)."""
    _, adapted, batch, _ = parts
    made = learner(adapted, judge=LiteDiscriminator(), judge_warmup=2)
    made._judge_since = 2
    total, losses = made._model_losses(batch, step)
    alone = 45 * losses["mel"] + losses["kl"] + losses["duration"]
    assert total.item() == pytest.approx((alone + pressure * (losses["adversary"] + losses["features"])).item())
    assert min(loss.item() for loss in losses.values()) > 0


def test_a_resumed_training_says_how_far_the_weights_went_as_one_that_never_stopped(parts):
    """Or it would seem to stand still where it is taken up, and may be called converged for it."""
    _, adapted, batch, held_out = parts
    made = learner(adapted)
    made.check(held_out)
    made.step(batch, 1)
    made.check(held_out, 1)  # after each look the state is kept
    resumed = learner(adapted)
    resumed.restore(copy.deepcopy(made.state()))
    for one in (made, resumed):
        one.step(batch, 2)
    change = made.check(held_out, 2).change
    assert resumed.check(held_out, 2).change == change > 0


def test_the_speaking_model_has_the_running_mean_after_each_step_and_where_training_is_taken_up(parts):
    _, adapted, batch, _ = parts
    made, resumed = learner(adapted), learner(adapted)
    before, resumed_before = ({k: v.clone() for k, v in one.averaged().state_dict().items()} for one in (made, resumed))
    made.step(batch, 1)
    resumed.restore(copy.deepcopy(made.state()))
    for one, earlier in ((made, before), (resumed, resumed_before)):
        now = one.averaged().state_dict()
        assert all(torch.equal(now[name], value) for name, value in one.average.items())
        assert any(not torch.equal(now[name], value) for name, value in earlier.items())


def test_a_resumed_training_keeps_its_calm_and_knows_what_gradients_are_usual(parts):
    _, adapted, batch, _ = parts
    made, resumed, fresh = (learner(adapted) for _ in range(3))
    made.step(batch, 1)
    made.calm = 0.25
    made._norms["model"] = [made._norms["model"][-1] / 1000] * 50
    resumed.restore(copy.deepcopy(made.state()))
    assert not resumed.step(batch, 2).finite
    assert fresh.step(batch, 2).finite
    rates, usual = ([group["lr"] for group in one.optimizer.param_groups] for one in (resumed, fresh))
    assert rates == pytest.approx([0.25 * rate for rate in usual])


def gradients(made: Learner, batch, parts: int) -> dict[str, torch.Tensor]:
    made.parts = parts
    made.model.eval()  # without dropout
    found = {}
    for side in made._taking_part(1):
        made._gather(side, batch, 1)
        root = made.model if side.name == "model" else made.judge
        found |= {f"{side.name} {n}": p.grad.clone() for n, p in root.named_parameters() if p.grad is not None}
    return found


@pytest.mark.parametrize("around", [0, 12])
def test_shares_of_a_batch_add_up_to_its_gradient(parts, uneven, monkeypatch, around):
    """Clips of unlike length in shares of unlike size, every draw zero: the sums are those of the whole batch."""
    monkeypatch.setattr("ffvits.vits.encoders.noise_like", lambda x, generator=None: torch.zeros_like(x))
    for module in ("ffvits.vits.model", "ffvits.train.excerpt"):
        monkeypatch.setattr(f"{module}.random_starts", lambda lengths, *_: torch.zeros_like(lengths))
    _, adapted, _, _ = parts
    if around:
        symbols = torch.arange(uneven.wav.shape[2] // 256) / uneven.frames[:, None] * uneven.x_lengths[:, None]
        uneven = replace(uneven, positions=symbols.clamp(max=uneven.x_lengths[:, None] - 1.0))
    settings = {"around": around, "guide": 100.0}
    whole, shared = (
        gradients(learner(adapted, judge=None if around else seeded(LiteDiscriminator), **settings), uneven, count)
        for count in (1, 2)
    )
    assert whole.keys() == shared.keys()
    for name, expected in whole.items():
        assert torch.allclose(shared[name], expected, rtol=1e-3, atol=1e-6 + 1e-4 * float(expected.abs().max())), name


def test_the_model_speaks_as_many_segments_as_the_plan_says(parts):
    base, adapted, batch, _ = parts
    size = base.config.segment_frames
    for segments in (1, 2):
        made = learner(adapted, segments=segments)
        decoded = []
        made.model.dec.register_forward_pre_hook(lambda _, inputs, seen=decoded: seen.append(inputs[0].shape[-1]))
        assert made.step(batch, 1).finite
        assert decoded == [segments * size]


def test_no_more_of_a_clip_is_heard_than_the_plan_says_while_it_is_known_who_says_what(parts):
    base, adapted, batch, _ = parts
    size = base.config.segment_frames
    batch = replace(batch, positions=torch.linspace(0, 5, batch.wav.shape[2] // 256).expand(2, -1))
    made = learner(adapted, around=10, guide=100.0, guide_holds=0.2, guide_ends=0.2, steps=10)
    heard = []
    made.model.enc_q.register_forward_pre_hook(lambda _, inputs: heard.append(inputs[0].shape[-1]))
    assert all(made.step(batch, step).finite for step in (1, 5))
    assert heard == [size + 20, batch.wav.shape[2] // 256]


def seeded(kind: type[Discriminators]) -> Discriminators:
    torch.manual_seed(1)
    return kind()


@pytest.fixture
def uneven(run, parts):
    """Three clips, one cut to less than a segment: it is padded, not dropped."""
    base, _, _, held_out = parts
    train, _ = prepare(run.clips(), run, base.audio, front_end("mandarin-lite"), ["派蒙"])
    short = replace(train[0], frames=base.config.segment_frames - 4, ids=train[0].ids[:5])
    return collate([short, train[1], held_out[0]], base.audio.hop_length)


def greedy(fits: int):
    """Wants more memory than there is in the world as soon as more clips come than `fits`."""

    def want(_: torch.nn.Module, inputs: tuple) -> None:
        if len(inputs[0]) > fits:
            torch.empty(2**50)

    return want


@pytest.mark.parametrize(("fits", "said"), [(2, "2 clips at a time now, 2 times a step"), (1, "1 clip at a time now")])
def test_a_batch_that_does_not_fit_is_shared_out(parts, uneven, capsys, fits, said):
    """The allocator really fails, for more clips than `fits`; the step is made in smaller pieces all the same."""
    made = learner(parts[1])
    made.model.register_forward_pre_hook(greedy(fits))
    before = made.model.state_dict()["dec.conv_pre.weight"].clone()
    assert made.step(uneven, 1).finite
    assert said in capsys.readouterr().err
    assert not torch.equal(before, made.model.state_dict()["dec.conv_pre.weight"])


def test_a_clip_that_never_fits_is_an_error_with_a_cure(parts, uneven):
    made = learner(parts[1])
    made.model.register_forward_pre_hook(greedy(0))
    with pytest.raises(TrainError, match="memory does not even hold") as caught:
        made.step(uneven, 1)
    assert "max_seconds" in caught.value.cure


def test_other_errors_are_not_taken_for_a_lack_of_memory():
    assert not out_of_memory(RuntimeError("The size of tensor a (3) must match"))
    assert out_of_memory(torch.cuda.OutOfMemoryError("CUDA out of memory."))


def test_a_gradient_that_explodes_is_left_out(parts):
    _, adapted, batch, _ = parts
    made = learner(adapted)
    made.step(batch, 1)
    usual = made._norms["model"][-1]
    made._norms["model"] = [usual / 1000] * 50
    before = {name: value.clone() for name, value in made.model.state_dict().items()}
    assert not made.step(batch, 2).finite
    assert all(torch.equal(before[name], value) for name, value in made.model.state_dict().items())


def test_a_late_judge_first_listens_and_then_pushes(parts):
    _, adapted, batch, _ = parts
    made = learner(adapted, judge=LiteDiscriminator(), adversary_begins=2, judge_warmup=1)
    before = {name: value.clone() for name, value in made.judge.state_dict().items()}
    assert made.settled == 4
    heard = [set(made.step(batch, step).values) for step in (1, 2)]
    assert all(torch.equal(before[name], value) for name, value in made.judge.state_dict().items())
    heard += [set(made.step(batch, step).values) for step in (3, 4)]
    assert not any("judge" in found for found in heard[:2])
    assert ["judge" in found for found in heard[2:]] == [True, True]
    assert ["adversary" in found for found in heard] == [False, False, False, True]
    assert any(not torch.equal(before[name], value) for name, value in made.judge.state_dict().items())


def test_a_judge_that_joins_a_resumed_run_is_not_trusted_at_once(parts):
    _, adapted, batch, _ = parts
    alone = learner(adapted)
    alone.step(batch, 1)
    made = learner(adapted, judge=LiteDiscriminator(), judge_warmup=3)
    made.restore(alone.state())
    assert "adversary" not in made.step(batch, 2).values
    assert made.settled == 1 + 6
    again = learner(adapted, judge=LiteDiscriminator(), judge_warmup=3)
    again.restore(made.state())
    assert again.settled == made.settled
    other = learner(adapted, judge=seeded(MultiPeriodDiscriminator), judge_warmup=3)
    other.restore(made.state())  # of another kind: it starts fresh
    other.step(batch, 3)
    assert other.settled == 2 + 6


def test_a_guide_that_let_go_pulls_no_more(parts):
    _, adapted, batch, _ = parts
    made = learner(adapted, guide=100.0, guide_holds=0.2, guide_ends=0.6)
    guided = replace(batch, positions=torch.zeros(len(batch.names), int(batch.frames.max())))
    strengths = [made.plan.guide_at(step) for step in (0, 2, 4, 6, 10)]
    assert strengths == pytest.approx([100, 100, 50, 0, 0])
    assert pull(guided, 50.0)[0, 0, 3] == pytest.approx(-50 * 9 / (2 * 1.5**2))
    assert pull(guided, 0.0) is None
    assert pull(batch, 50.0) is None


class TestPlan:
    def test_a_guide_lets_go_only_if_told(self):
        assert plan(guide=100.0, steps=10).guide_at(10) == 100
        told = TrainSettings(guide_holds=0.6, guide_ends=0.2)
        with pytest.raises(RecipeError, match="guide_ends"):
            make_plan(told, device="cpu", clips=4, small=True, judge=False)

    def test_a_late_adversary_warms_up_in_what_is_left(self):
        told = TrainSettings(steps=1000, adversary="on", adversary_from=0.8)
        made = make_plan(told, device="cpu", clips=4, small=True, judge=False)
        assert (made.adversary_begins, made.judge_warmup) == (800, 50)

    def test_rates_rise_then_fall(self):
        made = plan(steps=200)
        rates = [made.rate(step) for step in range(1, 201)]
        assert rates.index(max(rates)) == 19
        assert rates[-1] == pytest.approx(0.1 * made.learning_rate, rel=0.01)
        assert all(rate > 0 for rate in rates)

    def test_a_base_of_one_speaker_keeps_its_language(self):
        one, many = (
            make_plan(TrainSettings(), device="cpu", clips=4, small=True, judge=False, many_voices=many)
            for many in (False, True)
        )
        assert (one.rates["enc_p"], one.rates["flow"]) == (0, 0)
        assert min(many.rates.values()) > 0
        told = TrainSettings(parts={"flow": "0.5"})
        assert make_plan(told, device="cpu", clips=4, small=True, judge=False).rates["flow"] == 0.5

    def test_of_the_rhythm_only_the_speakers_layer_learns_where_the_decoder_is_harmonic(self):
        made = make_plan(TrainSettings(), **HARMONIC)
        assert [made.factor("dp", turned, new) for turned in (False, True) for new in (False, True)] == [0, 1, 0, 1]
        assert [made.factor("flow", False, new) for new in (False, True)] == [0, 0]
        told = make_plan(TrainSettings(parts={"dp": "0.3"}), **HARMONIC)
        assert [told.factor("dp", False, new) for new in (False, True)] == [0.3, 0.3]

    @pytest.mark.parametrize(("adversary", "rate"), [("auto", 5), ("off", 5), ("on", 1)])
    def test_a_harmonic_decoder_hurries_where_no_judge_listens(self, adversary, rate):
        assert make_plan(TrainSettings(adversary=adversary), **HARMONIC).rates["dec"] == rate

    def test_the_flow_follows_when_the_voice_is_heard(self):
        assert [make_plan(TrainSettings(steps=n), **HARMONIC).turn for n in (80, 160, 240, 1000)] == [0, 0, 160, 333]
        made = make_plan(TrainSettings(steps=400), **HARMONIC)
        for part, before, after in (("flow", 0, 3), ("enc_q", 1, 0), ("dec", 5, 5)):
            assert (made.factor(part, False), made.factor(part, True)) == (before, after)
        assert [made.turns(step, 3600) for step in (0, 159, 160, 300)] == [False, False, True, True]
        for told in (TrainSettings(parts={"flow": "0.3"}), TrainSettings(parts={"enc_q": "frozen"})):
            assert not make_plan(told, **HARMONIC).turns(10_000, 36_000)
        for other in ({"many_voices": True}, {"guided": False}):
            assert not make_plan(TrainSettings(), **{**HARMONIC, **other}).turns(10_000, 36_000)

    @pytest.mark.parametrize(
        ("settings", "of", "segments"),
        [
            ({}, {}, 3),
            ({}, {"sings": False}, 1),
            ({"adversary": "on"}, {}, 1),
            ({"segments": 2}, {"sings": False}, 2),
            ({"segments": 1}, {}, 1),
        ],
    )
    def test_more_of_each_clip_is_decoded_where_that_is_cheap(self, settings, of, segments):
        assert make_plan(TrainSettings(**settings), **{**HARMONIC, **of}).segments == segments

    @pytest.mark.parametrize(
        ("settings", "of", "says"),
        [
            ({}, {}, True),
            ({}, {"sings": False}, False),  # another pass of HiFi-GAN is dear
            ({}, {"guided": False}, False),  # nobody knows what is said when
            ({"guide": False}, {}, False),  # and here nobody is asked
            ({"adversary": "on"}, {}, False),
        ],
    )
    def test_what_the_text_makes_is_compared_with_the_recording_where_that_is_cheap_and_sure(self, settings, of, says):
        assert make_plan(TrainSettings(**settings), **{**HARMONIC, **of}).says == says

    @pytest.mark.parametrize(
        ("settings", "of", "around"),
        [
            ({}, {}, 48),
            ({}, {"sings": False}, 0),  # HiFi-GAN is most of a step
            ({}, {"guided": False}, 0),
            ({"around": 0}, {}, 0),
            ({"around": 32}, {"sings": False}, 32),
        ],
    )
    def test_a_part_of_each_clip_is_heard_where_that_saves_much(self, settings, of, around):
        assert make_plan(TrainSettings(**settings), **{**HARMONIC, **of}).around == around

    def test_the_guide_does_not_let_go_when_minutes_know_of_more_steps(self):
        made = make_plan(TrainSettings(until="minutes", minutes=30), **HARMONIC)
        assert made.guide_at(1) == made.guide_at(made.steps + 1) == made.guide_at(100_000) > 0

    def test_with_a_budget_of_minutes_the_flow_follows_when_a_third_of_them_is_over(self):
        made = make_plan(TrainSettings(until="minutes", minutes=30), **HARMONIC)
        assert made.turn == 0
        looks = [(5000, 599), (159, 1700), (160, 601), (5000, 600)]
        assert [made.turns(*look) for look in looks] == [False, False, True, True]
        limited = make_plan(TrainSettings(steps=4000, minutes=30), **HARMONIC)
        assert [limited.turns(*look) for look in [(1332, 599), (1333, 599), (300, 600)]] == [False, True, True]

    @pytest.mark.parametrize(
        ("wanted", "guided", "pulls"), [(True, True, True), (True, False, False), (False, True, False)]
    )
    def test_there_is_a_guide_where_every_alignment_is_known(self, wanted, guided, pulls):
        settings = TrainSettings(guide=wanted)
        made = make_plan(settings, device="cpu", clips=4, small=True, judge=False, guided=guided)
        assert (made.guide > 0) == pulls

    @pytest.mark.parametrize(("value", "factor"), [("frozen", 0), ("0", 0), ("0.1", 0.1), ("2", 2)])
    def test_a_part_has_its_factor_or_is_frozen(self, value, factor):
        settings = TrainSettings(parts={"dec": value})
        assert make_plan(settings, device="cpu", clips=4, small=True, judge=False).rates["dec"] == factor

    @pytest.mark.parametrize(
        "settings",
        [
            TrainSettings(parts={"dec": "-1"}),
            TrainSettings(parts={"dec": "ice"}),
            TrainSettings(until="minutes"),
            TrainSettings(best_by="measures", listen_every=-1),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, settings):
        with pytest.raises(RecipeError):
            make_plan(settings, device="cpu", clips=4, small=True, judge=False)

    @pytest.mark.parametrize(
        ("settings", "every"), [({}, 100), ({"best_by": "measures"}, 25), ({"listen_every": 7}, 7)]
    )
    def test_whoever_chooses_by_what_is_heard_listens_at_each_look(self, settings, every):
        settings = TrainSettings(steps=400, check_every=25, **settings)
        made = make_plan(settings, device="cpu", clips=4, small=True, judge=False)
        assert (made.listen_every, made.best_by) == (every, settings.best_by)

    def test_the_naive_recipe_is_the_plain_way(self):
        settings = Recipe.load(Path(__file__).parents[2] / "recipes" / "naive.yaml").train
        made = make_plan(settings, device="cpu", clips=4, small=True, judge=False)
        assert set(made.rates.values()) == {1.0}
        assert {made.rate(step) for step in (1, 200, 400)} == {2e-4}
        assert (made.ema, made.guide, made.new_layers, made.segments) == (0, 0, 1, 1)

    def test_a_part_that_does_not_exist_is_refused(self):
        settings = TrainSettings(parts={"decoder": "1.0"})
        with pytest.raises(RecipeError, match="'decoder'"):
            make_plan(settings, device="cpu", clips=1, small=True, judge=False)

    def test_a_device_that_is_not_there_is_refused(self):
        assert choose_device("cpu") == "cpu"
        for name in ("tpu", "cuda:x", "gpu:0", ""):
            with pytest.raises(RecipeError, match="device cannot be"):
                choose_device(name)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(card, "trouble", lambda number: "")
            patch.setattr(torch.cuda, "device_count", lambda: 2)
            assert choose_device("cuda:1") == "cuda:1"
            with pytest.raises(RecipeError, match="no cuda:2") as caught:
                choose_device("cuda:2")
            assert "cuda:0, cuda:1" in caught.value.cure
