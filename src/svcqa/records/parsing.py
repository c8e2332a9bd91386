"""Texts to typed columns. What cannot be read becomes a finding with its place, never a guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from svcqa.records import plain as plain_texts
from svcqa.records.mapping import ColumnMapping, Mapping
from svcqa.records.masking import covered
from svcqa.records.remarks import covered_remark
from svcqa.records.schema import PERSONAL, Column, ColumnType

_OFFSET = (
    r"(\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?|T\d{2}(\d{2}(\d{2}([.,]\d+)?)?)?)"  # 08:30, 08:30:00.5, T0830
    r"\s*([Zz]|[+-]\d{2}(:?\d{2})?)$"  # Z, +08, +0800, +08:00
)
_SHORTEST = {ColumnType.MOMENT: len("2026-1-5"), ColumnType.MONTH: len("2026-1")}
LONGEST = 2000
"""More characters than this are no number, name, code or address but a slip of an export."""
_SPECIAL = r"[^\x00-\x7f]|[AaPp][Mm]|^\d{5}(\.\d+)?$"
"""What is rewritten before it is read as a moment: Chinese, full-width signs, halves of the day, Excel's days."""
_THOUSANDS = r"^([+-]?\d{1,3}(,\d{3})+)(\.0+)?$"
FLAGS = {
    "1": True,
    "true": True,
    "yes": True,
    "y": True,
    "是": True,
    "有效": True,
    "0": False,
    "false": False,
    "no": False,
    "n": False,
    "否": False,
    "无效": False,
    "無效": False,
}


@dataclass(frozen=True)
class Finding:
    """Rows (positions in the source table) that share a reason, with what stood there."""

    code: str
    column: str
    positions: npt.NDArray[np.int64]
    got: tuple[str, ...]


def finding(code: str, column: Column, mask: Any, texts: Any) -> Iterable[Finding]:
    """A finding where ``mask`` holds.

    What stood in a personal column is never repeated, nor a telephone number that was typed into another one.
    """
    positions = np.flatnonzero(np.asarray(mask))
    if len(positions):
        if column.type in PERSONAL or texts is None:
            got: tuple[str, ...] = ("",) * len(positions)
        else:
            stood = (text or "" for text in texts.take(pa.array(positions)).to_pylist())
            # Cut before covering: a cell can hold megabytes, and no number is longer than what is cut off later.
            short = (text[:90] for text in stood)
            got = tuple((text if column.type is ColumnType.KEY else covered(text))[:60] for text in short)
        yield Finding(code, column.name, positions, got)


def texts_of(raw: Any, item: ColumnMapping) -> Any:
    """The trimmed texts of a column; blank ones are null."""
    parts = [pc.utf8_trim_whitespace(raw[name].combine_chunks()) for name in item.columns]
    if item.take != "all":
        return _chosen(parts, item)
    joined = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, item.join)
    if isinstance(joined, pa.ChunkedArray):
        joined = joined.combine_chunks()
    empty = pc.equal(parts[0], "")
    for part in parts[1:]:
        empty = pc.and_(empty, pc.equal(part, ""))
    if item.blank:
        empty = pc.or_(empty, pc.is_in(joined, value_set=pa.array(item.blank)))
    return pc.if_else(empty, pa.scalar(None, pa.string()), joined)


def _chosen(parts: list[Any], item: ColumnMapping) -> Any:
    """The last cell that is filled, or how many are."""
    filled = [pc.if_else(_is_blank(part, item), pa.scalar(None, pa.string()), part) for part in parts]
    if item.take == "last":
        return pc.coalesce(*reversed(filled))
    count = pc.is_valid(filled[0]).cast(pa.int64())
    for part in filled[1:]:
        count = pc.add(count, pc.is_valid(part).cast(pa.int64()))
    return count.cast(pa.string())


def _is_blank(part: Any, item: ColumnMapping) -> Any:
    empty = pc.equal(part, "")
    return pc.or_(empty, pc.is_in(part, value_set=pa.array(item.blank))) if item.blank else empty


def parse_column(raw: Any, column: Column, mapping: Mapping, *, time_zone: str, findings: list[Finding]) -> Any:
    """One typed column of ``raw``; what cannot be read is null and stands in ``findings``."""
    count = raw.num_rows
    item = mapping.sources_of(column.name)
    if column.name in mapping.constants:
        texts = pa.array([mapping.constants[column.name]] * count, pa.string())
    elif item is not None:
        texts = texts_of(raw, item)
    else:
        texts = pa.nulls(count, pa.string())
    if column.required:
        findings.extend(finding("missing_required", column, pc.is_null(texts).to_numpy(zero_copy_only=False), texts))
    too_long = pc.fill_null(pc.greater(pc.utf8_length(texts), LONGEST), False)
    findings.extend(finding("too_long", column, too_long.to_numpy(zero_copy_only=False), texts))
    if pc.any(too_long).as_py():
        texts = pc.if_else(too_long, pa.scalar(None, pa.string()), texts)
    texts = _recoded(texts, column, mapping, findings)
    if column.type in (ColumnType.MOMENT, ColumnType.MONTH):
        return _moments(texts, column, item=item, time_zone=time_zone, findings=findings)
    if column.type is ColumnType.INTEGER:
        return _integers(texts, column, item, findings)
    if column.type is ColumnType.FLAG:
        return _flags(texts, column, findings)
    if column.type in (ColumnType.CODE, ColumnType.UNIT):
        return texts.dictionary_encode()
    if column.type is ColumnType.REMARK:
        return plain_texts.each(texts, covered_remark)
    return texts


