"""What people read: rounding, words, tables, pictures."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import svcqa
from svcqa.catalogue import LANGUAGES, Language
from svcqa.entities.target import LevelTarget
from svcqa.metrics.result import STATES, Result, Scale
from svcqa.report import charts, tables
from svcqa.report.words import figures as wording
from svcqa.report.words.headline import headline
from svcqa.report.words.proposals import proposals
from svcqa.review.period_review import PeriodReview


@pytest.fixture(scope="module")
def review(sample_workspace: svcqa.Workspace) -> PeriodReview:
    return sample_workspace.reviews.review("2026H1")


@given(st.floats(0, 1), st.sampled_from([0.8, 0.9, 0.95, 0.98, 0.995, 0.9999, 1.0]))
def test_rounding_never_makes_a_miss_look_met(value: float, goal: float) -> None:
    text = wording.percent(value, goal)
    shown = Decimal(text.strip("<%"))
    if Decimal(f"{value:.15g}") < Decimal(str(goal)):
        assert shown < Decimal(str(goal)) * 100 or text.startswith("<")
    if Decimal(f"{value:.15g}") < 1:
        assert shown < 100 or text.startswith("<")
    assert abs(float(shown) / 100 - value) <= 0.0005


@pytest.mark.parametrize(
    ("value", "goal", "text"),
    [
        (0.94996, 0.95, "94.996%"),  # not 95.0 %: it is a miss
        (0.9499999999, 0.95, "<95.0%"),
        (0.95, 0.95, "95.0%"),
        (0.99989, 0.9999, "99.989%"),
        (0.99996, None, "99.996%"),  # not 100 %: something was missed
        (1.0, 0.95, "100.0%"),
        (None, 0.95, "—"),
    ],
)
def test_percentages(value: float | None, goal: float | None, text: str) -> None:
    assert wording.percent(value, goal) == text


@given(st.floats(0, 100), st.sampled_from([8.5, 9.0, 24.0, 0.25, 48.0]), st.sampled_from(["higher", "lower"]))
@example(24.0000001, 24.0, "lower")
@example(8.9999999, 9.0, "higher")
def test_no_figure_reads_as_a_goal_that_it_misses(
    value: float, goal: float, better: Literal["higher", "lower"]
) -> None:
    """What is read is beyond the goal on the same side, or says so with a sign."""
    scale = Scale("hour", better)
    shown = wording.level(value, scale, goal)
    if scale.reached(value, goal):
        assert shown[0] not in "<>"
    elif shown[0] in "<>":
        assert shown[0] == (">" if better == "lower" else "<")
    else:
        assert not scale.reached(float(shown), goal)


@pytest.mark.parametrize(
    ("lower", "upper", "unit", "shown"),
    [
        (2.0, None, "hour", "≥2.0"),
        (None, 3.0, "hour", "≤3.0"),
        (2.0, 3.0, "hour", "2.0–3.0"),
        (None, None, "hour", "—"),
        (0.5, None, "share", "≥50.0%"),
        (0.5, 0.75, "share", "50.0–75.0%"),
    ],
)
def test_an_interval_may_have_one_end_only(lower: float | None, upper: float | None, unit: str, shown: str) -> None:
    (figure,) = Result(({"value": 2.5, "lower": lower, "upper": upper},), unit=unit).figures()
    assert wording.level_interval(figure, Scale(unit)) == shown


def test_a_change_that_rounds_to_nothing_has_no_sign() -> None:
    assert wording.points(0.95, 0.95001, "en") == "0.0 pp"
    assert wording.points(0.96, 0.95, "en") == "+1.0 pp"
    assert wording.points(0.94, 0.95, "zh-Hans") == "-1.0 个百分点"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_speaks_the_language_and_is_the_same_each_time(
    review: PeriodReview, sample_workspace: svcqa.Workspace, language: Language
) -> None:
    again = sample_workspace.reviews.review("2026H1")
    for make in (
        tables.reviews.board,
        tables.reviews.progress,
        tables.reviews.months,
        tables.reviews.states,
        tables.reviews.exclusions,
        tables.reviews.about,
    ):
        first, second = make(review, language), make(again, language)
        assert first.equals(second)
        assert len(first) > 0
        if language == "en":
            assert not re.search(r"[\u4e00-\u9fff]", " ".join(map(str, first.columns)))


def test_states_add_up_to_the_total(review: PeriodReview) -> None:
    frame = tables.reviews.states(review, "en")
    names = [name for state in STATES if (name := wording.state(state, "en")) in frame]
    assert "met" in names
    assert "not yet determinable" not in names  # no commitment waits for what the customer does
    for row in frame.to_dict("records"):
        number = {name: int(str(row[name]).replace(",", "")) for name in [*names, "Total"]}
        assert sum(number[name] for name in names) == number["Total"]


def test_the_board_has_a_row_for_every_target_of_the_year(
    review: PeriodReview, sample_workspace: svcqa.Workspace
) -> None:
    assert len(tables.reviews.board(review, "en")) == len(sample_workspace.policies.targets_of(2026))


def test_the_picture_shows_the_figures_of_the_company(review: PeriodReview) -> None:
    picture = charts.targets(review, "en")
    wanted = [item for item in review.targets if isinstance(item.target, LevelTarget) and item.owner.code == "C"]
    assert len(picture.data) == len(wanted)
    for row, item in zip(picture.data.to_dict("records"), wanted, strict=True):
        assert item.course.now is not None
        assert item.course.now.value is not None
        assert row["value"] == pytest.approx((item.course.now.value - item.target.goal) * 100)
        if item.course.now.lower is not None:  # shares of amounts have none
            assert row["lower"] <= row["value"] <= row["upper"]
    svg = picture.svg()
    assert svg.startswith("<svg")
    assert not re.findall(r"""(?:href|src)=["']https?:""", svg)


def test_the_title_of_the_months_says_the_finding(review: PeriodReview) -> None:
    emergency = next(item for item in review.commitments if item.commitment.key == "emergency_arrival")
    title = charts.months(review, emergency, "zh-Hans").title
    assert "城郊抢险抢修中心" in title  # truth.json: the department that worsens


def test_the_headline_names_what_is_missed(review: PeriodReview) -> None:
    said = headline(review, "zh-Hans")
    missed = [item for item in review.targets if item.owner.code == "C" and item.judged.verdict == "missed"]
    assert missed
    for item in missed:
        assert item.target.name.in_language("zh-Hans") in said


def test_every_missed_or_risky_target_is_proposed_for_form_b(review: PeriodReview) -> None:
    proposed = {(item.target, item.unit) for item in proposals(review, "en")}
    wanted = {
        (item.target.key, item.owner.code)
        for item in review.targets
        if item.judged.verdict == "missed" or item.judged.at_risk
    }
    assert proposed == wanted


def test_an_estimate_by_design_is_not_compared_with_the_mean_of_whoever_was_reached(review: PeriodReview) -> None:
    """The sample drew its first waves in 2026; the callbacks of 2025 have no design."""
    attitude = next(item for item in review.commitments if item.commitment.key == "attitude")
    assert attitude.course.now is not None
    assert attitude.course.year_before is not None
    assert "designed" in attitude.course.now.flags
    assert "undesigned" in attitude.course.year_before.flags
    whole = tables.reviews.departments(attitude, "zh-Hans").iloc[-1]
    assert whole["同比"] == "口径不同"
