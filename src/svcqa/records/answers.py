"""Answers that stand side by side in a row of a call sheet, laid out one below the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from svcqa.records.mapping import ANSWERED, Mapping
from svcqa.records.readers import RawTable


def laid_out(raw: RawTable, mapping: Mapping) -> tuple[RawTable, int]:
    """``raw`` with a row for each question, and how many rows nobody has called yet; unchanged without answers."""
    if mapping.answers is None:
        return raw, 0
    called = _called(raw.texts, mapping.answers.waiting)
    texts, rows = raw.texts.filter(pa.array(called)), raw.rows[called]
    pieces, numbers = [], []
    for question, column in mapping.answers.scored.items():
        pieces.append(_of_question(texts, question, texts[column], None))
        numbers.append(rows)
    for question, column in mapping.answers.opinions.items():
        answered = pc.not_equal(pc.utf8_trim_whitespace(texts[column]), "").to_numpy()
        opinions = texts.filter(pa.array(answered))
        pieces.append(_of_question(opinions, question, None, opinions[column]))
        numbers.append(rows[answered])
    order = np.argsort(np.concatenate(numbers), kind="stable")
    below = pa.concat_tables(pieces).take(pa.array(order)).combine_chunks()
    return RawTable(below, np.concatenate(numbers)[order], raw.broken), int((~called).sum())


def _called(texts: Any, waiting: tuple[str, ...]) -> Any:
    called = np.zeros(texts.num_rows, dtype=np.bool_) if waiting else np.ones(texts.num_rows, dtype=np.bool_)
    for name in waiting:
        called |= pc.not_equal(pc.utf8_trim_whitespace(texts[name]), "").to_numpy()
    return called


def _of_question(texts: Any, question: str, score: Any, opinion: Any) -> Any:
    blank = pa.array([""] * texts.num_rows, pa.string())
    values = {"question": pa.array([question] * texts.num_rows, pa.string()), "score": score, "opinion": opinion}
    for name, value in values.items():
        texts = texts.append_column(ANSWERED[name], blank if value is None else value)
    return texts
