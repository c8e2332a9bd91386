"""The formulas of form C's eleven rows: a spreadsheet that LibreOffice calculates, and svcqa, from the same records.

The workbook holds the raw records of a small fictional company, a sheet a table, and plain Excel formulas for January,
February and the year (DOMAIN §2, and the mean and maximum of the telecom rules as a twelfth row). None of its formulas
has a value when it is written: LibreOffice has to calculate them. The same workbook is then read as the source of a
workspace.
"""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

import svcqa
from support.workspaces import commitment, make_workspace, require
from svcqa.report.forms import write_forms
from svcqa.review.period_review import PeriodReview

Moment = dt.datetime
AS_OF = "2027-01-01"
WINDOWS = (
    ("2026-01", dt.date(2026, 1, 1), dt.date(2026, 2, 1)),
    ("2026-02", dt.date(2026, 2, 1), dt.date(2026, 3, 1)),
    ("2026", dt.date(2026, 1, 1), dt.date(2027, 1, 1)),
)
HOLIDAYS = [dt.date(2026, 1, 1), dt.date(2026, 1, 2), *(dt.date(2026, 2, day) for day in range(16, 24))]
MADE_UP = [dt.date(2026, 2, 14), dt.date(2026, 2, 28)]
"""Saturdays worked in place of holidays: what NETWORKDAYS does not know."""


def at(text: str) -> Moment | None:
    """A moment of 2026: ``01-08 09:00``."""
    return dt.datetime.fromisoformat(f"2026-{text}") if text else None


# --- the records ----------------------------------------------------------------------------------------------------

