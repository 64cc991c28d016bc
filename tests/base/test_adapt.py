"""Surgery: what is added starts at zero and can learn, what is kept is kept by name, and all is accounted for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from checkpoints import small_model

from ffvits.audio.spectrogram import AudioFormat
from ffvits.base import Base, adapt, load_base
from ffvits.base.relatives import relatives
from ffvits.base.skeleton import filled
from ffvits.errors import BaseError
from ffvits.text.symbols import TABLES
from ffvits.vits import Vits, VitsConfig, duration_loss, kl_loss

FIXED = {"noise_scale": 0.0, "noise_scale_w": 0.0}


def make_base(
    model: Vits, table: str = "bopomofo", speakers: tuple[str, ...] = (), front_end: str = "bopomofo"
) -> Base:
    return Base(
        name="test",
        config=model.config,
        generator=model.state_dict(),
        discriminator=None,
        symbols=TABLES[table],
        front_end=front_end,
        add_blank=True,
        audio=AudioFormat(),
        speakers=speakers,
        language="zh",
        licence="",
        notes="",
        path=Path("G.pth"),
    )


def say(model: Vits, ids: list[int], sid: int | None = None, **noise: float) -> torch.Tensor:
    x, lengths = torch.tensor([ids]), torch.tensor([len(ids)])
    voice = None if sid is None else torch.tensor([sid])
    return model.infer(x, lengths, voice, generator=torch.Generator().manual_seed(3), **{**FIXED, **noise}).audio


# ---- one voice becomes several --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published() -> Base:
    """A random base of the published size, with every layer that starts at zero filled as training would."""
    torch.manual_seed(5)
    model = Vits(VitsConfig(n_vocab=50))
    for name, parameter in model.named_parameters():
        if name.endswith(("proj.weight", "post.weight")):
            torch.nn.init.normal_(parameter, 0.0, 0.02)
    return make_base(model)


def test_at_the_published_size_every_new_voice_is_the_base_until_it_learns(published):
    adapted = adapt(published, speakers=["a", "b", "c"])
    assert adapted.config.gin_channels == 256
    ids = [1, 9, 17, 25, 33, 41, 2]
    reference = say(filled(published.config, published.generator).eval(), ids, noise_scale=0.667, noise_scale_w=0.8)
    model = filled(adapted.config, adapted.state).eval()
    assert reference.abs().max() > 0.01
    for sid in range(3):
        audio = say(model, ids, sid, noise_scale=0.667, noise_scale_w=0.8)
        assert audio.shape == reference.shape
        assert float((audio - reference).abs().max()) <= 1e-6


@pytest.mark.parametrize("use_sdp", [True, False])
def test_the_posterior_and_the_flow_are_the_bases_too(use_sdp):
    base = make_base(small_model(50, use_sdp=use_sdp))
    adapted = adapt(base, speakers=["a", "b"])
    before, after = filled(base.config, base.generator).eval(), filled(adapted.config, adapted.state).eval()
    spec, lengths = torch.rand(1, 513, 40), torch.tensor([40])
    g = after.speaker(torch.tensor([1]))
    posterior = before.enc_q(spec, lengths)
    assert torch.equal(posterior.mean, after.enc_q(spec, lengths, g).mean)
    assert torch.equal(before.flow(posterior.mean, posterior.mask), after.flow(posterior.mean, posterior.mask, g))


@pytest.mark.parametrize("use_sdp", [True, False])
def test_what_starts_at_zero_learns(use_sdp):
    """After one step the layers have grown, after two the speakers' vectors have moved apart as well."""
    base = make_base(small_model(50, use_sdp=use_sdp))
    adapted = adapt(base, speakers=["a", "b"])
    model = Vits(adapted.config).train()
    model.load_state_dict(adapted.state)
    new = adapted.report.created_names()
    assert new == {name for name, _ in model.named_parameters() if "cond" in name or name.startswith("emb_g")}
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    x, lengths = torch.randint(1, 50, (2, 7)), torch.tensor([7, 7])
    spec, spec_lengths = torch.rand(2, 513, 60), torch.tensor([60, 60])
    start = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    for step in range(2):
        out = model(x, lengths, spec, spec_lengths, torch.tensor([0, 1]))
        loss = kl_loss(out.z_p, out.logs_q, out.m_p, out.logs_p, out.y_mask) + duration_loss(out.duration_loss)
        optimizer.zero_grad()
        (loss + out.audio.square().mean()).backward()
        if step == 0:
            still = {name for name, p in model.named_parameters() if name in new and not p.grad.abs().sum() > 0}
            # The direction of a weight of length zero has no gradient yet, and nothing flows through zero to emb_g.
            assert still == {name for name in new if name.endswith("weight_v") or name == "emb_g.weight"}
        optimizer.step()
    moved = {name for name, p in model.named_parameters() if name in new and not torch.equal(p, start[name])}
    assert moved == new
    assert all(torch.isfinite(parameter).all() for parameter in model.parameters())


