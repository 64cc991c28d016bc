"""为 before a beneficiary; more of its sentences stand in `polyphones.tsv`."""

import pytest

from ffvits.text.beneficiaries import beneficiaries
from ffvits.text.segmentation import cut


@pytest.mark.parametrize(
    "text, places",
    [
        ("她为邻居理发，也为孩子们做了饭", [1, 8]),
        ("我很乐意为主人服务", [4]),
        ("先遣组为官兵开路", [3]),
        ("他为公司经理", []),
        ("图片均为网友拍摄，原因为司机操作不当", []),
        ("他以写作为业，也为同行所敬重", []),
        ("因为下雨，他成为第一名", []),
        ("为", []),
        ("", []),
    ],
)
def test_for_whom_something_is_done(text, places):
    assert list(beneficiaries(text, list(cut(text)))) == places