OUTAGES = [
    ("T1", "D1", "planned", at("01-08 09:00"), at("01-06 09:00"), at("01-08 09:05"), at("01-08 15:00"), 120),
    ("T2", "D2", "planned", at("01-20 09:00"), at("01-18 09:00:01"), at("01-20 09:00"), at("01-21 09:00"), 80),
    ("T3", "D1", "fault", None, None, at("01-31 20:00"), at("02-02 03:30"), 45),
    ("T4", "D2", "emergency", None, None, at("02-10 01:00"), at("02-12 01:00"), 300),
    ("T5", "D1", "planned", at("02-15 09:00"), None, at("02-15 10:00"), at("02-15 12:00"), 60),
    ("T6", "D2", "fault", None, None, at("02-20 10:00"), at("02-21 10:00:01"), 10),
    ("T7", "D1", "planned", at("06-03 09:00"), at("05-29 16:00"), at("06-03 09:00"), at("06-03 17:45"), 210),
]
COUNTS = [
    (unit, dt.datetime(2026, month, 1), base + 3 * month, base + month)
    for month in range(1, 13)
    for unit, base in (("D1", 1000), ("D2", 400))
]
INSPECTIONS = [
    ("V1", "D1", "H1", at("01-05 09:00"), "entered"),
    ("V2", "D1", "H2", at("01-06 09:00"), "nobody_home"),
    ("V3", "D2", "H3", at("01-07 09:00"), "refused"),
    ("V4", "D2", "H4", at("01-31 23:59:59"), "entered"),
    ("V5", "D1", "H2", at("02-03 09:00"), "entered"),
    ("V6", "D1", "H1", at("02-04 09:00"), "nobody_home"),
    ("V7", "D2", "H3", at("02-05 09:00"), "nobody_home"),
    ("V8", "D2", "H5", at("03-05 09:00"), "entered"),
    ("V9", "D1", "H1", at("04-01 00:00"), "entered"),
    ("V10", "D1", "H6", at("09-30 10:00"), "entered"),
]
DUTY_GAPS = [
    ("G1", "D1", "line", at("01-10 10:00"), at("01-10 10:30")),
    ("G2", "D1", "line", at("01-10 10:20"), at("01-10 10:40")),
    ("G3", "D1", "line", at("01-31 23:40"), at("02-01 00:25")),
    ("G4", "D1", "line", at("02-11 03:00"), at("02-11 03:07:30")),
    ("G5", "D1", "line", at("08-01 08:00"), at("08-01 09:00")),
]
WORK_ORDERS = [
    ("W1", "emergency", "D1", at("01-03 02:00"), at("01-03 02:40"), None),
    ("W2", "emergency", "D2", at("01-04 02:00"), at("01-04 02:40:01"), None),
    ("W3", "emergency", "D1", at("01-05 02:00"), at("01-05 02:12"), None),
    ("W4", "emergency", "D1", at("02-05 12:00"), None, None),
    ("W5", "emergency", "D2", at("02-06 12:00"), at("02-06 12:33"), None),
    ("W6", "emergency", "D2", at("07-06 12:00"), at("07-06 12:20"), None),
    ("W7", "install", "D1", at("01-08 10:00"), None, at("01-15 17:00")),  # the fifth working day
    ("W8", "install", "D1", at("01-08 10:00"), None, at("01-16 08:00")),  # the sixth
    ("W9", "install", "D2", at("01-30 10:00"), None, at("01-30 16:00")),
    ("W10", "install", "D2", at("02-12 10:00"), None, at("02-26 16:00")),  # holidays and a Saturday between
    ("W11", "install", "D2", at("02-12 10:00"), None, at("02-27 16:00")),
    ("W12", "install", "D1", at("02-13 10:00"), None, None),
    ("W13", "install", "D1", at("10-12 10:00"), None, at("10-13 10:00")),
    ("W14", "fault", "D1", at("01-05 08:00"), None, at("01-05 18:00")),
    ("W15", "fault", "D2", at("01-06 08:00"), None, at("01-08 09:20")),
    ("W16", "fault", "D1", at("02-06 08:00"), None, at("02-06 20:30")),
    ("W17", "fault", "D2", at("02-27 08:00"), None, at("03-01 07:00")),
    ("W18", "fault", "D1", at("05-06 08:00"), None, at("05-07 20:00")),
]
CALLS = [
    (f"L{number}", "D1", at(f"{day} 09:00"), outcome, rings)
    for number, (day, outcome, rings) in enumerate(
        [
            ("01-05", "answered", 1),
            ("01-05", "answered", 3),
            ("01-06", "answered", 4),
            ("01-06", "abandoned", 2),
            ("02-05", "answered", 2),
            ("02-06", "answered", 9),
            ("02-07", "busy", None),
            ("02-08", "answered", 5),
            ("11-05", "answered", 1),
        ]
    )
]
CALLBACKS = [
    (f"K{number}", question, "D1", at(f"{day} 14:00"), outcome, score)
    for number, (question, day, outcome, score) in enumerate(
        [
            ("attitude", "01-05", "reached", 9),
            ("attitude", "01-06", "reached", 10),
            ("attitude", "01-07", "no_answer", None),
            ("attitude", "02-05", "reached", 7),
            ("attitude", "02-06", "reached", 8),
            ("attitude", "02-07", "reached", 10),
            ("skill", "01-05", "reached", 6),
            ("skill", "02-05", "reached", 9),
            ("skill", "02-06", "reached", 8),
            ("attitude", "12-05", "reached", 1),
            ("skill", "12-05", "reached", 10),
            ("skill", "01-08", "declined", None),
        ]
    )
]
COMPLAINTS = [
    ("C1", "D1", at("01-08 10:00"), at("01-13 17:00")),  # Tuesday is the third working day after Thursday
    ("C2", "D1", at("01-08 10:00"), at("01-14 08:00")),
    ("C3", "D2", at("01-09 23:00"), at("01-10 09:00")),
    ("C4", "D2", at("02-13 10:00"), at("02-25 23:59:59")),  # the made-up Saturday is day 1, the holidays none
    ("C5", "D1", at("02-13 10:00"), at("02-26 00:00")),
    ("C6", "D1", at("02-24 10:00"), None),
    ("C7", "D2", at("09-24 10:00"), at("09-25 10:00")),
]
COLUMNS: dict[str, tuple[str, ...]] = {
    "outages": (
        "outage_id",
        "unit",
        "kind",
        "planned_at",
        "notified_at",
        "started_at",
        "restored_at",
        "customers_affected",
    ),
    "customer_counts": ("unit", "month", "valid_customers", "households"),
    "inspections": ("visit_id", "unit", "customer", "visited_at", "outcome"),
    "duty_gaps": ("gap_id", "unit", "post", "started_at", "ended_at"),
    "work_orders": ("order_id", "order_type", "unit", "received_at", "arrived_at", "resolved_at"),
    "calls": ("call_id", "unit", "started_at", "outcome", "rings"),
    "callbacks": ("callback_id", "question", "unit", "called_at", "outcome", "score"),
    "complaints": ("complaint_id", "unit", "received_at", "replied_at"),
}
RECORDS: dict[str, list[tuple[Any, ...]]] = {
    "outages": OUTAGES,
    "customer_counts": COUNTS,
    "inspections": INSPECTIONS,
    "duty_gaps": DUTY_GAPS,
    "work_orders": WORK_ORDERS,
    "calls": CALLS,
    "callbacks": CALLBACKS,
    "complaints": COMPLAINTS,
}

