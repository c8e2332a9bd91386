"""What is covered in customers' words: sentences written by hand, and telephones typed in every way."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcqa.records.remarks import covered_remark


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("电话一三八零零零零零零零零", "电话***"),
        ("打幺九零，零零零零，零零零零", "打***"),
        ("手机190.0000.0000或190/0000/0000", "手机***或***"),
        ("(010)12345678找我", "***找我"),
        ("座机6234567", "座机***"),
        ("证件11010119900307888X", "证件***"),
        ("户号123456，表号 000123", "户号***，表号 ***"),
        ("我的编号是KH003506", "我的编号是***"),
        ("微信 wx-hello99", "微信 ***"),
        ("邮箱a.b＠example.com", "邮箱***"),
        ("车停在门口，京A12345", "车停在门口，***"),
        ("幸福小区三栋二单元五零二室漏气", "***漏气"),
        ("家里3单元501室", "家里***"),
        ("住3-2-501", "住***"),
        ("解放大道1号没水", "***没水"),
        ("王大爷和李阿姨都在", "***和***都在"),
        ("老王和小李来过，张姐没来", "***和***来过，***没来"),
        ("客户王建国反映漏气", "客户***反映漏气"),
        ("户主：刘芳", "户主：***"),
        ("师傅姓刘", "师傅姓***"),
        ("找Mr Miller或Dr. Lee", "找***或***"),
    ],
)
def test_what_tells_who_somebody_is_is_covered(said: str, kept: str) -> None:
    assert covered_remark(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "5号约好，10号才来，第3次才修好",
        "2026-05-06 10:30 预约，2026年5月7日上门",
        "打12345投诉过，也打过96777",
        "客服安排得好，师傅周末也来",
        "小程序不好用，等了一小时",
        "当时师傅说明天来",
        "老百姓方便多了",
        "维修员戴鞋套，客户方便",
        "十二月二十三日换的表",
        "花了1280.50元，一共三千五百元",
        "过程中客服态度好",
        "一楼大厅排队，三次都没来",
        "Friendly, came within 2 hours",
        "希望周末也能安检",
    ],
)
def test_other_words_days_and_amounts_stay(said: str) -> None:
    assert covered_remark(said) == said


_SCRIPTS = ("0123456789", "０１２３４５６７８９", "零一二三四五六七八九", "〇一二三四五六七八九")


@st.composite
def telephones(draw: st.DrawFn) -> str:
    digits = (
        "1" + draw(st.text("3456789", min_size=1, max_size=1)) + draw(st.text("0123456789", min_size=9, max_size=9))
    )
    script, between = draw(st.sampled_from(_SCRIPTS)), draw(st.sampled_from(["", " ", "-", "－", "·", "  "]))
    groups = draw(st.sampled_from([(3, 7, 11), (3, 11), (11,), (4, 8, 11), tuple(range(1, 12))]))
    starts = (0, *groups[:-1])
    parts = [digits[begin:end] for begin, end in zip(starts, groups, strict=True)]
    return between.join("".join(script[int(one)] for one in part) for part in parts)


@given(
    st.sampled_from(["请打", "我的手机是", "call ", ""]), telephones(), st.sampled_from(["找我", "，谢谢", " ok", ""])
)
def test_no_telephone_is_left_however_it_is_typed(before: str, number: str, after: str) -> None:
    shown = covered_remark(before + number + after)
    left = sum(unicodedata.numeric(one, None) is not None for one in shown)
    assert left == 0
    assert "***" in shown


@given(st.text(alphabet="王师傅小李5号0123456789-栋室户号微信aA@. ，一二三十百路的", max_size=40))
def test_what_is_covered_stays_covered_and_nothing_is_made_up(said: str) -> None:
    shown = covered_remark(said)
    assert not re.search(r"\d{7}", shown)
    pieces = [piece for piece in re.split(r"\*+", shown) if piece]
    place = 0
    for piece in pieces:  # what is left are pieces of what was said, in their order
        place = said.index(piece, place) + len(piece)
