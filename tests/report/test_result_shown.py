"""A result shows itself: in a notebook, printed, in the words of the tables, no text of users taken for markup."""

from __future__ import annotations

import pickle

import pytest

import svcqa
from support.workspaces import UNITS, commitment, make_workspace
from svcqa.metrics.registry import Registry
from svcqa.metrics.result import Result
from svcqa.report.tables import results
from svcqa.report.tables.shown import ResultReader

MARKUP = "<script>alert(1)</script> & <b>一部</b>"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    """Three orders of two departments, one of which has a name that looks like markup."""
    orders = [
        {"order_id": "1", "unit": "D1", "received_at": "2026-01-05 08:00:00", "closed_at": "2026-01-05 08:30:00"},
        {"order_id": "2", "unit": "D1", "received_at": "2026-01-05 08:00:00", "closed_at": "2026-01-05 09:30:00"},
        {"order_id": "3", "unit": "D2", "received_at": "2026-01-06 08:00:00", "closed_at": "2026-01-06 08:01:00"},
    ]
    units = [{**unit, "name": MARKUP} if unit["code"] == "D1" else unit for unit in UNITS]
    settings = 'languages = ["zh-Hant", "en"]\n'
    opened = make_workspace(
        tmp_path_factory.mktemp("shown"),
        records={"work_orders": orders},
        commitments=[commitment()],
        units=units,
        settings=settings,
    )
    opened.ingest()
    return opened


@pytest.fixture(scope="module")
def result(workspace: svcqa.Workspace) -> Result:
    return workspace.measure("compliance", commitment="promise", period="2026-01", by=["unit"])


def test_a_notebook_shows_the_table_in_the_first_language_of_the_workspace(
    workspace: svcqa.Workspace, result: Result
) -> None:
    shown = result._repr_html_()
    assert shown is not None
    table = results.result(result, "zh-Hant", names=workspace.policies.names("zh-Hant"))
    for name in table.columns:
        assert f"<th>{name}</th>" in shown
    assert "50.0%" in shown  # one of two within the hour
    assert f"<h4>{Registry().get('compliance').spec.label.in_language('zh-Hant')}" in shown
    assert "截至 2026-02-01 00:00:00" in shown


def test_names_of_users_are_never_markup(result: Result) -> None:
    shown = result._repr_html_() or ""
    assert "<script" not in shown
    assert "<b>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in shown


def test_printing_shows_the_same_figures(result: Result) -> None:
    assert MARKUP in str(result)
    assert "50.0%" in repr(result)
    assert "100.0%" in repr(result)
    assert "截至 2026-02-01 00:00:00" in repr(result)


def test_figures_with_a_moved_limit_show_themselves_too(workspace: svcqa.Workspace) -> None:
    moved = workspace.what_if(commitment="promise", period="2026-01").at(limit=120)
    assert "100.0%" in repr(moved)
    assert "100.0%" in (moved._repr_html_() or "")


def test_who_looks_at_figures_is_no_part_of_them(result: Result) -> None:
    bare = result.shown_by(None)
    assert bare == result
    assert repr(bare) == "<Result compliance: 2 rows>"
    assert bare._repr_html_() is None
    assert repr(Result(())) == "<Result: 0 rows>"
    kept = pickle.loads(pickle.dumps(result))
    assert kept == result
    assert repr(kept) == repr(result)


def test_many_rows_are_counted_not_printed(result: Result) -> None:
    many = Result(result.rows * 40, unit="share").shown_by(ResultReader("zh-Hans", {}))
    assert "20" in repr(many).splitlines()[-1]
    assert len(repr(many).splitlines()) < 70
    assert (many._repr_html_() or "").count("<tr") == 61
