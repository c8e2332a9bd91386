"""Real records with known answers: every expected number stands in ``../shared/real_data/*/NOTES.md``."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import svcqa
from support.figures import states_of
from support.workspaces import EXAMPLES, copy_workspace, measured, require

HALF = "2011H2"
EVERYTHING_DUE = "2060-01-01"
LAST_CLOSING = "2019-10-31 15:25:56"


def real(name: str, folder: str, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    """The example workspace ``name``, having read the real data of ``folder``."""
    source = shared / "real_data" / folder
    require(source.is_dir(), f"the real data {source.name} in {shared.name}/real_data")
    workspace = svcqa.open(copy_workspace(EXAMPLES / name, tmp_path_factory.mktemp(name) / "workspace"))
    report = workspace.ingest(source_folder=source)
    assert report.quarantined == 0
    return workspace


@pytest.fixture(scope="module")
def boston(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    return real("boston311", "boston311_2011", shared, tmp_path_factory)


@pytest.fixture(scope="module")
def tickets(shared: Path) -> list[dict[str, str]]:
    with gzip.open(shared / "real_data/boston311_2011/tickets.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def nhs(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    return real("nhs_ae", "nhs_ae_4hour", shared, tmp_path_factory)


@pytest.fixture(scope="module")
def bank(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    return real("bank_callcenter", "bank_callcenter_1999_02", shared, tmp_path_factory)


# --- Boston 311: records that carry their own target ---------------------------------------------------------------


def test_boston_once_every_target_is_due(boston: svcqa.Workspace) -> None:
    figure = measured(boston, "on_time", period=HALF, as_of=EVERYTHING_DUE)
    assert (figure.numerator, figure.n) == (35_591, 47_270)
    assert f"{figure.value:.2%}" == "75.29%"
    # 43,821 closed rows have a target; of the others with a target none is closed
    assert states_of(figure) == {
        "met": 35_591,
        "breached": 43_821 - 35_591,
        "open_overdue": 47_270 - 43_821,
        "open_not_due": 0,
        "met_not_due": 0,
        "excluded": 0,
        "not_applicable": 10_981,
        "not_determinable": 0,
    }
    assert figure.total == 58_251


def test_boston_at_the_last_closing_shows_cases_met_ahead_apart(boston: svcqa.Workspace) -> None:
    figure = measured(boston, "on_time", period=HALF, as_of=LAST_CLOSING)
    assert (figure.numerator, figure.n) == (35_573, 47_252)
    assert f"{figure.value:.2%}" == "75.28%"
    assert figure["met_not_due"] == 18
    assert figure["not_applicable"] == 10_981


def test_boston_traps_give_other_figures(boston: svcqa.Workspace) -> None:
    figure = measured(boston, "on_time", period=HALF, as_of=EVERYTHING_DUE)
    closed = figure["met"] + figure["breached"]
    assert f"{figure.numerator / closed:.2%}" == "81.22%"  # leaving the open ones out flatters
    # counting rows without a target as kept: 46,572 of 58,093 flagged rows
    frame = boston.cases("on_time", period=HALF, as_of=EVERYTHING_DUE, columns=["ontime"])
    flags = Counter(frame["ontime"].fillna(""))
    assert (flags["ONTIME"], flags["ONTIME"] + flags["OVERDUE"]) == (46_572, 58_093)


def test_bostons_own_flag_is_reproduced_row_by_row(boston: svcqa.Workspace) -> None:
    frame = boston.cases("on_time", period=HALF, as_of=EVERYTHING_DUE, states=["met", "breached"], columns=["ontime"])
    pairs = Counter(zip(frame["ontime"].fillna(""), frame["state"], strict=True))
    agreeing = pairs["ONTIME", "met"] + pairs["OVERDUE", "breached"]
    assert agreeing == 43_664
    # the 157 rows whose flag is blank are all late
    assert pairs == {("ONTIME", "met"): 35_591, ("OVERDUE", "breached"): 43_664 - 35_591, ("", "breached"): 157}


def test_boston_by_department(boston: svcqa.Workspace) -> None:
    result = boston.measure("compliance", commitment="on_time", period=HALF, by=["department"], as_of=EVERYTHING_DUE)
    found = {figure.unit: (figure.n, round(figure.value, 4)) for figure in result.figures() if figure.n}
    known = {
        "PWDx": (27_202, 0.8777),
        "ISD": (7_873, 0.4155),
        "PARK": (4_581, 0.7577),
        "BTDT": (4_070, 0.8182),
        "INFO": (2_401, 0.2257),
        "PROP": (1_103, 0.9864),
        "BWSC": (34, 0.3824),
    }
    assert {unit: found[unit] for unit in known} == known
    assert (found["DISB"][0], found["BPS_"][0]) == (5, 1)
    assert sum(n for n, _ in found.values()) == 47_270


@pytest.mark.parametrize("as_of", ["2011-09-30 12:00:00", "2012-01-01", "2013-06-30"])
def test_boston_at_any_moment_equals_counting_the_rows(
    boston: svcqa.Workspace, tickets: list[dict[str, str]], as_of: str
) -> None:
    moment = dt.datetime.fromisoformat(as_of)
    expected: Counter[str] = Counter()
    for row in tickets:
        opened, target, closed = (
            dt.datetime.fromisoformat(row[name]) if row[name] else None
            for name in ("open_dt", "target_dt", "closed_dt")
        )
        assert opened is not None
        if opened > moment:
            continue
        if closed is not None and closed > moment:
            closed = None
        if target is None:
            expected["not_applicable"] += 1
        elif target <= moment:
            expected["open_overdue" if closed is None else "met" if closed <= target else "breached"] += 1
        else:
            expected["open_not_due" if closed is None else "met_not_due"] += 1
    figure = measured(boston, "on_time", period=HALF, as_of=as_of)
    assert {state: count for state, count in states_of(figure).items() if count} == expected


def test_bostons_odd_dates_are_accepted_and_listed(boston: svcqa.Workspace) -> None:
    check = boston.check()
    (file,) = check.files
    assert (file.read, file.accepted, file.quarantined) == (58_251, 58_251, 0)
    # 18 targets lie after 2020, 3 before the opening, 2,499 cases have no length
    assert file.warnings == {"due_before_start": 3, "far_date": 18, "zero_length": 2_499}
    far = [place for place in check.odd if place.reason == "far_date"]
    early = [place for place in check.odd if place.reason == "due_before_start"]
    assert (len(far), len(early)) == (18, 3)
    assert {place.column for place in far + early} == {"due_at"}
    assert any(place.got.startswith("2059-12-31") for place in far)
    assert all(place.got > "2020" for place in far)


def test_bostons_places_lead_back_to_the_source(boston: svcqa.Workspace, tickets: list[dict[str, str]]) -> None:
    for place in boston.check().odd[:200]:
        row = tickets[place.row - 2]  # the header is row 1
        source = {"due_at": "target_dt", "closed_at": "closed_dt"}[place.column]
        assert row[source] == place.got


def test_bostons_months_add_up(boston: svcqa.Workspace) -> None:
    result = boston.measure("compliance", commitment="on_time", period=HALF, by=["month"], as_of=EVERYTHING_DUE)
    months = result.figures()
    assert [figure.period for figure in months] == [f"2011-{month:02d}" for month in range(7, 13)]
    assert sum(figure.n for figure in months) == 47_270
    assert sum(figure.numerator for figure in months) == 35_591


# --- NHS: monthly returns -----------------------------------------------------------------------------------------

YEARS = "2016-04..2019-03"


def nhs_rows(nhs: svcqa.Workspace, *by: str) -> list[dict[str, Any]]:
    result = nhs.measure("compliance", commitment="four_hours", period=YEARS, by=by)
    return list(json.loads(result.to_json())["rows"])


def test_nhs_overall(nhs: svcqa.Workspace) -> None:
    figure = measured(nhs, "four_hours", period=YEARS)
    assert figure.n == 72_019_402
    assert figure.n - figure.numerator == 8_295_237
    assert f"{figure.value:.2%}" == "88.48%"
    assert figure.verdict == "missed"
    assert "unclustered" in figure.flags


def test_nhs_mean_of_cells_is_the_trap(nhs: svcqa.Workspace) -> None:
    cells = nhs_rows(nhs, "unit", "month", "type")
    assert len(cells) == 12_765
    assert f"{sum(cell['value'] for cell in cells) / len(cells):.2%}" == "93.06%"
    assert sum(cell["n"] for cell in cells) == 72_019_402


def test_nhs_by_provider_and_type(nhs: svcqa.Workspace) -> None:
    assert len(nhs_rows(nhs, "unit")) == 274
    by_type = {row["type"]: f"{row['value']:.2%}" for row in nhs_rows(nhs, "type")}
    assert by_type == {"1": "82.52%", "2": "98.83%", "other": "99.26%"}
    reaching = [row for row in nhs_rows(nhs, "unit", "type") if row["type"] == "1" and row["verdict"] == "met"]
    assert len(reaching) == 3


def test_nhs_by_month(nhs: svcqa.Workspace) -> None:
    months = {row["period"]: row["value"] for row in nhs_rows(nhs, "month", "type") if row["type"] == "1"}
    assert len(months) == 36
    best, worst = max(months, key=lambda month: months[month]), min(months, key=lambda month: months[month])
    assert (best, f"{months[best]:.2%}") == ("2016-08", "86.36%")
    assert (worst, f"{months[worst]:.2%}") == ("2019-02", "75.76%")


# --- the bank's call centre: seconds in the queue ------------------------------------------------------------------

FEBRUARY = "1999-02"


def test_bank_of_offered_calls(bank: svcqa.Workspace) -> None:
    figure = measured(bank, "within_20s_of_offered", period=FEBRUARY)
    assert (figure.numerator, figure.n) == (16_209, 33_066)
    assert f"{figure.value:.2%}" == "49.02%"
    assert figure.excluded_by == {"phantom": 278}
    assert figure.total == 33_344


def test_bank_of_answered_calls(bank: svcqa.Workspace) -> None:
    figure = measured(bank, "within_20s_of_answered", period=FEBRUARY)
    assert f"{figure.value:.2%}" == "59.68%"
    assert figure.numerator == 16_209
    # 17.86 % of the calls offered were abandoned
    assert f"{1 - figure.n / 33_066:.2%}" == "17.86%"


def test_bank_at_another_limit(bank: svcqa.Workspace) -> None:
    moved = bank.what_if("within_20s_of_offered", period=FEBRUARY).at(limit=60)
    (figure,) = moved.figures()
    assert f"{figure.value:.2%}" == "63.31%"


def test_bank_by_type_of_call(bank: svcqa.Workspace) -> None:
    result = bank.measure("compliance", commitment="within_20s_of_offered", period=FEBRUARY, by=["line"])
    found = {row["line"]: row["n"] for row in json.loads(result.to_json())["rows"]}
    assert found == {"PS": 21_269, "NW": 7_564, "NE": 2_744, "TT": 1_047, "IN": 293, "PE": 149}


def test_bank_days_add_up(bank: svcqa.Workspace) -> None:
    # the file has every day of February 1999; weeks 5 to 8 begin on Mondays 1, 8, 15 and 22
    result = bank.measure("compliance", commitment="within_20s_of_offered", period=FEBRUARY, by=["week"])
    assert [figure.period for figure in result.figures()] == [f"1999-W0{week}" for week in (5, 6, 7, 8)]
    assert sum(figure.n for figure in result.figures()) == 33_066