def test_the_embedded_base_takes_a_smaller_vector():
    base = load_base("mandarin-lite")
    adapted = adapt(base, speakers=["派蒙"])
    assert adapted.config.gin_channels == 64
    assert adapted.speakers == ("派蒙",)
    before, after = filled(base.config, base.generator).eval(), filled(adapted.config, adapted.state).eval()
    ids = [0, 5, 0, 40, 0, 7, 0]
    assert torch.equal(say(before, ids), say(after, ids, 0))
    assert adapt(base, speakers=["x"], gin_channels=96).config.gin_channels == 96


def test_without_speakers_a_single_voice_stays_as_it_is():
    base = make_base(small_model(50))
    adapted = adapt(base, speakers=[])
    assert adapted.config == base.config
    assert adapted.report.counts() == {"copied": len(base.generator)}


def test_speaker_layers_that_were_never_used_are_not_trusted():
    """A base may have gin layers and no table of speakers; they hold noise."""
    model = small_model(50, gin_channels=8)
    base = make_base(model)
    adapted = adapt(base, speakers=["a"])
    assert adapted.config.gin_channels == 8
    assert torch.equal(say(model, [1, 5, 9]), say(filled(adapted.config, adapted.state).eval(), [1, 5, 9], 0))
    assert any(change.note == "never used: no speakers" for change in adapted.report.changes)


def test_another_decoder_begins_at_random_and_the_rest_stays():
    base = make_base(small_model(50))
    adapted, again = (adapt(base, speakers=["派蒙"], decoder="harmonic") for _ in range(2))
    assert adapted.config.sings and adapted.config.hop_length == base.config.hop_length
    created = adapted.report.created_names()
    assert {name.partition(".")[0] for name in created} == {"dec", "pitch", "dp", "enc_q", "flow", "emb_g"}
    assert all(name in created for name in adapted.state if name.startswith(("dec.", "pitch.")))
    assert all(torch.equal(adapted.state[name], again.state[name]) for name in adapted.state)
    assert torch.equal(adapted.state["enc_p.emb.weight"], base.generator["enc_p.emb.weight"])
    assert any(change.action == "dropped" and change.key == "dec.conv_post.weight" for change in adapted.report.changes)
    model = filled(adapted.config, adapted.state).eval()
    assert torch.isfinite(say(model, [0, 5, 0, 40, 0], 0)).all()


def test_a_decoder_that_there_is_stays_and_no_other_is_made():
    base = make_base(small_model(50))
    assert adapt(base, speakers=[], decoder="hifigan").report.counts() == {"copied": len(base.generator)}
    with pytest.raises(BaseError, match="wavenet"):
        adapt(base, speakers=[], decoder="wavenet")


def test_equal_seeds_make_equal_models():
    base = make_base(small_model(50))
    one, two, other = (adapt(base, speakers=["a", "b"], seed=seed).state for seed in (1, 1, 2))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["emb_g.weight"], other["emb_g.weight"])


# ---- several voices become others -----------------------------------------------------------------------------------

NAMES = ("甲", "乙", "丙", "丁")


@pytest.fixture(scope="module")
def many() -> Base:
    return make_base(small_model(50, 4), speakers=NAMES)


