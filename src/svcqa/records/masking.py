"""Samples that may be shown: whatever could be a person's name, number, telephone or address is covered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

COVER: Final = "***"
_HEADERS: Final = re.compile(
    r"姓名|名字|户名|戶名|联系人|聯絡人|联系方式|电话|電話|手机|手機|号码|號碼|地址|住址|身份证|身分證|证件|證件|邮箱|信箱|客户|客戶|用户|用戶|户号|戶號|"
    r"质检员|質檢員|经办人|處理人|处理人|接线员|"
    r"name|phone|mobile|tel|address|e-?mail|passport|identity|customer|account|agent|contact|checker",
    re.IGNORECASE,
)
_HARMLESS: Final = re.compile(
    r"(类型|類型|等级|等級|级别|級別|类别|類別|性质|性質|数|數|kind|type|tier|count|level|分类)\s*$", re.IGNORECASE
)
SURNAMES: Final = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦马苗凤花方俞任袁柳"
    "史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟黄穆萧尹姚邵汪毛狄米戴宋庞熊纪舒屈项祝董梁杜阮蓝季贾江"
    "童郭梅林刁钟徐邱骆高夏蔡田樊胡凌霍万柯卢莫房丁邓洪包左石崔程陆曾龙叶司黎乔翁文欧聂辛关"
    "趙錢孫吳鄭馮陳衛韓楊許呂張嚴魏謝鄒蘇魯韋馬鳳湯羅畢鄔樂齊顧黃蕭龐紀項藍賈鐘駱萬盧鄧陸龍葉喬歐聶關劉刘"
)
_IN_A_CELL: Final = (
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
    re.compile(r"\d{6}(?:18|19|20)\d{2}[01]\d[0-3]\d\d{3}[\dXx]"),
    re.compile(r"(?<!\d)(?:\+?86[- ]?)?1\d{2}[- ]?\d{4}[- ]?\d{4}(?!\d)"),
    re.compile(r"(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)"),
)
_ADDRESS: Final = re.compile(r"[路街巷弄村区區].*\d+\s*[号號室栋幢楼樓]|[小社][区區]|\d+\s*[栋幢号楼]\s*\d+")
_NAME: Final = re.compile(r"[\u4e00-\u9fff]{2,4}(先生|女士|小姐)?")


def is_personal(header: str, texts: Sequence[str]) -> bool:
    """Whether a column may name persons, by its header or by what it holds."""
    if _HEADERS.search(header) and not _HARMLESS.search(header):
        return True
    some = [text for text in texts if text.strip()]
    if not some:
        return False
    names = sum(bool(_NAME.fullmatch(text)) and text[0] in SURNAMES for text in some)
    telling = sum(bool(_ADDRESS.search(text)) or any(shape.search(text) for shape in _IN_A_CELL) for text in some)
    return names >= 0.6 * len(some) or telling >= 0.3 * len(some)


def covered(text: str) -> str:
    """``text`` without anything that could be a telephone number, an identity number or a mail address."""
    for shape in _IN_A_CELL:
        text = shape.sub(COVER, text)
    return text


def masked(text: str, *, personal: bool) -> str:
    """A sample to show: nothing of a personal column, nothing long, no number that could be a telephone or an id."""
    if not text:
        return ""
    if personal or len(text) > 30:
        return COVER
    text = covered(text)
    return COVER if _ADDRESS.search(text) else text