# --- the spreadsheet ------------------------------------------------------------------------------------------------

WORKING_DAYS = (
    "NETWORKDAYS(INT({start}{{row}})+1,INT({stop}{{row}}),lists!$A$2:$A$11)"
    '+COUNTIFS(lists!$B$2:$B$3,">"&INT({start}{{row}}),lists!$B$2:$B$3,"<="&INT({stop}{{row}}))'
)
"""Working days from the day after ``start`` to ``stop``, with the Saturdays that are worked."""
HELPERS: dict[str, dict[str, str]] = {
    "customer_counts": {"days": "EDATE(B{row},1)-B{row}"},
    "inspections": {
        "quarter": "YEAR(D{row})*4+INT((MONTH(D{row})-1)/3)",
        "served": 'IF(OR(E{row}="entered",E{row}="nobody_home"),1,0)',
        "first_served": "IF(AND(G{row}=1,COUNTIFS(C$2:C{row},C{row},F$2:F{row},F{row},G$2:G{row},1)=1),1,0)",
        "first_entered": 'IF(AND(E{row}="entered",COUNTIFS(C$2:C{row},C{row},F$2:F{row},F{row},E$2:E{row},"entered")=1)'
        ",1,0)",
    },
    "duty_gaps": {"counted_from": "MAX(D{row},E$1:E{above})"},
    "work_orders": {
        "seconds_to_site": 'IF(E{row}="","",ROUND((E{row}-D{row})*86400,0))',
        "working_days": 'IF(F{row}="","",' + WORKING_DAYS.format(start="D", stop="F") + ")",
        "hours": 'IF(F{row}="","",ROUND((F{row}-D{row})*86400,0)/3600)',
    },
    "complaints": {"working_days": 'IF(D{row}="","",' + WORKING_DAYS.format(start="C", stop="D") + ")"},
}


def area(table: str, name: str) -> str:
    """The cells of one column of a sheet."""
    column = xl_col_to_name([*COLUMNS[table], *HELPERS.get(table, {})].index(name))
    return f"{table}!${column}$2:${column}${len(RECORDS[table]) + 1}"


def inside(moments: str) -> str:
    """1 where a moment lies in the window whose first day is in row 1 and whose end is in row 2."""
    return f"({moments}>={{c}}$1)*({moments}<{{c}}$2)"


def overlap(start: str, stop: str) -> str:
    """Days of each stretch inside the window, never below 0; the smaller of two numbers by their difference."""
    begin, end = (f"({start}+{{c}}$1+ABS({start}-{{c}}$1))/2", f"({stop}+{{c}}$2-ABS({stop}-{{c}}$2))/2")
    return f"(({end}-{begin})+ABS({end}-{begin}))/2"


def between(table: str, name: str) -> str:
    """The same as two conditions of COUNTIFS."""
    return f'{area(table, name)},">="&{{c}}$1,{area(table, name)},"<"&{{c}}$2'


def share_of(table: str, moment: str, conditions: str, kept: str) -> str:
    """Cases kept ÷ cases, both with ``conditions``."""
    window = between(table, moment)
    return f"COUNTIFS({window}{conditions}{kept})/COUNTIFS({window}{conditions})"


def mean_score(question: str) -> str:
    score, asked, reached = area("callbacks", "score"), area("callbacks", "question"), area("callbacks", "outcome")
    return f'AVERAGEIFS({score},{asked},"{question}",{reached},"reached",{between("callbacks", "called_at")})'


def outage(name: str) -> str:
    return area("outages", name)


def count(name: str) -> str:
    return area("customer_counts", name)


