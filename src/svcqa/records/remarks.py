"""What customers said, with what could tell who they are covered: numbers, doors, names."""

from __future__ import annotations

import re
from typing import Final

from svcqa.records.masking import COVER, SURNAMES, covered

_HAN: Final = r"\u4e00-\u9fff"
_FIGURE: Final = r"\d〇零一二三四五六七八九幺壹贰貳叁參肆伍陆陸柒捌玖"
"""Digits of any script, and Chinese ones as they are read out."""
_PLAIN_SURNAMES: Final = (
    "王李张刘陈杨赵吴徐孙朱郭罗宋郑韩冯董萧曹袁邓傅沈彭吕苏卢蒋蔡贾丁魏薛阎潘杜汪姜崔邱侯"
    "張劉陳楊趙吳孫羅鄭韓馮蕭鄧呂蘇盧蔣賈閻"
)
"""Surnames that begin no common word, such as 周 does in 周末 or 安 in 安排."""
_SURNAME: Final = f"[{''.join(sorted(SURNAMES))}]"
_DATE: Final = r"(?<!\d)(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])(?!\d)"
_NUMBERS: Final = (
    r"[A-Za-z0-9_.+-]+\s?[@\uff20]\s?[A-Za-z0-9-]+(?:[.\uff0e][A-Za-z0-9-]+)*",
    # a mobile number, whatever stands between its three groups
    r"(?<!\d)1\d{2}[^\w\n]{1,2}\d{4}[^\w\n]{1,2}\d{4}(?!\d)",
    # seven digits and more: the shortest telephone numbers; with the X of an identity number
    rf"[(\uff08]?[{_FIGURE}](?:[)\uff09 .\-\uff0d\u2014\u00b7]{{0,2}}[{_FIGURE}]){{6,}}[Xx\uff38]?",
    r"[〇零一二三四五六七八九幺](?:[ ,\uff0c\u3001]{0,2}[〇零一二三四五六七八九幺]){6,}",
    r"(?<![A-Za-z0-9])[A-Za-z]{1,4}[-_]?\d{5,}",  # numbers of customers, orders, meters
    r"[京津沪滬渝冀豫云雲辽遼黑湘皖鲁魯新苏蘇浙赣贛鄂桂甘晋晉蒙陕陝吉闽閩贵貴粤粵青藏川宁寧琼瓊]"
    r"[A-Z][ \u00b7]?[A-Z0-9]{5,6}(?![A-Z0-9])",
)
_LABELLED_NUMBER: Final = re.compile(
    r"((?:微信|QQ|qq|wechat|WeChat|支付宝|支付寶|账号|帳號|户号|戶號|编号|編號|卡号|卡號|表号|表號|单号|單號|工号|工號)"
    r"[号號码碼]?(?:是|为|為)?[ :\uff1a]*)[A-Za-z0-9_-]{4,}"
)
_PART: Final = r"(?:[号號][楼樓院]|[栋棟幢弄]|[单單]元|室)"
_DOORS: Final = (
    # a road or an estate and what follows it
    rf"[{_HAN}]{{2,4}}(?:路|街|大道|巷|弄|村|胡同|小[区區]|花园|花園|家园|家園|公寓|大厦|大廈|苑)\s*"
    rf"(?:[A-Za-z]?[{_FIGURE}十百]+\s*(?:{_PART}|[号號座])\s*)+[A-Za-z]?[{_FIGURE}\-]*(?:室|[层層])?",
    rf"(?:[A-Za-z]?[{_FIGURE}十百]+\s*{_PART}\s*)+[A-Za-z]?[{_FIGURE}\-]*(?:室|[层層])?",
    r"(?<![月\d])(?:[4-9]\d|3[2-9]|\d{3,})\s*[号號]",  # up to 31 it is a day
    r"(?<![\d-])\d{1,3}-\d{1,2}-\d{3,4}(?![\d-])",
)
_TITLE: Final = (
    "先生|女士|小姐|师傅|師傅|师父|師父|经理|經理|主任|工程师|工程師|老师|老師|大爷|大爺|大妈|大媽|大叔|大姐|大哥|大嫂|阿姨|叔叔|伯伯|"
    "爷爷|爺爺|奶奶|队长|隊長|站长|站長|科长|科長|处长|處長|所长|所長|组长|組長|班长|班長|主管|老板|老闆|医生|醫生|大夫|同志|"
    "警官|律师|律師"
)
_SAYS: Final = "(?:反映|反应|表示|要求|来电|來電|投诉|投訴|先生|女士|师傅|師傅|说|說|称|稱|的|电话|電話)"
_AFTER: Final = rf"(?=[^{_HAN}]|$|{_SAYS})"
_LABELLED_NAME: Final = re.compile(
    r"((?:姓名|户主|戶主|业主|業主|联系人|聯絡人|本人|客户|客戶|用户|用戶|户名|戶名|女士|先生|师傅|師傅|安检员|安檢員|维修员|維修員|维修工|維修工|名叫|我叫|人叫)"
    rf"[是叫为為:\uff1a ]{{0,2}})[{_PLAIN_SURNAMES}][{_HAN}]{{1,2}}?{_AFTER}"
)
_PERSONS: Final = (
    rf"(?:欧阳|歐陽|上官|司马|司馬|诸葛|諸葛|(?!(?<=[当當准及同])时){_SURNAME})[{_HAN}]{{0,2}}?(?:{_TITLE})",
    rf"(?:(?<=我叫)|(?<=我是))[{_HAN}]{{2,3}}(?=[\uff0c,\u3002.]|$)",
    rf"[老小阿][{_PLAIN_SURNAMES}](?!子)",
    rf"[{_PLAIN_SURNAMES}](?:[姐哥嫂叔婶嬸]|工(?![作人程具业業地厂廠序资資]))",
    rf"(?<!百姓)(?<=姓){_SURNAME}",
    r"(?<![A-Za-z])(?:Mr|Mrs|Ms|Miss|Dr|Prof)\b\.? ?[A-Z][A-Za-z'\u2019-]*(?: [A-Z][A-Za-z'\u2019-]*)?",
)
_COVERED: Final = tuple(re.compile(shape) for shape in (*_PERSONS, *_DOORS))
_NUMBER: Final = re.compile(f"(?P<date>{_DATE})|" + "|".join(f"(?:{shape})" for shape in _NUMBERS))


def covered_remark(text: str) -> str:
    """What a customer said, without numbers of seven and more digits, identifiers, house numbers, and people's names
    where a title, a label or the way of calling them tells that they are names.

    A bare name cannot be told from other words and stays: such texts are for colleagues only.

    >>> covered_remark("请打 13800138000 找王师傅，幸福路12号楼3单元")
    '请打 *** 找***，***'
    """
    text = _NUMBER.sub(lambda match: match.group() if match.group("date") else COVER, text)
    text = _LABELLED_NUMBER.sub(rf"\1{COVER}", text)
    text = _LABELLED_NAME.sub(rf"\1{COVER}", text)
    for shape in _COVERED:
        text = shape.sub(COVER, text)
    return covered(text)
