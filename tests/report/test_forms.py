"""The Excel forms, read back as a user's Excel would: score board, A, B, C."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import svcqa
from support.workspaces import SAMPLE
from svcqa.catalogue import LANGUAGES, Language, text
from svcqa.entities.action import ActionItem
from svcqa.entities.base import Text
from svcqa.errors import Fault, SvcqaError
from svcqa.metrics.verdict import Judgement
from svcqa.report.forms import write_forms
from svcqa.report.words.shown import share_format
from svcqa.review.commitments import CommitmentReview
from svcqa.review.courses import Course
from svcqa.review.period_review import PeriodReview

TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
COMPANY = "示例燃气(虚构)有限公司"
FIRST_BOARD_ROW, FIRST_A_ROW, FIRST_C_ROW = 5, 5, 3
C_MONTH, C_YEAR = 4, 16
"""Columns of January and of the year in form C."""


@pytest.fixture(scope="module")
def review(sample_workspace: svcqa.Workspace) -> PeriodReview:
    return sample_workspace.reviews.review("2026H1")


@pytest.fixture(scope="module")
def whole_year(sample_workspace: svcqa.Workspace) -> PeriodReview:
    return sample_workspace.reviews.review("2025H2")


@pytest.fixture(scope="module")
def book(review: PeriodReview, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return written(review, tmp_path_factory.mktemp("forms"))


def written(review: PeriodReview, folder: Path, *, language: Language = "zh-Hans", **options: Any) -> Any:
    """The workbook of a review, written and read back."""
    path = write_forms(review, folder / "forms.xlsx", language=language, company=COMPANY, **options)
    return openpyxl.load_workbook(path)


def column(sheet: Any, number: int) -> list[Any]:
    return [sheet.cell(row, number).value for row in range(1, sheet.max_row + 1)]


def texts(sheet: Any) -> str:
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


def commitment_rows(sheet: Any, review: PeriodReview, first: int = FIRST_C_ROW) -> Iterator[tuple[int, Any]]:
    """The row of figures of each commitment in form C; the row below it holds the n, two more follow for each part."""
    for item in review.commitments:
        yield first, item
        first += 2 * (1 + len(item.parts))


def required(item: CommitmentReview) -> float | None:
    """The policy's goal, in the unit of the figure."""
    return item.commitment.required_share or item.commitment.required_score


def as_excel_reads(value: float, num_format: str) -> tuple[str, Decimal]:
    """Sign and per cent that Excel shows: 15 digits, halves away from zero."""
    sign, zeros = re.fullmatch(r'(?:"(.+)")?0\.(0+)%(?:"\*")?', num_format).groups()  # type: ignore[union-attr]
    shown = Decimal(f"{value:.15g}").scaleb(2).quantize(Decimal(1).scaleb(-len(zeros)), ROUND_HALF_UP)
    return sign or "", shown


# ---- the workbook


@pytest.mark.parametrize(
    ("language", "board", "form_a", "form_b", "form_c"),
    [
        (
            "zh-Hans",
            "2026 年上半年客户服务目标成绩总览",
            "服务目标追踪表",
            "服务目标追踪安排工作落实表",
            f"{COMPANY} 2026 年服务承诺成绩监控统计表",
        ),
        (
            "zh-Hant",
            "2026 年上半年客戶服務目標成績總覽",
            "服務目標追蹤表",
            "服務目標追蹤安排工作落實表",
            f"{COMPANY} 2026 年服務承諾成績監控統計表",
        ),
        (
            "en",
            "score board of service targets, first half of 2026",
            "Tracking of service targets (form A)",
            "Follow-up of service targets (form B)",
            f"{COMPANY}: service commitments 2026 (form C)",
        ),
    ],
)
def test_titles_speak_each_language(
    review: PeriodReview, tmp_path: Path, language: Language, board: str, form_a: str, form_b: str, form_c: str
) -> None:
    found = written(review, tmp_path, language=language)
    titles = [sheet["A1"].value for sheet in found.worksheets]
    assert titles[0].endswith(board)
    assert titles[0].startswith(COMPANY)
    assert set(titles[1:-3]) == {form_a}
    assert titles[-3:-1] == [form_b, form_c]
    assert titles[-1].startswith(COMPANY)


