"""A new document: A4, the fonts of its language for letters and for Chinese, page numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from svcqa.catalogue import Language, text
from svcqa.extras import require
from svcqa.report.word.fields import add_field

LATIN: Final = "Arial"
EAST_ASIAN: Final[dict[Language, str]] = {
    "zh-Hans": "Microsoft YaHei",
    "zh-Hant": "Microsoft JhengHei",
    "en": "Microsoft YaHei",
}
"""Fonts that Word and WPS have on Windows; others fall back to what they have."""
_TAGS: Final[dict[Language, str]] = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "en": "en-GB"}
_SIZES: Final = {"Normal": 10.5, "Title": 20, "Heading 1": 15, "Heading 2": 12, "Caption": 9}


def new_document(language: Language, *, title: str, author: str, created: dt.datetime) -> Any:
    """An empty document."""
    require("forms")
    import docx
    from docx.shared import Cm, Pt, RGBColor

    document = docx.Document()
    for name, size in _SIZES.items():
        style = document.styles[name]
        set_fonts(style.element.get_or_add_rPr(), language)
        style.font.size = Pt(size)
        style.font.color.rgb = RGBColor(0x1F, 0x1F, 0x1F)
    document.styles["Normal"].paragraph_format.space_after = Pt(4)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin = section.bottom_margin = Cm(2)
        _number_pages(section, language)
    about = document.core_properties
    about.title, about.author, about.comments = title, author, ""
    about.created = about.modified = created
    about.language = _TAGS[language]
    return document


def set_fonts(properties: Any, language: Language) -> None:
    """The fonts of a run or a style: one for letters, one for Chinese, and no theme that overrides them."""
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(name), LATIN)
    fonts.set(qn("w:eastAsia"), EAST_ASIAN[language])


def _number_pages(section: Any, language: Language) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, between, after = text("word.page", language).split("|")
    paragraph.add_run(before)
    add_field(paragraph, "PAGE")
    paragraph.add_run(between)
    add_field(paragraph, "NUMPAGES")
    paragraph.add_run(after)
