"""Declared joins and windows: what a kernel needs to know of other records, without SQL written by hand.

Each builder declares columns; :func:`derive` puts several together into the one query that runs before the kernel:

>>> from svcqa.metrics.derived import derive, next_of_same, repeat_within
>>> query = derive(next_of_same(same=("customer",)), repeat_within(same=("customer", "category"), days=30))
>>> "again_at" in query.sql and "repeated" in query.sql
True

What holds for all of them:

- A record that lacks one of the columns in ``same``, or its moment, is the same as no other: its columns are empty.
- Records follow one another by their moment, those of one moment by the key of their table.
- Up to N days means N times 24 hours, the last second included.
- Later records are seen whatever ``as_of`` is. A kernel holds each moment against ``as_of``, and counts what is decided
  by then (``…_decided_at``); :func:`svcqa.metrics.shapes.shares` does it with ``decided_at``.

Only words that DuckDB and Spark SQL understand the same way are used.
"""

from __future__ import annotations

from svcqa.metrics.derived.links import linked
from svcqa.metrics.derived.query import Part, derive
from svcqa.metrics.derived.windows import first_contact, first_in_period, next_of_same, repeat_within

__all__ = ["Part", "derive", "first_contact", "first_in_period", "linked", "next_of_same", "repeat_within"]