def test_voices_are_kept_by_name_and_others_start_from_the_mean(many):
    adapted = adapt(many, speakers=["丙", "新", "甲"])
    rows = many.generator["emb_g.weight"]
    assert torch.equal(adapted.state["emb_g.weight"], torch.stack([rows[2], rows.mean(0), rows[0]]))
    notes = {change.key: (change.action, change.note) for change in adapted.report.changes if "[" in change.key}
    assert notes["emb_g.weight[0]"] == ("moved", "'丙' from row 2")
    assert notes["emb_g.weight[1]"] == ("dropped", "voices of the base not asked for")
    created = next(change for change in adapted.report.changes if change.action == "created")
    assert created.note == "'新' from the mean of 4 voices"


@pytest.mark.parametrize("start_from", ["乙", {"新": "乙"}])
def test_a_new_voice_can_start_from_a_named_one(many, start_from):
    adapted = adapt(many, speakers=["新"], start_from=start_from)
    assert torch.equal(adapted.state["emb_g.weight"][0], many.generator["emb_g.weight"][1])
    before, after = filled(many.config, many.generator).eval(), filled(adapted.config, adapted.state).eval()
    assert torch.equal(say(before, [1, 5, 9], 1), say(after, [1, 5, 9], 0))


def test_extending_a_finished_voice_does_not_disturb_the_old_ones(many):
    adapted = adapt(many, speakers=[*NAMES, "新"])
    before, after = filled(many.config, many.generator).eval(), filled(adapted.config, adapted.state).eval()
    for sid in range(4):
        assert torch.equal(say(before, [1, 5, 9], sid), say(after, [1, 5, 9], sid))