_PLANNED = f'({outage("kind")}="planned")*{inside(outage("started_at"))}'
_STOPPED = f'({outage("kind")}<>"emergency")*{inside(outage("started_at"))}'
_HOUSEHOLDS = f"SUMPRODUCT(({count('month')}>={{c}}$3)*({count('month')}<{{c}}$2)*{count('households')}"
HOUSEHOLDS = (  # of the month; of the last months of the four quarters in the year's column
    f'IF({{c}}$4="year",{_HOUSEHOLDS}*(MOD(MONTH({count("month")}),3)=0)),'
    f"SUMPRODUCT(({count('month')}={{c}}$1)*{count('households')}))"
)
_VISITED = f'{area("inspections", "visited_at")},">="&{{c}}$3,{area("inspections", "visited_at")},"<"&{{c}}$2'
FORMULAS: dict[str, str] = {
    "supply": f'1-SUMPRODUCT(({outage("kind")}<>"emergency")*{outage("customers_affected")}*'
    f"{overlap(outage('started_at'), outage('restored_at'))})/SUMPRODUCT({inside(count('month'))}*"
    f"{count('valid_customers')}*{count('days')})",
    "notice": f'SUMPRODUCT({_PLANNED}*({outage("notified_at")}<>"")*'
    f"(ROUND(({outage('planned_at')}-{outage('notified_at')})*86400,0)>=48*3600))/SUMPRODUCT({_PLANNED})",
    "restore": f'SUMPRODUCT({_STOPPED}*({outage("restored_at")}<>"")*'
    f"(ROUND(({outage('restored_at')}-{outage('started_at')})*86400,0)<=24*3600))/SUMPRODUCT({_STOPPED})",
    "visits": f"SUMIFS({area('inspections', 'first_served')},{_VISITED})/{HOUSEHOLDS}",
    "visits entered": f"SUMIFS({area('inspections', 'first_entered')},{_VISITED})/{HOUSEHOLDS}",
    "line": f"1-SUMPRODUCT({overlap(area('duty_gaps', 'counted_from'), area('duty_gaps', 'ended_at'))})"
    "/({c}$2-{c}$1)",
    "arrival": share_of(
        "work_orders",
        "received_at",
        f',{area("work_orders", "order_type")},"emergency"',
        f',{area("work_orders", "seconds_to_site")},"<=2400"',
    ),
    "appointment": share_of(
        "work_orders",
        "received_at",
        f',{area("work_orders", "order_type")},"install"',
        f',{area("work_orders", "working_days")},"<=5"',
    ),
    "rings": share_of(
        "calls", "started_at", f',{area("calls", "outcome")},"answered"', f',{area("calls", "rings")},"<=3"'
    ),
    "attitude": mean_score("attitude"),
    "skill": mean_score("skill"),
    "opinion": share_of("complaints", "received_at", "", f',{area("complaints", "working_days")},"<=3"'),
    "repair": f'AVERAGEIFS({area("work_orders", "hours")},{area("work_orders", "order_type")},"fault",'
    f"{between('work_orders', 'received_at')})",
    "repair maximum": f'SUMPRODUCT(MAX(({area("work_orders", "order_type")}="fault")*'
    f"{inside(area('work_orders', 'received_at'))}*ROUND(({area('work_orders', 'resolved_at')}-"
    f"{area('work_orders', 'received_at')})*86400,0)))/3600",
}


def write_workbook(path: Path) -> Path:
    """Records, helper columns, lists of days, and the sheet ``form_c`` with the formulas; no formula has a value."""
    book = xlsxwriter.Workbook(path)
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for table, rows in RECORDS.items():
        sheet, helpers = book.add_worksheet(table), HELPERS.get(table, {})
        sheet.write_row(0, 0, [*COLUMNS[table], *helpers])
        for number, row in enumerate(rows, start=2):
            for place, value in enumerate(row):
                if isinstance(value, dt.datetime):
                    sheet.write_datetime(number - 1, place, value, moment)
                elif value is not None:
                    sheet.write(number - 1, place, value)
            for place, formula in enumerate(helpers.values(), start=len(row)):
                sheet.write_formula(number - 1, place, "=" + formula.format(row=number, above=number - 1), None, "")
    days = book.add_worksheet("lists")
    for place, (name, listed) in enumerate((("holidays", HOLIDAYS), ("worked", MADE_UP))):
        days.write(0, place, name)
        for number, day in enumerate(listed, start=1):
            days.write_datetime(number, place, dt.datetime.combine(day, dt.time()), moment)
    form = book.add_worksheet("form_c")
    for place, (label, first, end) in enumerate(WINDOWS, start=1):
        form.write_datetime(0, place, dt.datetime.combine(first, dt.time()), moment)
        form.write_datetime(1, place, dt.datetime.combine(end, dt.time()), moment)
        form.write_datetime(2, place, dt.datetime(2026, 1, 1), moment)  # the first day of the quarter, or of the year
        form.write(3, place, "year" if label == "2026" else label)
        for number, formula in enumerate(FORMULAS.values(), start=4):
            form.write_formula(number, place, "=" + formula.replace("{c}", xl_col_to_name(place)), None, "")
    for number, name in enumerate(FORMULAS, start=4):
        form.write(number, 0, name)
    book.close()
    return path


