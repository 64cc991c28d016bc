"""Family names: where one stands, and the words that only begin like one."""

import pytest
from text_tables import rows

from ffvits.text.segmentation import cut
from ffvits.text.surnames import surnames


@pytest.mark.parametrize("text, wanted", rows("surnames.tsv"))
def test_a_name_is_told_from_a_word(text, wanted):
    found = sorted({reading for _, reading in surnames(text, list(cut(text)))})
    assert found == ([] if wanted == "-" else [wanted])
