"""Recipes: complete defaults, strict reading, errors that name key, line and the nearest valid name."""

import dataclasses
import typing
from pathlib import Path

import pytest
import yaml

from ffvits.errors import RecipeError
from ffvits.recipe import Recipe, options
from ffvits.recipe_file import read_value

RECIPES = Path(__file__).parents[1] / "recipes"


def load(tmp_path, text: str) -> Recipe:
    path = tmp_path / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return Recipe.load(path)


def test_the_default_file_holds_every_field_with_its_default():
    assert Recipe.load(RECIPES / "default.yaml") == Recipe()
    written = yaml.safe_load((RECIPES / "default.yaml").read_text(encoding="utf-8"))

    def names(tree, path=""):
        for key, value in tree.items():
            dotted = f"{path}{key}"
            known = {name for name, _, _ in options()}
            yield from [dotted] if dotted in known else names(value, f"{dotted}.")

    assert set(names(written)) == {name for name, _, _ in options()}


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.yaml")), ids=lambda path: path.name)
def test_every_shipped_recipe_is_valid(path):
    recipe = Recipe.load(path)
    of_no_voice = path.name in ("default.yaml", "naive.yaml", "pretrain-mandarin-lite.yaml")
    assert bool(recipe.source and recipe.consent) != of_no_voice


def test_every_option_says_what_it_means():
    assert all(metadata["help"] for _, metadata, _ in options())


def test_a_recipe_survives_its_own_yaml(tmp_path):
    recipe = Recipe.from_mapping({"speaker": "2B", "label": {"transcribe": {"vocabulary": ["派蒙", "1v1"]}}})
    assert load(tmp_path, recipe.to_yaml()) == recipe


def test_names_that_yaml_would_take_for_numbers_stay_names(tmp_path):
    assert load(tmp_path, "speaker: 007\nsource: 2024-05-01\n").speaker == "007"


def test_left_out_values_take_their_defaults(tmp_path):
    assert load(tmp_path, "train:\nspeaker:\n") == Recipe()
    assert load(tmp_path, "") == Recipe()


@pytest.mark.parametrize("number", ["1e-4", "0.0001", "1.0E-4"])
def test_numbers_as_people_write_them(tmp_path, number):
    assert load(tmp_path, f"train:\n  learning_rate: {number}\n").train.learning_rate == 1e-4


