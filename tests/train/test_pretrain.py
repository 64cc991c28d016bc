"""`ffvits pretrain`: a corpus becomes a base, from another base's weights or from none."""

import shutil

import torch

from ffvits import cli
from ffvits.base import load_base
from ffvits.recipe import Recipe
from ffvits.run import Run
from ffvits.train import state, train
from ffvits.vits import kind_of


def first_weights(run):
    """The text encoder before the first step."""
    _, saved = state.load(run.checkpoints / "step-00000000.pt")
    return saved["model"]["enc_p.emb.weight"]


def test_a_corpus_becomes_a_base_that_can_be_taken(run, tiny_base, capsys):
    flags = ["--set", "train.from_scratch=true", "--set", "train.keep=9"]
    assert cli.main(["pretrain", str(run.folder), "--steps", "2", *flags]) == 0
    assert "--base" in capsys.readouterr().out
    assert not torch.equal(first_weights(run), load_base(tiny_base).generator["enc_p.emb.weight"])
    base = load_base(run.folder / "exports" / "bundle")
    assert (base.speakers, base.front_end) == ((), "mandarin-lite"), "one voice needs no table"
    assert base.generator.keys() == load_base(tiny_base).generator.keys()
    assert base.symbols == load_base(tiny_base).symbols
    before = run.recipe_file.read_bytes()
    assert cli.main(["pretrain", str(run.folder), "--base", str(base.path.parent)]) == 2, "it would overwrite its base"
    assert "name the copy" in " ".join(capsys.readouterr().err.split()) and run.recipe_file.read_bytes() == before


def test_a_bundle_that_cannot_be_placed_is_not_said_to_be_a_base(run, capsys):
    (run.folder / "exports" / "bundle").mkdir(parents=True)
    (run.folder / "exports" / "bundle" / "mine.safetensors").touch()
    assert cli.main(["pretrain", str(run.folder), "--steps", "1"]) == 1
    said = capsys.readouterr()
    assert "a base:" not in said.out and "mine.safetensors" in said.err


def test_without_the_flag_it_goes_on_from_the_weights_of_the_base(run, tiny_base):
    assert cli.main(["pretrain", str(run.folder), "--steps", "2", "--set", "train.keep=9"]) == 0
    assert torch.equal(first_weights(run), load_base(tiny_base).generator["enc_p.emb.weight"])


def test_a_recipe_replaces_the_runs_own(run, tmp_path, tiny_base):
    recipe = Run.open(run.folder).recipe().override({"train.steps": 1})
    (tmp_path / "corpus.yaml").write_text(recipe.to_yaml(), encoding="utf-8")
    assert cli.main(["pretrain", str(run.folder), "--recipe", str(tmp_path / "corpus.yaml")]) == 0
    kept = Recipe.load(run.recipe_file)
    assert (kept.train.steps, kept.out) == (1, str(run.folder))


def test_a_new_base_may_write_text_in_another_way(run, tiny_base):
    flags = ["--steps", "2", "--set", "text.front_end=initials-finals", "--set", "train.keep=9"]
    assert cli.main(["pretrain", str(run.folder), *flags]) == 0
    base, old = load_base(run.folder / "exports" / "bundle"), load_base(tiny_base)
    assert base.front_end == "initials-finals"
    assert "；" in base.symbols and "；" not in old.symbols
    begun = first_weights(run)
    for symbol in ("ao3", "zh", "。"):
        row = old.generator["enc_p.emb.weight"][old.symbols.index(symbol)]
        assert torch.equal(begun[base.symbols.index(symbol)], row.float())


def test_a_late_adversary_stays_beside_the_base(run, tmp_path, capsys):
    flags = ["train.adversary=on", "train.adversary_from=0.5", "train.check_every=1", "train.keep=9"]
    flags = [word for flag in flags for word in ("--set", flag)]
    assert cli.main(["pretrain", str(run.folder), "--steps", "4", *flags]) == 0
    assert "joins at step 3" in capsys.readouterr().err
    progress, saved = max((state.load(file) for file in run.checkpoints.glob("*.pt")), key=lambda found: found[0].step)
    assert saved["judge_since"] == 2
    assert progress.best_step > 2, "the best is sought where the adversary had its full say"
    base = load_base(run.folder / "exports" / "bundle")
    assert kind_of(base.discriminator) == "lite"
    assert "D_latest.safetensors" in (run.folder / "exports" / "bundle" / "README.md").read_text(encoding="utf-8")
    other = 4 if progress.best_step == 3 else 3
    assert cli.main(["pretrain", str(run.folder), "--voice", str(other)]) == 0
    chosen = load_base(run.folder / "exports" / "bundle")
    assert not torch.equal(chosen.generator["enc_q.pre.weight"], base.generator["enc_q.pre.weight"])
    assert chosen.discriminator is not None and not run.report.exists()
    # Whoever trains from it goes on with its discriminator, and at once.
    shutil.rmtree(run.checkpoints)
    recipe = run.recipe().override({"base": str(run.folder / "exports" / "bundle"), "train.steps": 1})
    train(recipe, Run.create(run.folder, recipe))
    assert "adversary" in (run.checkpoints / "history.jsonl").read_text(encoding="utf-8")
    assert not (run.voice / "D_latest.safetensors").exists(), "a voice needs no discriminator"
