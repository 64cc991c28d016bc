"""g2pW's place in the front end, with a stand-in network that has its inputs, its output and its tables' forms."""

import numpy as np
import pytest

from ffvits.errors import TextError
from ffvits.text import front_end, g2pw

onnx = pytest.importorskip("onnx", reason="onnx is not installed; it writes the stand-in")

SIMPLIFIED = "行\thang2\n行\txing2\n长\tchang2\n长\tzhang3\n为\twei2\n为\twei4\n"
TRADITIONAL = "行\tㄏㄤ2\n行\tㄒㄧㄥ2\n長\tㄔㄤ2\n長\tㄓㄤ3\n為\tㄨㄟ2\n為\tㄨㄟ4\n"


def install(folder, table, favourite):
    """Writes the three files. The network prefers `favourite`'s labels, but only if it is shown the right token."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "POLYPHONIC_CHARS.txt").write_text(table, encoding="utf-8")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"行长長为為银銀他我很", "。"]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    rows = [line.split("\t") for line in table.strip().split("\n")]
    labels, chars = sorted({label for _, label in rows}), sorted({char for char, _ in rows})
    score = np.full((len(chars), len(labels)), 0.5, np.float32)
    for char, label in favourite.items():
        score[chars.index(char), labels.index(label)] = 0.9
    tokens = np.array([[vocabulary.index(char)] for char in chars], np.int64)
    helper, kinds = onnx.helper, onnx.TensorProto
    numbers = ("input_ids", "token_type_ids", "attention_mask")
    inputs = [helper.make_tensor_value_info(name, kinds.INT64, ["n", "t"]) for name in numbers]
    inputs.append(helper.make_tensor_value_info("phoneme_mask", kinds.FLOAT, ["n", len(labels)]))
    inputs += [helper.make_tensor_value_info(name, kinds.INT64, ["n"]) for name in ("char_ids", "position_ids")]
    graph = helper.make_graph(
        [
            helper.make_node("Unsqueeze", ["position_ids", "one"], ["place"]),
            helper.make_node("GatherElements", ["input_ids", "place"], ["shown"], axis=1),
            helper.make_node("Gather", ["tokens", "char_ids"], ["expected"]),
            helper.make_node("Equal", ["shown", "expected"], ["same"]),
            helper.make_node("Cast", ["same"], ["right"], to=kinds.FLOAT),
            helper.make_node("Gather", ["score", "char_ids"], ["liked"]),
            helper.make_node("Mul", ["liked", "right"], ["probabilities"]),
        ],
        "stand-in",
        inputs,
        [helper.make_tensor_value_info("probabilities", kinds.FLOAT, ["n", len(labels)])],
        [
            onnx.numpy_helper.from_array(np.array([1], np.int64), "one"),
            onnx.numpy_helper.from_array(tokens, "tokens"),
            onnx.numpy_helper.from_array(score, "score"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(folder / "g2pW.onnx"))


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("FFVITS_HOME", str(tmp_path / "缓存"))
    g2pw._load.cache_clear()
    yield tmp_path / "缓存" / "models" / "g2pw"
    g2pw._load.cache_clear()


@pytest.mark.parametrize("table", [SIMPLIFIED, TRADITIONAL])
def test_it_overrules_the_bundled_model_at_the_right_place(home, table):
    reader = front_end("mandarin-lite")
    before = reader.encode("他很行。").pinyin
    assert before[-1] == "xing2"
    install(home, table, {"行": "hang2" if table is SIMPLIFIED else "ㄏㄤ2"})
    g2pw._load.cache_clear()
    encoded = reader.encode("他很行。")
    assert encoded.pinyin == (*before[:-1], "hang2")
    assert encoded.syllables[-1].source == "g2pW"


def test_long_sentences_are_shown_in_windows(home):
    install(home, SIMPLIFIED, {"行": "hang2", "长": "zhang3"})
    chosen = g2pw.installed().choose("我很" * 40 + "行" + "他" * 60 + "长")
    assert chosen == {80: "hang2", 141: "zhang3"}


def test_only_readings_of_the_character_are_chosen(home):
    install(home, SIMPLIFIED, {"行": "zhang3"})
    assert g2pw.installed().choose("行")[0] in ("hang2", "xing2")


def test_the_lexicon_and_braces_stand_above_it(home):
    install(home, SIMPLIFIED, {"行": "hang2"})
    assert front_end("mandarin-lite").encode("他很行{xing2}。").pinyin[-1] == "xing2"
    assert front_end("mandarin-lite", lexicon={"很行": "hen3 xing2"}).encode("他很行。").pinyin[-1] == "xing2"


def test_a_part_of_the_files_is_none(home):
    install(home, SIMPLIFIED, {})
    (home / "vocab.txt").unlink()
    assert g2pw.installed() is None


@pytest.mark.parametrize("name", g2pw.FILES[:2])
def test_a_damaged_file_is_named(home, name):
    install(home, SIMPLIFIED, {})
    (home / name).write_bytes(b"\xff\xfe no such thing")
    with pytest.raises(TextError) as error:
        front_end("mandarin-lite").encode("他很行。")
    assert "g2pW cannot be used" in str(error.value) and error.value.cure
    assert str(error.value.file) in (str(home), str(home / name))


def test_every_syllable_has_its_bopomofo():
    assert g2pw._pinyin("ㄨㄥ1") == "weng1"
    assert g2pw._pinyin("ㄇㄨ4") == "mu4"
    assert g2pw._pinyin("ㄓ1") == "zhi1"
    assert g2pw._pinyin("ㄌㄩ4") == "lv4"
    assert g2pw._pinyin("wan4") == "wan4"