@pytest.mark.parametrize(
    ("text", "line", "named", "cure"),
    [
        ("base: biaobei\nspeeker: x\n", 2, "'speeker'", "did you mean 'speaker'?"),
        ("train:\n  steps: 10\n  batchsize: 4\n", 3, "'train.batchsize'", "did you mean 'train.batch_size'?"),
        ("label:\n  separate:\n    separator: demuc\n", 3, "label.separate.separator cannot be 'demuc'", "demucs"),
        ("train:\n  steps: many\n", 2, "train.steps must be a whole number", ""),
        ("train:\n  steps: 1.5\n", 2, "train.steps must be a whole number", ""),
        ("train:\n  steps: -1\n", 2, "train.steps cannot be -1", "from 0 to"),
        ("train:\n  steps: 1e99\n", 2, "train.steps cannot be 1e99", "from 0 to"),
        ("train:\n  minutes: inf\n", 2, "train.minutes cannot be inf", "from 0 to"),
        ("train:\n  held_out: 0.9\n", 2, "train.held_out cannot be 0.9", "from 0 to 0.5"),
        ("train:\n  learning_rate: .nan\n", 2, "train.learning_rate", ""),
        ("offline: perhaps\n", 1, "offline must be true or false", ""),
        ("label: [1]\n", 1, "label must be a list of 'key: value' lines", ""),
        ("text:\n  lexicon: 重庆\n", 2, "text.lexicon must be a table", ""),
        ("speak:\n  sentences: 你好\n", 2, "speak.sentences must be a list", ""),
        ("device: [cpu]\n", 1, "device must be a text", ""),
        ("seed: 1\nseed: 2\n", 2, "'seed' stands twice", ""),
        ("base: auto\n{{name}}: x\n", 2, "a key in the recipe must be a text", "{{ }}"),
        ("text:\n  lexicon:\n    [重庆]: x\n", 3, "a key in text.lexicon must be a text", "quotes"),
        ("seed: 1e30\n", 1, "seed cannot be", "from 0 to"),
        ("text:\n  lexicon:\n    重庆: chong2 foo\n", 3, "text.lexicon.重庆", "tone digits"),
        ("text:\n  front_end: bopomof\n", 2, "no front end 'bopomof'", "'bopomofo'"),
        ("speak:\n  sentences:\n    - 你好\n    - ' '\n", 4, "speak.sentences: there is an empty", "take it out"),
        ("label:\n  segment:\n    min_seconds: 10\n    max_seconds: 3\n", 3, "label.segment.min_seconds (10)", ""),
        ("label:\n  screen: {min_seconds: 9, max_seconds: 4}\n", 2, "label.screen.min_seconds (9)", ""),
        ("vocabulary: [派蒙]\n", 1, "'vocabulary'", "label.transcribe.vocabulary"),
        (
            "train:\n  min_seconds: 2\n",
            2,
            "'train.min_seconds'",
            "label.segment.min_seconds or label.screen",
        ),
        ("label:\n  transcribe: {corrections: {派萌：派蒙}}\n", 2, "派萌：派蒙 has no value", "a half-width colon"),
        ("label:\n  transcribe: {corrections: {派萌, 派蒙}}\n", 2, "派萌 has no value", "a half-width colon"),
        ("label:\n  transcribe: {corrections: {'': 派蒙}}\n", 2, "it corrects nothing", "wrongly before it"),
        ('speaker: "a\\0b"\n', 1, "speaker holds what no text does", "anew"),
        ('speaker: "\\ud83d"\n', 1, "speaker holds what no text does", "anew"),
        ("a: [\n", 2, "not valid YAML", "recipes/default.yaml"),
        ("- a\n", 1, "the recipe must be", "a half-width colon"),
        # What YAML itself says of a usual slip is for programmers, and often of another line.
        ("seed: 1\nbase： biaobei\n", 2, "not valid YAML", "full-width ："),
        ("seed: 1\ntrain：\n  steps: 20\n", 2, "not valid YAML", "full-width ："),
        ("base:biaobei\nseed: 1\n", 1, "not valid YAML", "a space behind the colon"),
        ("base：biaobei\nseed：1\n", 1, "the recipe must be", "a half-width colon"),
        ("train:\n\tsteps: 20\n", 2, "not valid YAML", "spaces"),
        ('input: "D:\\游戏"\n', 1, "not valid YAML", "single quotes"),
        ("speaker: @派蒙\n", 1, "not valid YAML", "in quotes"),
        ("source: 来源: 游戏\n", 1, "not valid YAML", "in quotes"),
        ("text:\n  lexicon:\n    派蒙：pai4 meng2\n    重庆: chong2 qing4\n", 3, "not valid YAML", "full-width ："),
        ("text:\n  lexicon:\n    重庆: chong2 qing4\n    派蒙:pai4 meng2\n", 4, "not valid YAML", "a space behind"),
        ("text:\n  lexicon:\n    重庆：chong2 qing4\n", 3, "text.lexicon must be a table", "a half-width colon"),
        ("base:auto\n# of her\nseed: 1\n", 1, "not valid YAML", "a space behind the colon"),
        ('source: "游戏\nseed: 1\nconsent: x\n', 1, "not valid YAML", "close brackets and quotes"),
        ("```yaml\nseed: 1\n```\n", 1, "not valid YAML", "take out the lines ```"),
        ("seed: 1\n---\nbase: auto\n", 2, "not valid YAML", "one document"),
        ("train:\n　steps: 20\n", 2, "unknown key", "plain spaces"),
        ("train:\n  steps:\n", 2, "train.steps must be", "take the line out"),
        # What only looks like a slip, and is read, is not blamed for another one.
        ("source: |\n  from:there\nseed: 1\ntrain: {steps: 2\n", 4, "not valid YAML", "close brackets and quotes"),
        ("label:\n  transcribe:\n    vocabulary:\n      - Re:Zero\n     - x\n", 5, "not valid YAML", "indent as"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path, text, line, named, cure):
    with pytest.raises(RecipeError) as caught:
        load(tmp_path, text)
    assert caught.value.line == line
    assert named in caught.value.message
    assert cure in caught.value.cure


def test_terms_are_parted_by_full_width_commas_too(tmp_path):
    read = load(tmp_path, "label:\n  transcribe: {vocabulary: [派蒙，旅行者、荧, 空]}\n")
    assert read.label.transcribe.vocabulary == ("派蒙", "旅行者", "荧", "空")


def test_what_is_corrected_to_nothing_may_be_left_empty(tmp_path):
    read = load(tmp_path, "label:\n  transcribe: {corrections: {嗯嗯: }}\n")
    assert read.label.transcribe.corrections == {"嗯嗯": ""}


def test_brackets_without_end_are_no_recipe(tmp_path):
    with pytest.raises(RecipeError, match="without end"):
        load(tmp_path, "[" * 100_000)
    with pytest.raises(RecipeError, match="not valid YAML"):
        read_value("[" * 100_000)


def test_a_value_of_set_says_what_its_words_are_for():
    with pytest.raises(RecipeError, match="派萌 has no value"):
        read_value("{派萌, 派蒙}")
    assert read_value("{派萌: 派蒙, 嗯嗯: }") == {"派萌": "派蒙", "嗯嗯": None}


def test_a_recipe_that_is_not_there_or_not_text(tmp_path):
    with pytest.raises(RecipeError, match="no such recipe"):
        Recipe.load(tmp_path / "none.yaml")
    (tmp_path / "sound.yaml").write_bytes(bytes(range(256)))
    with pytest.raises(RecipeError, match="no text") as caught:
        Recipe.load(tmp_path / "sound.yaml")
    assert "UTF-8" in caught.value.cure
    with pytest.raises(RecipeError):
        Recipe.load(tmp_path)


@pytest.mark.parametrize("code", ["utf-8-sig", "gbk", "utf-16"])
def test_a_recipe_in_a_code_of_windows(tmp_path, code):
    (tmp_path / "recipe.yaml").write_bytes("# 派蒙的配方\r\nspeaker: 派蒙\r\n".encode(code))
    assert Recipe.load(tmp_path / "recipe.yaml").speaker == "派蒙"


class TestOverride:
    def test_dotted_names_reach_every_option(self):
        for name, _, default in options():
            assert Recipe().override({name: default}) == Recipe()

    def test_flags_come_as_texts_and_are_read_like_a_file(self):
        assert Recipe().override({"train.steps": "200"}).train.steps == 200

    @pytest.mark.parametrize(("name", "cure"), [("train.stepz", "steps"), ("tran.steps", "train"), ("bas", "base")])
    def test_unknown_names_are_refused(self, name, cure):
        with pytest.raises(RecipeError) as caught:
            Recipe().override({name: 1})
        assert cure in caught.value.cure

    def test_a_section_replaces_what_it_names_and_no_more(self):
        recipe = Recipe().override({"train.steps": 7, "text.lexicon": {"重庆": "chong2 qing4"}})
        changed = recipe.override({"train": {"ema": 0}, "train.warmup": 3, "text.lexicon.银行": "yin2 hang2"})
        assert changed.train == dataclasses.replace(recipe.train, ema=0.0, warmup=3)
        assert changed.text.lexicon == {"重庆": "chong2 qing4", "银行": "yin2 hang2"}
        assert recipe.override({"text.lexicon": {}}).text.lexicon == {}

    def test_the_order_of_two_bounds_does_not_matter(self):
        recipe = Recipe().override({"label.segment.min_seconds": 1, "label.segment.max_seconds": 3})
        raised = {"label.segment.min_seconds": 4, "label.segment.max_seconds": 9}
        assert recipe.override(raised).label.segment.max_seconds == 9


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("speaker", "no"),
        ("speaker", "001"),
        ("speaker", "12:30:00"),
        ("source", "2024-05-01"),
        ("text.front_end", "null"),
        ("train.steps", "0100"),
        ("train.learning_rate", "1e-4"),
        ("train.adversary", "off"),
        ("offline", "yes"),
        ("label.transcribe.vocabulary", "[派蒙, no, 001]"),
        ("label.transcribe.corrections", "{no: 不}"),
    ],
)
def test_a_flags_value_is_what_it_would_be_in_a_file(tmp_path, name, written):
    *sections, last = name.split(".")
    text = "".join(f"{'  ' * depth}{section}:\n" for depth, section in enumerate(sections))
    from_file = load(tmp_path, f"{text}{'  ' * len(sections)}{last}: {written}\n")
    assert Recipe().override({name: read_value(written)}) == from_file