def _recoded(texts: Any, column: Column, mapping: Mapping, findings: list[Finding]) -> Any:
    codes = mapping.codes.get(column.name)
    if not codes:
        return texts
    position = pc.index_in(texts, value_set=pa.array(list(codes), pa.string()))
    unknown = pc.and_(pc.is_null(position), pc.is_valid(texts))
    findings.extend(finding("unknown_code", column, unknown.to_numpy(zero_copy_only=False), texts))
    return pa.array(list(codes.values()), pa.string()).take(position)


def _moments(texts: Any, column: Column, *, item: ColumnMapping | None, time_zone: str, findings: list[Finding]) -> Any:
    layout, zone = (item.format, item.zone) if item else (None, None)
    original = texts
    if not layout:
        texts = _rewritten_moments(texts, month=column.type is ColumnType.MONTH)
    series = texts.to_pandas()
    some = texts.is_valid().to_numpy(zero_copy_only=False)
    if layout and "%z" in layout:
        with_offset = some
    else:
        with_offset = pc.fill_null(pc.match_substring_regex(texts, _OFFSET), False).to_numpy(zero_copy_only=False)
    whole = some & _is_whole(texts, column, layout)
    parsed = pd.Series(pd.NaT, index=series.index, dtype="datetime64[s]")
    plain = whole & ~with_offset
    if plain.any():
        local = pd.to_datetime(series[plain], format=layout or "ISO8601", errors="coerce")
        if zone and zone != time_zone:
            placed = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
            local = placed.dt.tz_convert(time_zone).dt.tz_localize(None)
        parsed[plain] = local.dt.floor("s").astype("datetime64[s]")
    if not zone:
        findings.extend(finding("zone_not_declared", column, with_offset, original))
        some = some & ~with_offset
    elif (offset := whole & with_offset).any():
        form = layout if layout and "%z" in layout else "ISO8601"
        placed = pd.to_datetime(series[offset].str.replace("z", "Z"), format=form, errors="coerce", utc=True)
        local = placed.dt.tz_convert(time_zone).dt.tz_localize(None)
        parsed[offset] = local.dt.floor("s").astype("datetime64[s]")
    findings.extend(finding("unreadable_moment", column, parsed.isna().to_numpy() & some, original))
    values = parsed.to_numpy()
    if column.type is ColumnType.MONTH:
        values = values.astype("datetime64[M]").astype("datetime64[s]")
    return pa.array(values, pa.timestamp("s"), from_pandas=True)


def _rewritten_moments(texts: Any, *, month: bool) -> Any:
    special = pc.fill_null(pc.match_substring_regex(texts, _SPECIAL), False)
    if not pc.any(special).as_py():
        return texts
    rewritten = plain_texts.each(texts.filter(special), lambda text: plain_texts.moment_text(text, month=month))
    return pc.replace_with_mask(texts, special, rewritten)


def _is_whole(texts: Any, column: Column, layout: str | None) -> Any:
    """What pandas may be asked to read: it would also take ``now``, and ``2026`` for the first of January."""
    if layout:
        partial = pc.is_in(pc.utf8_lower(texts), value_set=pa.array(["now", "today"]))
    else:
        partial = pc.less(pc.utf8_length(texts), _SHORTEST[column.type])
    return pc.invert(pc.fill_null(partial, True)).to_numpy(zero_copy_only=False)


def _integers(texts: Any, column: Column, item: ColumnMapping | None, findings: list[Finding]) -> Any:
    original, unit = texts, item.unit if item else None
    special = pc.fill_null(pc.match_substring_regex(texts, r"^[^-+]" if unit else r"[^0-9,.+-]"), False)
    if pc.any(special).as_py():
        rewritten = plain_texts.each(
            texts.filter(special), lambda text: plain_texts.number_text(text, column.unit, unit)
        )
        texts = pc.replace_with_mask(texts, special, rewritten)
    grouped = pc.fill_null(pc.match_substring_regex(texts, _THOUSANDS), False)
    cleaned = pc.if_else(grouped, pc.replace_substring(texts, ",", ""), texts)
    cleaned = pc.replace_substring_regex(cleaned, r"(\.0+$)|(^\+)", "")
    good = pc.fill_null(pc.match_substring_regex(cleaned, r"^-?\d{1,18}$"), False)
    bad = pc.and_(pc.invert(good), pc.is_valid(texts))
    findings.extend(finding("unreadable_number", column, bad.to_numpy(zero_copy_only=False), original))
    numbers = pc.if_else(good, cleaned, pa.scalar(None, pa.string())).cast(pa.int64())
    negative = pc.fill_null(pc.less(numbers, 0), False)
    findings.extend(finding("negative_number", column, negative.to_numpy(zero_copy_only=False), original))
    return numbers


def _flags(texts: Any, column: Column, findings: list[Finding]) -> Any:
    lowered = pc.utf8_lower(texts)
    position = pc.index_in(lowered, value_set=pa.array(list(FLAGS), pa.string()))
    bad = pc.and_(pc.is_null(position), pc.is_valid(texts))
    findings.extend(finding("unknown_code", column, bad.to_numpy(zero_copy_only=False), texts))
    return pa.array(list(FLAGS.values()), pa.bool_()).take(position)