def test_each_owner_has_its_form_a_between_the_board_and_form_b(review: PeriodReview, book: Any) -> None:
    owners = list(dict.fromkeys(f"A {item.owner.name}" for item in review.targets))
    assert book.sheetnames == ["成绩总览", *owners, "B 工作落实表", "C 成绩监控统计表", "图表"]


def test_sheet_names_keep_excels_rules_and_stay_apart(review: PeriodReview, tmp_path: Path) -> None:
    long = "城区/城郊[抢险]:抢修*中心?" + "很长的名称" * 6

    def renamed(code: str) -> Text:
        return Text(hans=long + code)

    targets = tuple(
        replace(item, owner=item.owner.model_copy(update={"name": renamed(item.owner.code)})) for item in review.targets
    )
    found = written(replace(review, targets=targets), tmp_path)
    names = found.sheetnames
    assert len(names) == len(set(names)) == 4 + len({item.owner.code for item in review.targets})
    assert all(len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_prints_on_a4_with_its_header_and_footer(
    review: PeriodReview, tmp_path: Path, language: Language
) -> None:
    for sheet in written(review, tmp_path, language=language).worksheets:
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.orientation == "landscape"
        if sheet._charts:  # Excel heeds breaks between pages only where nothing is fitted
            assert len(sheet.row_breaks.brk) == len(sheet._charts) - 1
            assert sheet.page_setup.scale <= 100
        else:
            # the width of one page is what the format means where it says nothing
            assert sheet.page_setup.fitToWidth in (None, 1)
            assert sheet.page_setup.fitToHeight == 0
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert re.fullmatch(r"\$\d+:\$\d+", sheet.print_title_rows)
        assert sheet.print_area.replace("$", "").endswith(f"{sheet.cell(sheet.max_row, sheet.max_column).coordinate}")
        footer = sheet.oddFooter
        for pinned in ("2026-07-01 00:00", *(review.about[name] for name in ("policy", "records", "calendar"))):
            assert pinned in footer.left.text
        assert "&P" in footer.right.text
        assert "&N" in footer.right.text


def test_the_same_review_gives_the_same_bytes(review: PeriodReview, tmp_path: Path) -> None:
    one, two = (
        write_forms(review, tmp_path / folder / "forms.xlsx", language="zh-Hans", company=COMPANY).read_bytes()
        for folder in ("one", "two")
    )
    assert one == two
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["forms.xlsx"]


def test_a_file_is_replaced_as_a_whole(review: PeriodReview, tmp_path: Path) -> None:
    path = tmp_path / "forms.xlsx"
    path.write_text("an older file")
    assert write_forms(review, path, language="en", company=COMPANY) == path
    assert openpyxl.load_workbook(path).sheetnames[0] == "Score board"


@pytest.mark.parametrize("wicked", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A1", "http://example.org"])
def test_text_stays_text(review: PeriodReview, tmp_path: Path, wicked: str) -> None:
    action = ActionItem(category=wicked, problem=wicked, action=wicked, responsible=wicked, tracker=wicked, unit="C")
    found = written(replace(review, actions=(action,)), tmp_path, proposals=(action,))
    cells = [cell for sheet in found.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert sum(cell.value == wicked for cell in cells) >= 8
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells if cell.value == wicked)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_place_in_a_text_is_left_unfilled(review: PeriodReview, tmp_path: Path, language: Language) -> None:
    for sheet in written(review, tmp_path, language=language).worksheets:
        assert not re.search(r"\{\w*\}|None|nan", texts(sheet))


# ---- the score board


def board_rows(book: Any, review: PeriodReview) -> Iterator[tuple[Any, list[Any]]]:
    sheet = book.worksheets[0]
    for place, item in enumerate(review.targets):
        yield item, list(sheet[FIRST_BOARD_ROW + place])


def test_the_board_shows_every_target_with_its_exact_figures(book: Any, review: PeriodReview) -> None:
    shown = 0
    for item, cells in board_rows(book, review):
        now, year = item.course.now, item.course.year
        assert now is not None
        assert year is not None
        assert str(item.target.name) in cells[1].value
        assert cells[2].value == str(item.owner.name)
        if item.target.kind == "milestone":
            assert cells[4].value == ("按期完成" if now.value else "逾期未完成")
            continue
        assert cells[3].value == (item.target.goal if item.target.kind == "level" else now.goal)
        before = item.course.year_before, item.course.previous
        expected = (now.value, now.lower, now.upper, now.n, *(figure.value for figure in before), year.value)
        got = (*(cells[place].value for place in (4, 5, 6, 7, 11, 13)), cells[15].value)
        assert got == tuple("—" if value is None else value for value in expected)
        shown += 1
    assert shown >= 30


def test_the_board_says_verdict_evidence_and_risk_in_words(book: Any, review: PeriodReview) -> None:
    verdicts = {"met": "✓ 达标", "missed": "✗ 未达标"}
    evidence = {"clear": "明确", "unclear": "不明确", "": "—"}
    for item, cells in board_rows(book, review):
        assert cells[8].value == verdicts[item.judged.verdict]
        assert cells[9].value == evidence[item.judged.evidence]
        assert ("有风险" in cells[10].value) == item.judged.at_risk
    assert (
        f"未达标 {sum(item.judged.verdict == 'missed' for item in review.targets)} 项" in book.worksheets[0]["A2"].value
    )


def test_changes_are_percentage_points_between_the_figures_shown(book: Any, review: PeriodReview) -> None:
    for item, cells in board_rows(book, review):
        if item.target.kind == "level":
            for figure, change in ((11, 12), (13, 14)):
                assert cells[change].value == pytest.approx((cells[4].value - cells[figure].value) * 100, abs=1e-12)


def test_what_the_rest_must_reach_or_that_it_cannot(book: Any, review: PeriodReview) -> None:
    lost = 0
    for item, cells in board_rows(book, review):
        needed = item.judged.needed
        if item.target.kind == "level" and needed is not None and needed > 1:
            assert cells[16].value == "已不可能"
            lost += 1
        elif needed:
            assert cells[16].value == needed
    assert lost >= 2


def test_nothing_is_asked_of_a_year_that_is_over(whole_year: PeriodReview, tmp_path: Path) -> None:
    found = written(whole_year, tmp_path)
    assert {cells[16].value for _, cells in board_rows(found, whole_year)} == {"—"}


def test_flags_stand_in_words(book: Any, review: PeriodReview) -> None:
    for item, cells in board_rows(book, review):
        remarks = cells[17].value or ""
        for flag in item.course.now.flags:
            assert text(f"wording.flag_{flag}", "zh-Hans") in remarks
            assert flag not in remarks
    assert "待与公司制度核对" in texts(book.worksheets[0])


def test_a_target_without_a_figure_says_why(review: PeriodReview, tmp_path: Path) -> None:
    fault = SvcqaError(Fault("unknown_commitment", got="'gone'"))
    first = replace(
        review.targets[0],
        course=Course(now=None, previous=None, year_before=None, year=None, months=(), cumulative=(), year_months=()),
        judged=Judgement(),
        fault=fault,
    )
    cells = list(
        written(replace(review, targets=(first, *review.targets[1:])), tmp_path).worksheets[0][FIRST_BOARD_ROW]
    )
    assert cells[4].value == "—"
    assert "没有名为 'gone' 的承诺" in cells[17].value


# ---- how a share reads


@given(
    goal=st.sampled_from([0.9, 0.95, 0.975, 0.98, 0.999, 0.9999, 1.0]),
    below=st.floats(min_value=1e-13, max_value=0.2),
)
@example(goal=0.95, below=0.0004)
@example(goal=0.9999, below=1e-12)
def test_a_share_below_its_goal_never_reads_as_the_goal(goal: float, below: float) -> None:
    value = goal - below
    sign, shown = as_excel_reads(value, share_format(value, goal, mark=True))
    assert "▼" in sign
    assert "<" in sign or shown < Decimal(f"{goal:.15g}").scaleb(2)


@given(value=st.floats(min_value=0.5, max_value=1, exclude_max=True))
def test_only_a_full_hundred_per_cent_reads_so(value: float) -> None:
    sign, shown = as_excel_reads(value, share_format(value, 0.5))
    assert "▼" not in sign
    assert "<" in sign or shown < 100


def test_decimals_follow_the_goal() -> None:
    assert share_format(0.96, 0.95) == "0.0%"
    assert share_format(0.99992, 0.9999) == "0.000%"
    assert share_format(1.0, 0.9999) == "0.000%"


def test_near_misses_are_told_apart_on_form_c(review: PeriodReview, tmp_path: Path) -> None:
    item = next(item for item in review.commitments if item.commitment.required_share == 0.95)
    year = item.course.year
    assert year is not None
    near = replace(year, value=0.94996, numerator=94_996, n=100_000)
    changed = replace(item, course=replace(item.course, year=near))
    commitments = tuple(changed if other is item else other for other in review.commitments)
    sheet = written(replace(review, commitments=commitments), tmp_path).worksheets[-2]
    row = next(row for row, other in commitment_rows(sheet, review) if other is item)
    cell = sheet.cell(row, C_YEAR)
    assert cell.value == 0.94996
    assert as_excel_reads(cell.value, cell.number_format) == ("▼", Decimal("94.996"))


# ---- form A


def test_form_a_has_at_least_ten_numbered_rows(book: Any) -> None:
    for sheet in book.worksheets[1:-3]:
        numbers = [value for value in column(sheet, 1) if isinstance(value, int)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= 10
        assert "责任人" in texts(sheet)


def test_form_a_reports_the_last_month_and_the_year_so_far(book: Any, review: PeriodReview) -> None:
    for sheet in book.worksheets[1:-3]:
        items = [item for item in review.targets if sheet.title == f"A {item.owner.name}"]
        assert "2026-06" in sheet["C3"].value
        for row, item in enumerate(items, start=FIRST_A_ROW):
            assert str(item.target.name) in sheet.cell(row, 2).value
            if item.target.kind == "level":
                last, year = item.course.months[-1], item.course.year
                assert last.period == "2026-06"
                assert year is not None
                got = [sheet.cell(row, place).value for place in range(3, 7)]
                assert got == [last.value, last.n, year.value, year.n]
                assert ("▼" in sheet.cell(row, 5).number_format) == (year.value < item.target.goal)


def test_a_noted_action_stands_where_otherwise_the_facts_do(review: PeriodReview, tmp_path: Path) -> None:
    place, missed = next((n, item) for n, item in enumerate(review.targets) if item.judged.verdict == "missed")
    action = ActionItem(
        category="安全",
        problem="夜间班次不足。",
        action="增设值守点",
        due=dt.date(2026, 8, 31),
        target=missed.target.key,
        unit=missed.owner.code,
    )
    for review_of, expected in (
        (review, "※"),
        (replace(review, actions=(action,)), "夜间班次不足；措施：增设值守点；完成时间：2026-08-31"),
    ):
        cell = written(review_of, tmp_path).worksheets[1].cell(FIRST_A_ROW + place, 7)
        assert cell.value.startswith(expected)
        assert bool(cell.font.italic) == (review_of is review)


def test_targets_that_are_met_clearly_get_no_hint(book: Any, review: PeriodReview) -> None:
    sheet = book.worksheets[1]
    for row, item in enumerate((item for item in review.targets if item.owner.code == "C"), start=FIRST_A_ROW):
        needs_words = item.judged.verdict == "missed" or item.judged.at_risk
        assert bool(sheet.cell(row, 7).value) == needs_words


def test_an_action_of_a_unit_that_names_no_target_has_a_row_of_its_own(review: PeriodReview, tmp_path: Path) -> None:
    action = ActionItem(category="培训", problem="新员工上岗前未演练", unit="CQ-KF")
    found = written(replace(review, actions=(action,)), tmp_path)
    unit = next(item.owner for item in review.targets if item.owner.code == "CQ-KF")
    sheet = found[f"A {unit.name}"]
    row = column(sheet, 2).index("培训") + 1
    assert sheet.cell(row, 7).value == "新员工上岗前未演练"
    assert sum("培训" in column(other, 2) for other in found.worksheets[1:-3]) == 1


def test_rows_grow_with_their_text(review: PeriodReview, tmp_path: Path) -> None:
    heights = []
    for times in (1, 20):
        action = ActionItem(category="类别", problem="城北片区距驻点较远。" * times, unit="C")
        sheet = written(replace(review, actions=(action,)), tmp_path).worksheets[-3]
        heights.append(sheet.row_dimensions[4].height)
    # 200 characters at 9 points in a column for about 25 are 8 lines or more
    assert heights[1] >= 8 * 9 * 1.3 > heights[0]


# ---- form B


def test_form_b_shows_what_is_agreed_then_what_is_proposed_then_empty_rows(
    review: PeriodReview, tmp_path: Path
) -> None:
    agreed = ActionItem(
        category="安全",
        problem="夜间到场慢",
        action="增设值守点",
        due=dt.date(2026, 8, 31),
        responsible="抢险中心",
        tracker="李主任",
    )
    proposed = ActionItem(category="客户意见", problem="答复超时", unit="CQ-KF")
    sheet = written(replace(review, actions=(agreed,)), tmp_path, proposals=(proposed,)).worksheets[-3]
    rows = list(sheet.iter_rows(min_row=3, max_col=6, values_only=True))
    assert rows[0] == ("类别", "存在问题", "行动对策", "完成时间", "责任单位", "追踪人")
    assert rows[1] == ("安全", "夜间到场慢", "增设值守点", dt.datetime(2026, 8, 31), "抢险中心", "李主任")
    assert rows[2] == ("【建议】客户意见", "答复超时", None, None, "城区客户服务部", None)
    assert not sheet["A4"].font.italic
    assert sheet["A5"].font.italic
    assert all(row == (None,) * 6 for row in rows[3:11])
    assert sheet["A6"].border.bottom.style == "thin"
    assert "尚未商定" in texts(sheet)


def test_form_b_keeps_rows_to_write_on_however_many_are_noted(review: PeriodReview, tmp_path: Path) -> None:
    actions = tuple(ActionItem(category="类别", problem=f"问题 {number}") for number in range(30))
    sheet = written(replace(review, actions=actions), tmp_path).worksheets[-3]
    empty = [row for row in sheet.iter_rows(min_row=34, max_col=6) if row[0].border.bottom.style and not row[1].value]
    assert len(empty) == 4


# ---- form C


def test_the_year_of_form_c_is_recomputed_from_its_parts(
    sample_workspace: svcqa.Workspace, book: Any, review: PeriodReview
) -> None:
    sheet, differs = book.worksheets[-2], 0
    for row, item in commitment_rows(sheet, review):
        # months add up; of a promise per quarter only the whole quarters do
        parts = [figure for figure in item.course.year_months if "cycle_open" not in figure.flags]
        assert len(parts) == (2 if item.commitment.cycle == "quarter" else 6)
        year = item.course.year
        assert year is not None
        if "designed" in year.flags:  # its parts are the waves, each with the customers that it speaks for
            waves = [
                dict(sample_workspace.measure("rating", commitment=item.commitment.key, period=label).rows[0])
                for label in ("2026Q1", "2026Q2")
            ]
            whole = sum(wave["population"] for wave in waves)
            good = sum(wave["value"] * wave["population"] for wave in waves)
            values = [wave["value"] for wave in waves]
            assert year.n == sum(wave["n"] for wave in waves)
            assert sheet.cell(row, C_YEAR).value == pytest.approx(good / whole, rel=1e-12)
            differs += abs(sum(values) / len(values) - good / whole) > 1e-9
            continue
        good, whole = sum(part.numerator or 0 for part in parts), sum(part.base or part.n or 0 for part in parts)
        assert (year.numerator, year.base or year.n) == (good, whole)
        assert sheet.cell(row, C_YEAR).value == pytest.approx(good / whole, rel=1e-15)
        values = [part.value for part in parts if part.value is not None]
        differs += abs(sum(values) / len(values) - good / whole) > 1e-9
    assert differs >= 9
    assert "不是各月的平均" in texts(sheet)


def test_form_c_has_months_with_their_n_and_leaves_the_others_empty(book: Any, review: PeriodReview) -> None:
    sheet = book.worksheets[-2]
    for first, item in commitment_rows(sheet, review):
        for number, course in enumerate((item.course, *(part.course for part in item.parts))):
            row = first + 2 * number
            assert len(course.year_months) == 6
            for place, month in enumerate(course.year_months):
                assert sheet.cell(row, C_MONTH + place).value == month.value
                assert sheet.cell(row + 1, C_MONTH + place).value == month.n
            assert [sheet.cell(row, C_MONTH + place).value for place in range(6, 12)] == [None] * 6
    assert sheet.cell(2, C_YEAR).value == "全年\n（至 6 月）"


def test_all_eleven_rows_of_the_sample_have_their_figures(book: Any, review: PeriodReview) -> None:
    sheet, rows = book.worksheets[-2], 0
    for row, _ in commitment_rows(sheet, review):
        shown = [sheet.cell(row, place).value for place in (*range(C_MONTH, C_MONTH + 6), C_YEAR)]
        assert all(isinstance(value, float | int) for value in shown)
        rows += 1
    assert rows == 11


def test_a_promise_per_quarter_shows_what_was_reached_so_far(book: Any, review: PeriodReview) -> None:
    """Households as truth.json counted them: since the quarter began, of those of the month."""
    sheet = book.worksheets[-2]
    first, item = next((row, item) for row, item in commitment_rows(sheet, review) if item.parts)
    assert item.commitment.key == "safety_visit"
    assert sheet.cell(first + 2, 2).value == "其中：入户率"
    for place in range(6):
        counted = TRUTH["coverage_so_far"][f"2026-{place + 1:02d}"]["C"]
        for row, name in ((first, "visited"), (first + 2, "entered")):
            cell = sheet.cell(row, C_MONTH + place)
            assert cell.value == pytest.approx(counted[name] / counted["households"], rel=1e-15)
            assert sheet.cell(row + 1, C_MONTH + place).value == counted["households"]
            assert cell.number_format.endswith('"†"') == (place not in (2, 5))


def test_goals_stand_in_the_unit_of_the_figure(book: Any, review: PeriodReview) -> None:
    sheet = book.worksheets[-2]
    shown = {item.commitment.key: sheet.cell(row, 3).number_format for row, item in commitment_rows(sheet, review)}
    assert shown["supply_continuity"] == '"≥"0.00%'
    assert shown["attitude"] == '"≥"0" 分"'
    assert shown["skill"] == '"≥"0.0" 分"'


def test_the_second_half_shows_all_twelve_months(whole_year: PeriodReview, tmp_path: Path) -> None:
    sheet = written(whole_year, tmp_path).worksheets[-2]
    assert sheet.cell(2, C_YEAR).value == "全年"
    for row, item in commitment_rows(sheet, whole_year):
        months = [sheet.cell(row, C_MONTH + place).value for place in range(12)]
        assert months == [figure.value for figure in item.course.year_months]
        assert len(months) == 12


def test_exactly_the_missed_cells_are_marked(book: Any, review: PeriodReview) -> None:
    sheet, marked = book.worksheets[-2], 0
    for row, item in commitment_rows(sheet, review):
        goal = required(item)
        assert goal is not None
        for cell in sheet[row][C_MONTH - 1 : C_YEAR]:
            is_open = "†" in cell.number_format
            missed = isinstance(cell.value, float | int) and cell.value < goal and not is_open
            assert ("▼" in cell.number_format) == missed
            assert bool(cell.font.bold) == missed
            marked += missed
    assert marked >= 10


def test_form_c_lists_the_commitments_in_their_order_under_merged_categories(book: Any, review: PeriodReview) -> None:
    sheet = book.worksheets[-2]
    for row, item in commitment_rows(sheet, review):
        assert sheet.cell(row, 2).value == f"{item.commitment.item}\n{item.commitment.promise}"
        assert sheet.cell(row, 3).value == required(item)
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert {"A3:A8", "A9:A16", "B3:B4", "B11:B12", "Q9:Q12"} <= merged
    for word in ("次月 7 日前", "填表人", "复核人", "签发人"):
        assert word in texts(sheet)


def test_form_c_before_the_half_is_over(sample_workspace: svcqa.Workspace, tmp_path: Path) -> None:
    review = sample_workspace.reviews.review("2026H1", as_of="2026-04-15", unit="CQ")
    sheet = written(review, tmp_path).worksheets[-2]
    assert sheet["A2"].value == "范围：城区分公司"
    for row, item in commitment_rows(sheet, review, FIRST_C_ROW + 1):
        if item.commitment.key == "emergency_arrival":
            assert sheet.cell(row, C_MONTH + 3).number_format.endswith('"*"')
        assert [sheet.cell(row, C_MONTH + place).value for place in (4, 5)] == [None, None]


def test_a_commitment_that_could_not_be_computed_is_named_with_the_reason(review: PeriodReview, tmp_path: Path) -> None:
    first = review.commitments[0]
    empty = Course(now=None, previous=None, year_before=None, year=None, months=(), cumulative=(), year_months=())
    fault = SvcqaError(Fault("no_records", got="monthly_returns"))
    broken = replace(first, course=empty, judged=Judgement(), parts=(), departments=(), cases=None, fault=fault)
    sheet = written(replace(review, commitments=(broken, *review.commitments[1:])), tmp_path).worksheets[-2]
    assert [sheet.cell(FIRST_C_ROW, place).value for place in range(C_MONTH, C_YEAR + 1)] == [None] * 13
    assert f"{first.commitment.item}：数据表 monthly_returns 里还没有记录" in texts(sheet)


# ---- how limits are counted


def test_every_form_that_bears_such_a_figure_names_how_its_limit_is_counted(
    review: PeriodReview, tmp_path: Path
) -> None:
    # The policy: complaint_reply within 3 working days counted from the next day, stoppage_notice 48 hours ahead.
    found = written(review, tmp_path, language="zh-Hans")
    line = next(line for line in texts(found.worksheets[-2]).splitlines() if "时限的计法" in line)
    assert "处理客户意见：3 个工作日（次日起算）" in line
    assert "48 小时（提前）" in line
    assert "接通" not in line  # rings are counted in one way only
    bearing = {
        item.owner.code: str(item.target.name)
        for item in review.targets
        if item.commitment is not None and item.commitment.key == "complaint_reply"
    }
    assert bearing
    for sheet in found.worksheets[: 1 + len({item.owner.code for item in review.targets})]:
        owner = next((item.owner for item in review.targets if sheet.title == f"A {item.owner.name}"), None)
        if owner is None or owner.code in bearing:
            assert "3 个工作日（次日起算）" in texts(sheet), sheet.title
        else:
            assert "次日起算" not in texts(sheet), sheet.title


def test_form_b_names_the_counting_where_an_action_speaks_of_such_a_figure(
    review: PeriodReview, tmp_path: Path
) -> None:
    target = next(
        item.target
        for item in review.targets
        if item.commitment is not None and item.commitment.key == "complaint_reply"
    )
    action = ActionItem(unit="C-FW", category="服务", problem="答复偏慢", target=target.key)
    with_it = written(replace(review, actions=(action,)), tmp_path, language="en")
    assert "from the next day" in texts(with_it.worksheets[-3])
    other = replace(review, actions=(action.model_copy(update={"target": ""}),))
    without = written(other, tmp_path, language="en")
    assert "from the next day" not in texts(without.worksheets[-3])