def test_a_flags_value_may_begin_with_a_number_sign_and_must_be_yaml():
    assert Recipe().override({"speaker": read_value("#1")}).speaker == "#1"
    with pytest.raises(RecipeError, match="not valid YAML"):
        read_value("[a")


def test_what_a_file_leaves_out_may_come_from_another_recipe(tmp_path):
    own = Recipe(speaker="派蒙", consent="我").override({"train.steps": 7})
    (tmp_path / "how.yaml").write_text("base: mandarin-lite\ntrain: {warmup: 3}\n", encoding="utf-8")
    expected = own.override({"base": "mandarin-lite", "train.warmup": 3})
    assert Recipe.load(tmp_path / "how.yaml", over=own) == expected


def test_settings_are_frozen_so_that_no_stage_changes_them():
    hints = typing.get_type_hints(Recipe)
    sections = [kind for kind in hints.values() if dataclasses.is_dataclass(kind)]
    assert sections
    for kind in [Recipe, *sections]:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(kind(), dataclasses.fields(kind)[0].name, None)


@pytest.mark.parametrize(("value", "word"), [(True, "on"), (False, "off"), ("on", "on"), ("auto", "auto")])
def test_on_and_off_are_words_also_where_yaml_makes_truths_of_them(value, word):
    assert Recipe().override({"train.adversary": value}).train.adversary == word


def test_every_number_has_bounds():
    numbers = {name: limits for name, limits, default in options() if type(default) in (int, float)}
    assert len(numbers) > 30
    assert [name for name, limits in numbers.items() if None in (limits["low"], limits["high"])] == []