WRONG = {
    "an unknown voice to start from": ({"speakers": ["新"], "start_from": "戊"}, "no voice '戊'"),
    "a name twice": ({"speakers": ["新", "新"]}, "named twice"),
    "no name at all": ({"speakers": []}, "none was named"),
    "a vector that cannot hold the voices": ({"speakers": NAMES, "gin_channels": 3}, "cannot hold 4 voices"),
    "an empty table": ({"speakers": NAMES, "symbols": ()}, "table is empty"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_done_is_said(many, case):
    options, message = WRONG[case]
    with pytest.raises(BaseError, match=message) as caught:
        adapt(many, **options)
    assert caught.value.cure


@pytest.mark.parametrize("size", [4, 6, 8, 20])
def test_another_size_of_the_speakers_vector_changes_no_voice(many, size):
    adapted = adapt(many, speakers=NAMES, gin_channels=size)
    assert adapted.config.gin_channels == size
    assert adapted.state["emb_g.weight"].shape == (4, size)
    before, after = filled(many.config, many.generator).eval(), filled(adapted.config, adapted.state).eval()
    for sid in range(4):
        difference = say(before, [1, 5, 9, 13], sid) - say(after, [1, 5, 9, 13], sid)
        assert float(difference.abs().max()) < 1e-4


# ---- symbols --------------------------------------------------------------------------------------------------------


def test_rows_move_by_symbol_and_never_by_position():
    base = make_base(small_model(78), "pinyin-letters", front_end="pinyin-letters")
    other = TABLES["pinyin-letters-alexandajerry"]
    adapted = adapt(base, speakers=[], symbols=other)
    old, new = base.generator["enc_p.emb.weight"], adapted.state["enc_p.emb.weight"]
    for index, symbol in enumerate(other):
        assert torch.equal(new[index], old[TABLES["pinyin-letters"].index(symbol)])
    assert sum(change.action == "moved" and "[" in change.key for change in adapted.report.changes) == 63
    before, after = filled(base.config, base.generator).eval(), filled(adapted.config, adapted.state).eval()
    ids = [TABLES["pinyin-letters"].index(symbol) for symbol in "ni3 hao3 。"]
    assert torch.equal(say(before, ids), say(after, [other.index(symbol) for symbol in "ni3 hao3 。"]))


def test_of_a_symbol_that_stands_twice_the_last_row_counts():
    """As in the code that trained such tables, which made a dictionary of them."""
    table = list(TABLES["bopomofo"])
    table[3] = table[10]
    base = replace(make_base(small_model(50)), symbols=tuple(table))
    adapted = adapt(base, speakers=[], symbols=[table[20], table[10]])
    old = base.generator["enc_p.emb.weight"]
    assert torch.equal(adapted.state["enc_p.emb.weight"], old[[20, 10]])


def test_new_symbols_start_from_stated_relatives():
    base = make_base(small_model(222), "mandarin-lite", front_end="mandarin-lite")
    wanted = TABLES["initials-finals"]
    adapted = adapt(base, speakers=[], symbols=wanted)
    notes = {change.key: change.note for change in adapted.report.changes if change.action == "created"}
    assert notes[f"enc_p.emb.weight[{wanted.index('、')}]"] == "'、' from '，'"
    assert adapted.symbols == wanted
    assert adapted.config.n_vocab == len(wanted)
    kept = [symbol for symbol in wanted if symbol in base.symbols]
    for symbol in kept:
        old = base.generator["enc_p.emb.weight"][base.symbols.index(symbol)]
        assert torch.equal(adapted.state["enc_p.emb.weight"][wanted.index(symbol)], old)
    created = [change for change in adapted.report.changes if change.action == "created"]
    assert len(created) == len(wanted) - len(kept)
    assert all(" from " in change.note for change in created)


RELATIVES = {
    ("ang5", ("ang1", "ang2", "an1", "b")): ["ang1", "ang2"],
    ("、", ("，", "。")): ["，"],
    (",", ("_", "，")): ["，"],
    (".", ("。", "…")): ["。"],
    ("A", ("a", "b")): ["a"],
    ("zh", ("z", "h")): ["z"],
    ("ㄅ", ("a", "b")): [],
    ("3", ("1", "2")): [],
}


@pytest.mark.parametrize(("symbol", "table"), RELATIVES)
def test_relatives(symbol, table):
    assert relatives(symbol, table) == RELATIVES[symbol, table]


def test_a_base_without_a_front_end_needs_another_table():
    base = make_base(small_model(178), "original-ipa", front_end="")
    with pytest.raises(BaseError, match="no front end"):
        adapt(base, speakers=["a"])
    assert adapt(base, speakers=["a"], symbols=TABLES["initials-finals"]).symbols == TABLES["initials-finals"]


# ---- the account ----------------------------------------------------------------------------------------------------


def test_every_tensor_of_the_result_is_accounted_for(many, tmp_path: Path):
    adapted = adapt(many, speakers=["甲", "新"], symbols=TABLES["mandarin-lite"], gin_channels=20)
    whole = [change.key for change in adapted.report.changes if "[" not in change.key]
    assert sorted(whole) == sorted(adapted.state)
    assert all(
        change.after == tuple(adapted.state[change.key].shape)
        for change in adapted.report.changes
        if change.key in whole
    )
    adapted.report.save(tmp_path / "手术.json")
    saved = json.loads((tmp_path / "手术.json").read_text(encoding="utf-8"))
    assert saved["counts"] == adapted.report.counts()
    assert saved["speakers"] == ["甲", "新"]
    table = adapted.report.table()
    assert {row[0] for row in table} == {"copied", "moved", "created", "dropped"}
    assert len(table) < 15, "hundreds of symbols are one row each for what became of them"
    assert all(len(row) == 3 and all(isinstance(cell, str) for cell in row) for row in table)


def test_an_unexpected_or_missing_tensor_is_an_error(many):
    from dataclasses import replace

    extra = replace(many, generator={**many.generator, "enc_p.extra": torch.zeros(1)})
    with pytest.raises(BaseError, match=r"has enc_p\.extra"):
        adapt(extra, speakers=["甲"])
    less = {name: tensor for name, tensor in many.generator.items() if name != "dec.conv_pre.bias"}
    with pytest.raises(BaseError, match=r"lacks dec\.conv_pre\.bias"):
        adapt(replace(many, generator=less), speakers=["甲"])


def test_the_base_itself_is_left_alone(many):
    before = {name: tensor.clone() for name, tensor in many.generator.items()}
    adapt(many, speakers=["新"], symbols=TABLES["mandarin-lite"], gin_channels=4)
    assert all(torch.equal(many.generator[name], tensor) for name, tensor in before.items())
