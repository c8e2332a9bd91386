"""Fields that Word keeps up to date: page numbers, numbers of tables and figures."""

from __future__ import annotations

from typing import Any


def add_field(paragraph: Any, instruction: str, shown: str = "1") -> None:
    """Append a field; ``shown`` is what stands there until it is worked out anew."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run, text_element = OxmlElement("w:r"), OxmlElement("w:t")
    text_element.text = shown
    run.append(text_element)
    field.append(run)
    paragraph._p.append(field)