def calculated(path: Path, folder: Path) -> Path:
    """The workbook as LibreOffice saves it, every formula calculated: a profile of its own says always to do so."""
    office = shutil.which("soffice")
    require(office, "LibreOffice (Debian's libreoffice-calc), which calculates the formulas")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user/registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        '<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">'
        "<value>0</value></prop></item></oor:items>",
        encoding="utf-8",
    )
    subprocess.run(
        [
            str(office),
            f"-env:UserInstallation=file://{profile}",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(folder / "out"),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return folder / "out" / path.name


def values_of(path: Path) -> dict[str, dict[str, Any]]:
    """The cells of ``form_c`` by name and window, as they stand in the file."""
    sheet = openpyxl.load_workbook(path, data_only=True)["form_c"]
    return {
        str(sheet.cell(number, 1).value): {
            label: sheet.cell(number, place).value for place, (label, _, _) in enumerate(WINDOWS, start=2)
        }
        for number in range(5, sheet.max_row + 1)
    }


# --- the policy -----------------------------------------------------------------------------------------------------


def days_from_next(start: str, stop: str, limit: int) -> dict[str, Any]:
    return {"kind": "elapsed_working_days", "start": start, "stop": stop, "limit": limit, "counting": "next_day"}


NO_EMERGENCY = [{"reason": "emergency", "where": {"kind": ["emergency"]}}]
POLICY = [
    commitment(
        "supply",
        category="稳定供气",
        item="保证连续供气",
        promise=">99.99 %",
        table="outages",
        rule={"kind": "availability", "start": "started_at", "stop": "restored_at"},
        exclusions=NO_EMERGENCY,
        required_share="99.99%",
        reporting_department="D1",
    ),
    commitment(
        "notice",
        category="稳定供气",
        item="燃气暂停供应",
        promise="提前 48 小时通知",
        table="outages",
        rule={
            "kind": "lead_time",
            "start": "started_at",
            "event": "planned_at",
            "notice": "notified_at",
            "limit": 48,
            "unit": "hour",
        },
        where={"kind": ["planned"]},
        required_share="98%",
    ),
    commitment(
        "restore",
        category="稳定供气",
        item="恢复燃气供应",
        promise="24 小时内恢复",
        table="outages",
        rule={"kind": "elapsed_natural", "start": "started_at", "stop": "restored_at", "limit": 24, "unit": "hour"},
        exclusions=NO_EMERGENCY,
        required_share="98%",
    ),
    commitment(
        "visits",
        category="安全保障",
        item="入户安全检查",
        promise="每季度上门一次",
        table="inspections",
        rule={"kind": "coverage", "moment": "visited_at"},
        cycle="quarter",
        required_share="95%",
    ),
    commitment(
        "line",
        category="安全保障",
        item="紧急抢险电话",
        promise="24 小时有人值守",
        table="duty_gaps",
        rule={"kind": "staffed", "start": "started_at", "stop": "ended_at", "posts": {"D1": 1}},
        required_share="99.9%",
    ),
    commitment(
        "arrival",
        category="安全保障",
        item="紧急抢险服务",
        promise="40 分钟内到场",
        rule={"kind": "elapsed_natural", "start": "received_at", "stop": "arrived_at", "limit": 40, "unit": "minute"},
        where={"order_type": ["emergency"]},
        required_share="95%",
    ),
    commitment(
        "appointment",
        category="服务预约",
        item="预约安装",
        promise="5 个工作日内完成",
        rule=days_from_next("received_at", "resolved_at", 5),
        where={"order_type": ["install"]},
        required_share="95%",
    ),
    commitment(
        "rings",
        category="服务电话",
        item="客户服务电话",
        promise="铃响三声内接听",
        table="calls",
        rule={"kind": "count_threshold", "start": "started_at", "value": "rings", "limit": 3, "unit": "ring"},
        where={"outcome": ["answered"]},
        required_share="90%",
    ),
    *(
        commitment(
            key,
            category="服务质量",
            item=item,
            promise=promise,
            table="callbacks",
            rule={"kind": "rating", "moment": "called_at"},
            where={"question": [key], "outcome": ["reached"]},
            required_score=9,
        )
        for key, item, promise in (("attitude", "服务态度", "亲切、真诚"), ("skill", "专业能力", "专业、高效"))
    ),
    commitment(
        "opinion",
        category="客户意见",
        item="处理客户意见",
        promise="3 个工作日内答复",
        table="complaints",
        rule=days_from_next("received_at", "replied_at", 3),
        required_share="95%",
    ),
    commitment(
        "repair",
        category="维修",
        item="故障修复",
        promise="平均 24 小时，最长 48 小时",
        rule={
            "kind": "mean_and_maximum",
            "start": "received_at",
            "stop": "resolved_at",
            "mean": 24,
            "maximum": 48,
            "unit": "hour",
        },
        where={"order_type": ["fault"]},
    ),
]
MEASURED = {
    name: (name.partition(" ")[0], {"visits entered": "entered", "repair maximum": "maximum"}.get(name, ""))
    for name in FORMULAS
}
"""Key of the commitment and measure of each formula; its first measure where none is named."""


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("formulas")
    written = write_workbook(folder / "company.xlsx")
    assert {value for row in values_of(written).values() for value in row.values()} <= {None, ""}
    return calculated(written, folder)


@pytest.fixture(scope="module")
def workspace(workbook: Path, tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    folder = tmp_path_factory.mktemp("company")
    mappings: dict[str, Mapping[str, Any]] = {
        table: {"table": table, "sheet": table, "columns": {name: name for name in names}}
        for table, names in COLUMNS.items()
    }
    overrides = [{"day": day, "working": day in MADE_UP, "reason": "放假安排"} for day in (*HOLIDAYS, *MADE_UP)]
    opened = make_workspace(
        folder, commitments=POLICY, mappings=mappings, calendar={"source": "weekdays", "overrides": overrides}
    )
    for table in COLUMNS:
        (folder / "sources").mkdir(exist_ok=True)
        shutil.copy(workbook, folder / f"sources/{table}.xlsx")
    report = opened.ingest()
    assert report.accepted == sum(map(len, RECORDS.values()))
    return opened


# --- the comparison -------------------------------------------------------------------------------------------------


def test_every_row_has_the_same_figures_in_the_spreadsheet_and_in_svcqa(
    workbook: Path, workspace: svcqa.Workspace
) -> None:
    compared = 0
    for name, expected in values_of(workbook).items():
        key, measure = MEASURED[name]
        promise = workspace.policies.commitment(key)
        options: dict[str, Any] = {"commitment": key, "period": "2026", "as_of": AS_OF}
        results = [workspace.measure(promise.metric, by=by, **options) for by in (["month"], [])]
        rows = [
            row for result in results for row in result.rows if row["measure"] == (measure or result.rows[0]["measure"])
        ]
        found = {row["period"]: row["value"] for row in rows}
        for label, value in expected.items():
            assert isinstance(value, float | int), (name, label, value)
            assert found[label] == pytest.approx(value, rel=1e-12, abs=0), (name, label)
            compared += 1
    assert compared == 3 * (11 + 1 + 2)


@pytest.mark.parametrize(
    ("name", "january", "february"),
    [
        ("notice", 1 / 2, 0.0),  # 48 hours to the second are enough, a second less is not
        ("restore", 2 / 3, 1 / 2),
        ("visits", 3 / 1402, 4 / 1404),  # H1, H2, H4 of 1,001 + 401; H3 is met at the second visit
        ("visits entered", 2 / 1402, 3 / 1404),
        ("line", 1 - 60 / (31 * 1440), 1 - 32.5 / (28 * 1440)),
        ("arrival", 2 / 3, 1 / 2),
        ("appointment", 2 / 3, 1 / 3),
        ("rings", 2 / 3, 1 / 3),
        ("attitude", 9.5, 25 / 3),
        ("skill", 6.0, 8.5),
        ("opinion", 2 / 3, 1 / 3),
        ("repair", (10 + 49 + 1 / 3) / 2, (12.5 + 47) / 2),
        ("repair maximum", 49 + 1 / 3, 47.0),
    ],
)
def test_the_spreadsheet_says_what_a_hand_does(workbook: Path, name: str, january: float, february: float) -> None:
    found = values_of(workbook)[name]
    assert (found["2026-01"], found["2026-02"]) == (pytest.approx(january), pytest.approx(february))


def test_the_year_is_not_the_mean_of_the_months(workbook: Path) -> None:
    for name, found in values_of(workbook).items():
        assert found["2026"] != pytest.approx((found["2026-01"] + found["2026-02"]) / 2, rel=1e-9), name


# --- form C of the same company ---------------------------------------------------------------------------------------

GOALS = {
    "supply": (0.9999, '"≥"0.00%'),
    "notice": (0.98, '"≥"0%'),
    "restore": (0.98, '"≥"0%'),
    "visits": (0.95, '"≥"0%'),
    "line": (0.999, '"≥"0.0%'),
    "arrival": (0.95, '"≥"0%'),
    "appointment": (0.95, '"≥"0%'),
    "rings": (0.9, '"≥"0%'),
    "attitude": (9.0, '"≥"0" 分"'),
    "skill": (9.0, '"≥"0" 分"'),
    "opinion": (0.95, '"≥"0%'),
    "repair": (24.0, '"≤"0" 小时"'),
    "repair maximum": (48.0, '"≤"0" 小时"'),
}


@pytest.fixture(scope="module")
def review(workspace: svcqa.Workspace) -> PeriodReview:
    return workspace.reviews.review("2026H2", as_of=AS_OF)


@pytest.fixture(scope="module")
def form(review: PeriodReview, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = write_forms(review, tmp_path_factory.mktemp("form") / "forms.xlsx", language="zh-Hans", company="公司")
    return openpyxl.load_workbook(path)["C 成绩监控统计表"]


def rows_of_form(review: PeriodReview) -> dict[str, int]:
    """The row of figures of every formula, counted from the form's header."""
    found, row = {}, 3
    for item in review.commitments:
        for place in range(1 + len(item.parts)):
            key = item.commitment.key
            found[key if place == 0 else f"{key} {item.parts[place - 1].measure}"] = row
            row += 2
    return found


def test_form_c_shows_every_row_with_the_spreadsheet_s_figures(form: Any, review: PeriodReview, workbook: Path) -> None:
    rows = rows_of_form(review)
    assert set(rows) == set(FORMULAS)
    for name, expected in values_of(workbook).items():
        shown = {
            label: form.cell(rows[name], place).value for label, place in (("2026-01", 4), ("2026-02", 5), ("2026", 16))
        }
        assert shown == {label: pytest.approx(value, rel=1e-12) for label, value in expected.items()}, name


def test_form_c_has_goals_in_their_own_units(form: Any, review: PeriodReview) -> None:
    shown = {
        name: (form.cell(row, 3).value, form.cell(row, 3).number_format) for name, row in rows_of_form(review).items()
    }
    entered = shown.pop("visits entered")
    assert entered[0] == "—"  # households entered stand beside those visited, without a goal of their own
    assert shown == GOALS


def test_months_within_a_quarter_bear_a_dagger_and_no_verdict(form: Any, review: PeriodReview) -> None:
    rows = rows_of_form(review)
    for name in ("visits", "visits entered"):
        formats = [form.cell(rows[name], place).number_format for place in range(4, 16)]
        assert ["†" in shown for shown in formats] == [month % 3 != 0 for month in range(1, 13)]
    marks = ["▼" in form.cell(rows["visits"], place).number_format for place in range(4, 16)]
    assert marks == [month % 3 == 0 for month in range(1, 13)]  # so few visits miss every quarter
    assert all("†" not in form.cell(rows["arrival"], place).number_format for place in range(4, 17))
    assert "入户" in form.cell(rows["visits entered"], 2).value
