"""What cannot be read is named at once, each thing with its place."""

import pytest

from ffvits.errors import Place, TextError
from ffvits.speak.script import script
from ffvits.text import front_end
from ffvits.text.unreadable import together

END = front_end("mandarin-lite")


def wrong(text: str) -> TextError:
    """The error of a long text that is read phrase by phrase."""
    phrases = [line.text for line in script(text)]
    problems = []
    for number, phrase in enumerate(phrases):
        try:
            END.encode(phrase)
        except TextError as error:
            problems.append((number, error))
    return together(text, phrases, problems)


def test_a_sentence_names_all_that_cannot_be_read_and_what_stands_together_once():
    with pytest.raises(TextError) as caught:
        END.encode("你好ひと，мир和ﾊ。ｶｷ")
    error = caught.value
    assert error.message == "'ひと' cannot be read in Mandarin"
    assert (error.position, error.character) == (2, "ひと")
    assert error.others == (Place("мир", 5), Place("ﾊ", 9), Place("ｶｷ", 11))
    assert "; also 'мир' (character 6), 'ﾊ' (character 10), 'ｶｷ' (character 12) — " in str(error)


def test_one_thing_is_told_without_others():
    with pytest.raises(TextError) as caught:
        END.encode("你好ひと。")
    assert str(caught.value).startswith("'ひと' cannot be read in Mandarin — ")


def test_a_long_text_names_line_and_place_whatever_became_of_its_blanks():
    error = wrong("第一行，你好。\n  今天  ひ天气很好。再见！\n<break time='1s'/>。。。\n走吧\nмир，好。字{lu9}和か。")
    assert (error.line, error.character) == (2, "ひ")
    assert error.others == (Place("мир", 0, 5), Place("{", 7, 5))
    assert "; also 'мир' (line 5, character 1), '{' (line 5, character 8) — " in str(error)


@pytest.mark.parametrize(
    "count, end", [(10, "'か' (line 10, character 3) — "), (22, "'か' (line 10, character 3) … and 12 more — ")]
)
def test_ten_are_named_and_the_others_counted(count, end):
    error = wrong("好的か。\n" * count)
    assert (error.line, len(error.others)) == (1, count - 1)
    assert end in str(error)


def test_a_server_refuses_with_all_of_them():
    refused = pytest.importorskip("ffvits.serve.refusals").refused
    assert "か' (line 2, character 3)" in refused(wrong("好的か。\n好的か。")).body.decode("utf-8")
