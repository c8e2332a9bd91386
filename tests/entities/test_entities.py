"""Policies, the organisation, complaints: what is refused and how it is said, and what stays true once it is read."""

from __future__ import annotations

import datetime as dt
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from pydantic import TypeAdapter, ValidationError

import svcqa
from support.workspaces import UNITS, commitment, make_workspace, toml_list, write
from svcqa.entities.base import Share, Text
from svcqa.entities.complaint import Complaint, ComplaintState
from svcqa.entities.organisation import Organisation
from svcqa.errors import Fault, NameUnknownError, PolicyError, WorkspaceError


def refused(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(PolicyError) as error:
        svcqa.open(folder)
    return error.value.faults


LEVEL = {
    "kind": "level",
    "key": "level_2026",
    "name": "目标",
    "year": 2026,
    "owner": "C",
    "commitment": "promise",
    "goal": "95%",
}
QUANTITY = {
    "kind": "quantity",
    "key": "quantity_2026",
    "name": "目标",
    "year": 2026,
    "owner": "C",
    "indicator": "pipes",
    "amount_unit": "户",
    "path": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
}
MILESTONE = {
    "kind": "milestone",
    "key": "milestone_2026",
    "name": "目标",
    "year": 2026,
    "owner": "D1",
    "due": dt.date(2026, 4, 30),
}


def without(item: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}


def test_all_faults_of_all_policy_files_come_in_one_error(tmp_path: Path) -> None:
    make_workspace(tmp_path, commitments=[commitment()])
    rule = {"kind": "elapsed_natural", "start": "received_at", "stop": "closed_at", "limit": -5, "unit": "weeks"}
    write(tmp_path / "policy/organisation.toml", toml_list("unit", [*UNITS, {"code": "D3", "name": "三部"}]))
    write(
        tmp_path / "policy/commitments.toml",
        toml_list("commitment", [without(commitment("one", rule=rule), "promise"), commitment("two", limt=3)]),
    )
    write(
        tmp_path / "policy/targets.toml",
        toml_list(
            "target",
            [
                LEVEL | {"goal": "ninety-five"},
                QUANTITY | {"path": [1, 2]},
                MILESTONE | {"due": dt.date(2027, 1, 1)},
                {"kind": "wish", "key": "x"},
            ],
        ),
    )
    faults = {(fault.file, fault.place): fault for fault in refused(tmp_path)}
    assert set(faults) == {
        ("organisation.toml", 'unit "D3" › level'),
        ("commitments.toml", 'commitment "one" › promise'),
        ("commitments.toml", 'commitment "one" › rule.limit'),
        ("commitments.toml", 'commitment "one" › rule.unit'),
        ("commitments.toml", 'commitment "two" › limt'),
        ("targets.toml", 'target "level_2026" › goal'),
        ("targets.toml", 'target "quantity_2026" › path'),
        ("targets.toml", 'target "milestone_2026"'),
        ("targets.toml", 'target "x"'),
    }
    missing = faults["commitments.toml", 'commitment "one" › promise']
    assert missing.code == "missing_key"
    limit = faults["commitments.toml", 'commitment "one" › rule.limit']
    assert (limit.got, limit.allowed) == ("-5", "greater than 0")
    unit = faults["commitments.toml", 'commitment "one" › rule.unit']
    assert unit.got == "'weeks'"
    assert all(name in unit.allowed for name in ("second", "minute", "hour", "day"))
    unknown = faults["commitments.toml", 'commitment "two" › limt']
    assert (unknown.code, unknown.got) == ("unknown_key", "limt")
    assert "required_share" in unknown.allowed
    goal = faults["targets.toml", 'target "level_2026" › goal']
    assert goal.got == "'ninety-five'"
    assert "number" in goal.allowed
    assert "2026" in faults["targets.toml", 'target "milestone_2026"'].allowed
    assert pickle.loads(pickle.dumps(limit)).render("zh-Hans") == limit.render("zh-Hans")
    english = re.compile("[a-z]+ [a-z]+ [a-z]+")
    assert [fault.render("zh-Hans") for fault in faults.values() if english.search(fault.render("zh-Hans"))] == []


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_the_error_names_file_key_value_and_what_is_allowed(tmp_path: Path, language: Any) -> None:
    make_workspace(tmp_path)
    write(tmp_path / "policy/targets.toml", toml_list("target", [QUANTITY | {"year": 1926}]))
    with pytest.raises(PolicyError) as error:
        svcqa.open(tmp_path)
    told = error.value.render(language)
    for part in ("targets.toml", 'target "quantity_2026" › year', "1926", "2000"):
        assert part in told


def test_missing_and_broken_files_are_collected_too(tmp_path: Path) -> None:
    make_workspace(tmp_path, commitments=[commitment()])
    (tmp_path / "policy/organisation.toml").unlink()
    write(tmp_path / "policy/commitments.toml", "[[commitment]\nkey = 1")
    write(tmp_path / "policy/targets.toml", "[[wish]]\nkey = 1\n")
    faults = {fault.file: fault for fault in refused(tmp_path)}
    assert {file: fault.code for file, fault in faults.items()} == {
        "organisation.toml": "missing_file",
        "commitments.toml": "not_toml",
        "targets.toml": "unknown_key",
    }
    assert (faults["targets.toml"].got, faults["targets.toml"].allowed) == ("wish", "commitment, target, tier, survey")


def test_unknown_keys_are_refused_wherever_they_stand_and_the_known_ones_listed(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    rule = commitment()["rule"] | {"limits": 40}
    write(
        tmp_path / "policy/commitments.toml",
        toml_list(
            "commitment",
            [
                commitment("a", rule=rule),
                commitment("b", category={"zh": "类别"}),
                commitment("c", exclusions=[{"reason": "x", "where": {"area": "y"}, "weight": 1}]),
            ],
        ),
    )
    write(tmp_path / "policy/targets.toml", toml_list("target", [MILESTONE | {"goal": 1}]))
    found = {fault.place: (fault.code, fault.got, fault.allowed) for fault in refused(tmp_path)}
    assert found == {
        'commitment "a" › rule.limits': ("unknown_key", "limits", "kind, start, stop, limit, unit"),
        'commitment "b" › category.zh': ("unknown_key", "zh", "zh-Hans, zh-Hant, en"),
        'commitment "c" › exclusions[1].weight': ("unknown_key", "weight", "reason, label, where, evidence"),
        'target "milestone_2026" › goal': (
            "unknown_key",
            "goal",
            "key, name, year, owner, weight, effective_from, source, kind, due",
        ),
    }


def test_what_does_not_fit_together_names_its_file(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    write(
        tmp_path / "policy/commitments.toml",
        toml_list("commitment", [commitment(), commitment(), commitment("other", reporting_department="D9")]),
    )
    write(
        tmp_path / "policy/targets.toml",
        toml_list("target", [LEVEL | {"commitment": "nothing"}, MILESTONE | {"owner": "D8"}]),
    )
    found = {(fault.code, fault.file, fault.place, fault.got) for fault in refused(tmp_path)}
    assert found == {
        ("key_twice", "commitments.toml", 'commitment "promise"', "2"),
        ("unknown_unit", "commitments.toml", 'commitment "other" › reporting_department', "'D9'"),
        ("unknown_commitment", "targets.toml", 'target "level_2026" › commitment', "'nothing'"),
        ("unknown_unit", "targets.toml", 'target "milestone_2026" › owner', "'D8'"),
    }


@pytest.mark.parametrize(
    ("company", "calendar", "settings", "place"),
    [
        ({"time_zone": "Asia/Peking"}, {}, "", "company.time_zone"),
        ({"month_closes_on": 31}, {}, "", "company.month_closes_on"),
        ({}, {"source": "mars"}, "", "calendar.source"),
        ({}, {"shifts": [["17:00", "17:00"]]}, "", "calendar.shifts"),
        ({}, {"shifts": [["08:00", "12:00"], ["11:00", "17:00"]]}, "", "calendar.shifts"),
        ({}, {"shifts": []}, "", "calendar.shifts"),
        (
            {},
            {"overrides": [{"day": dt.date(2099, 1, 1), "working": True, "reason": "?"}]},
            "",
            "calendar.overrides[1].day",
        ),
        ({}, {}, 'languages = ["fr"]\n', "languages[1]"),
        ({}, {}, 'engin = "embedded"\n', "engin"),
    ],
)
def test_wrong_settings_are_refused_by_name(
    tmp_path: Path, company: Any, calendar: Any, settings: str, place: str
) -> None:
    with pytest.raises(PolicyError) as error:
        make_workspace(tmp_path, company=company, calendar=calendar, settings=settings)
    assert ("svcqa.toml", place) in {(fault.file, fault.place) for fault in error.value.faults}


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="svcqa init") as error:
        svcqa.open(tmp_path)
    assert error.value.faults[0].got == str(tmp_path)


def sheet(workbook: Workbook, name: str, rows: list[list[Any]]) -> None:
    page = workbook.create_sheet(name)
    for row in rows:
        page.append(row)


def test_policies_in_excel_are_the_same_as_in_toml(tmp_path: Path) -> None:
    first = commitment(
        "first",
        category={"zh-Hans": "安全", "en": "Safety"},
        required_share="95.5%",
        month_of="due",
        assumed=True,
        where={"order_type": ["emergency", "repair"], "channel": ["hotline"]},
        exclusions=[
            {"reason": "storm", "where": {"category": ["storm"]}},
            {"reason": "fire", "where": {"category": ["fire", "smoke"], "area": ["remote"]}},
        ],
        reporting_department="D1",
        effective_from=dt.date(2026, 1, 1),
    )
    second = commitment(
        "second",
        required_share=0.9,
        rule={
            "kind": "elapsed_working_days",
            "start": "received_at",
            "stop": "closed_at",
            "limit": 3,
            "counting": "next_day",
        },
    )
    targets = [LEVEL | {"commitment": "first"}, QUANTITY | {"weight": 2.5}, MILESTONE]
    toml = make_workspace(tmp_path / "toml", commitments=[first, second], targets=targets)

    excel = make_workspace(tmp_path / "excel")
    workbook = Workbook()
    del workbook["Sheet"]
    common = ["类别", "项目", "承诺", "work_orders"]
    sheet(
        workbook,
        "commitment",
        [
            [
                "key",
                "category",
                "category.zh-Hans",
                "category.en",
                "item",
                "promise",
                "table",
                "required_share",
                "month_of",
                "assumed",
                "where",
                "exclusions",
                "reporting_department",
                "effective_from",
                "rule.kind",
                "rule.start",
                "rule.stop",
                "rule.limit",
                "rule.unit",
                "rule.counting",
            ],
            [
                "first",
                None,
                "安全",
                "Safety",
                *common[1:],
                "95.5%",
                "due",
                "是",
                "order_type=emergency, repair; channel=hotline",
                "storm: category=storm | fire: category=fire,smoke; area=remote",
                "D1",
                dt.date(2026, 1, 1),
                "elapsed_natural",
                "received_at",
                "closed_at",
                60,
                "minute",
                None,
            ],
            [None] * 20,
            [
                "second",
                common[0],
                None,
                None,
                *common[1:],
                0.9,
                None,
                None,
                None,
                None,
                None,
                None,
                "elapsed_working_days",
                "received_at",
                "closed_at",
                3.0,
                None,
                "next_day",
            ],
        ],
    )
    sheet(
        workbook,
        "target",
        [
            [
                "kind",
                "key",
                "name",
                "year",
                "owner",
                "weight",
                "commitment",
                "goal",
                "indicator",
                "amount_unit",
                "path",
                "due",
            ],
            ["level", "level_2026", "目标", 2026, "C", None, "first", "95%"],
            [
                "quantity",
                "quantity_2026",
                "目标",
                2026,
                "C",
                2.5,
                None,
                None,
                "pipes",
                "户",
                "1, 2,3,4,5,6,7,8,9,10,11,12",
            ],
            [
                "milestone",
                "milestone_2026",
                "目标",
                2026,
                "D1",
                None,
                None,
                None,
                None,
                None,
                None,
                dt.date(2026, 4, 30),
            ],
        ],
    )
    workbook.save(excel.folder / "policy/all.xlsx")
    settings = (excel.folder / "svcqa.toml").read_text(encoding="utf-8")
    write(excel.folder / "svcqa.toml", 'policies = ["policy/all.xlsx"]\n' + settings)
    read = svcqa.open(excel.folder).policies

    assert read.commitments == toml.policies.commitments
    assert read.targets == toml.policies.targets
    assert read.digest == toml.policies.digest
    assert read.commitment("first").required_share == 0.955


def test_faults_in_excel_name_file_and_entity(tmp_path: Path) -> None:
    write(tmp_path / "svcqa.toml", 'policies = ["policy/all.xlsx", "policy/none.xlsx"]\n[company]\nname = "公司"\n')
    write(tmp_path / "policy/organisation.toml", toml_list("unit", UNITS))
    workbook = Workbook()
    del workbook["Sheet"]
    sheet(
        workbook,
        "target",
        [["kind", "key", "name", "year", "owner", "due"], ["milestone", "late", "目标", 2026, "C", "soon"]],
    )
    workbook.save(tmp_path / "policy/all.xlsx")
    write(tmp_path / "policy/none.xlsx", "no workbook")
    faults = {fault.file: fault for fault in refused(tmp_path)}
    assert faults["all.xlsx"].place == 'target "late" › due'
    assert faults["all.xlsx"].got == "'soon'"
    assert faults["none.xlsx"].code == "unreadable_file"


@pytest.mark.parametrize(
    ("written", "share"),
    [("95%", 0.95), ("99.99%", 0.9999), ("99.9 ％", 0.999), (0.95, 0.95), ("100%", 1.0), (1, 1.0), (0, 0.0)],
)
def test_shares_are_written_as_numbers_or_percentages(written: Any, share: float) -> None:
    assert TypeAdapter(Share).validate_python(written) == share


@pytest.mark.parametrize("written", [95, "101%", -0.1, "95 per cent", float("nan"), None])
def test_what_is_no_share_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Share).validate_python(written)


def test_a_text_falls_back_to_the_nearest_language() -> None:
    assert Text.model_validate("抢险").in_language("en") == "抢险"
    both = Text.model_validate({"zh-Hans": "抢险", "en": "emergency"})
    assert [both.in_language(language) for language in ("zh-Hans", "zh-Hant", "en")] == ["抢险", "抢险", "emergency"]
    with pytest.raises(ValidationError, match="at least one"):
        Text.model_validate({})


def test_policies_never_change_once_read(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, commitments=[commitment(required_share="95%")], targets=[LEVEL])
    for entity, name in (
        (workspace.policies.commitments[0], "required_share"),
        (workspace.policies.commitments[0].rule, "limit"),
        (workspace.policies.targets[0], "goal"),
        (workspace.policies.organisation.company, "code"),
        (workspace.settings.company, "time_zone"),
    ):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(entity, name, 0)


def test_the_digest_changes_with_what_counts(tmp_path: Path) -> None:
    before = make_workspace(tmp_path / "a", commitments=[commitment(required_share="95%")]).policies.digest
    same = make_workspace(tmp_path / "b", commitments=[commitment(required_share=0.95)]).policies.digest
    after = make_workspace(tmp_path / "c", commitments=[commitment(required_share="96%")]).policies.digest
    assert before == same != after


# --- the organisation --------------------------------------------------------------------------------------------


def tree(*units: dict[str, Any], **fields: Any) -> Organisation:
    return Organisation.model_validate(
        {"units": [{"name": unit["code"], "level": "department", **unit} for unit in units], **fields}
    )


COMPANY = {"code": "C", "level": "company"}


@pytest.mark.parametrize(
    ("units", "problem"),
    [
        ([COMPANY, {"code": "A", "parent": "B"}, {"code": "B", "parent": "A"}], "'A' is not its own ancestor"),
        ([COMPANY, {"code": "A", "parent": "A"}], "'A' is not its own ancestor"),
        (
            [COMPANY, {"code": "A", "parent": "C", "successor": "B"}, {"code": "B", "parent": "C", "successor": "A"}],
            "ancestor or successor",
        ),
        ([COMPANY, {"code": "A", "parent": "X"}], "the parent 'X' of 'A'"),
        ([COMPANY, {"code": "A", "parent": "C", "successor": "X"}], "the successor 'X' of 'A'"),
        ([COMPANY, {"code": "A"}], "the parent None of 'A'"),
        ([COMPANY, {"code": "K", "level": "company"}], "exactly one"),
        ([{"code": "A", "parent": "A"}], "exactly one"),
        ([COMPANY, {"code": "A", "parent": "C"}, {"code": "A", "parent": "C"}], "each code stands once"),
    ],
)
def test_an_organisation_that_is_no_tree_is_refused(units: list[dict[str, Any]], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        tree(*units)


def merged() -> Organisation:
    """Team 2 was closed at the end of 2024 and its successor at the end of 2025."""
    return tree(
        COMPANY,
        {"code": "S", "parent": "C", "level": "subsidiary"},
        {"code": "T1", "parent": "S"},
        {"code": "T2", "parent": "S", "valid_to": dt.date(2024, 12, 31), "successor": "T3"},
        {"code": "T3", "parent": "S", "valid_to": dt.date(2025, 12, 31), "successor": "T1"},
        {"code": "P", "parent": "T1", "level": "post", "valid_from": dt.date(2025, 3, 1)},
    )


def test_closed_units_lead_to_their_successors_from_the_day_after() -> None:
    organisation = merged()
    assert organisation.current("T2", dt.date(2024, 12, 31)) == "T2"
    assert organisation.current("T2", dt.date(2025, 1, 1)) == "T3"
    assert organisation.current("T2", dt.date(2026, 1, 1)) == "T1"
    assert organisation.current("T1", dt.date(2026, 1, 1)) == "T1"
    codes = [
        [unit.code for unit in organisation.at("department", day)]
        for day in (dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2026, 1, 1))
    ]
    assert codes == [["T1", "T2", "T3"], ["T1", "T3"], ["T1"]]
    assert not organisation.unit("P").valid_on(dt.date(2025, 2, 28))
    assert organisation.unit("P").valid_on(dt.date(2025, 3, 1))


def test_a_unit_knows_its_path() -> None:
    organisation = merged()
    assert [unit.code for unit in organisation.path("P")] == ["C", "S", "T1", "P"]
    assert organisation.ancestor("P", "subsidiary") == "S"
    assert organisation.ancestor("S", "department") is None
    assert organisation.within("P", "S")
    assert organisation.within("P", "P")
    assert not organisation.within("S", "P")


def test_unknown_units_are_refused_unless_the_organisation_adopts_them() -> None:
    with pytest.raises(NameUnknownError, match="'X'"):
        merged().unit("X")
    adopting = tree(COMPANY, adopt_unknown=True)
    assert adopting.knows("X")
    assert (adopting.unit("X").level, adopting.unit("X").parent) == ("department", "C")
    assert not merged().knows("X")


# --- complaints --------------------------------------------------------------------------------------------------

STEPS = ("accepted_at", "first_response_at", "resolved_at", "replied_at", "closed_at")
STATES = (
    ComplaintState.ACCEPTED,
    ComplaintState.RESPONDED,
    ComplaintState.RESOLVED,
    ComplaintState.REPLIED,
    ComplaintState.CLOSED,
)
RECEIVED = dt.datetime(2026, 1, 5, 8, 30)
AFTER = st.none() | st.integers(0, 1000).map(lambda minutes: RECEIVED + dt.timedelta(minutes=minutes))


@given(st.tuples(*[AFTER] * len(STEPS)), st.integers(-10, 1000))
def test_a_complaint_is_where_its_last_step_reached_left_it(
    moments: tuple[dt.datetime | None, ...], minutes: int
) -> None:
    as_of = RECEIVED + dt.timedelta(minutes=minutes)
    complaint = Complaint(complaint_id="1", unit="D1", received_at=RECEIVED, **dict(zip(STEPS, moments, strict=True)))
    reached = [state for state, moment in zip(STATES, moments, strict=True) if moment is not None and moment <= as_of]
    if as_of < RECEIVED:
        expected = ComplaintState.NOT_YET_RECEIVED
    else:
        expected = reached[-1] if reached else ComplaintState.RECEIVED
    assert complaint.state(as_of) is expected


@pytest.mark.parametrize("name", STEPS)
def test_no_step_of_a_complaint_lies_before_its_receipt(name: str) -> None:
    with pytest.raises(ValidationError, match=f"{name} is not before received_at"):
        Complaint(complaint_id="1", unit="D1", received_at=RECEIVED, **{name: RECEIVED - dt.timedelta(seconds=1)})


def test_a_complaint_is_found_by_its_number(tmp_path: Path) -> None:
    rows = [
        {
            "complaint_id": "TS-1",
            "unit": "D1",
            "received_at": RECEIVED,
            "customer": "KH1",
            "valid": "是",
            "replied_at": dt.datetime(2026, 1, 7, 9),
        },
        {"complaint_id": "TS-2", "unit": "D2", "received_at": RECEIVED, "valid": "无效"},
    ]
    workspace = make_workspace(tmp_path, records={"complaints": rows})
    workspace.ingest()
    complaint = workspace.complaints.get("TS-1")
    assert complaint.state(dt.datetime(2026, 1, 7, 8, 59)) is ComplaintState.RECEIVED
    assert complaint.state(dt.datetime(2026, 1, 7, 9)) is ComplaintState.REPLIED
    assert complaint.valid is True
    assert complaint.customer not in (None, "KH1")  # a surrogate
    assert workspace.complaints.get("TS-2").valid is False
    with pytest.raises(NameUnknownError, match="TS-3"):
        workspace.complaints.get("TS-3")


@pytest.mark.parametrize(
    ("promise", "goal", "code"),
    [
        (commitment("promise"), 95, "goal_is_no_share"),
        (
            commitment("promise", table="callbacks", rule={"kind": "rating", "moment": "called_at"}),
            11,
            "goal_off_scale",
        ),
        (
            commitment(
                "promise",
                rule={
                    "kind": "mean_and_maximum",
                    "start": "received_at",
                    "stop": "closed_at",
                    "mean": 1,
                    "maximum": 2,
                    "unit": "hour",
                },
            ),
            0,
            "goal_off_scale",
        ),
    ],
)
def test_a_goal_stands_in_the_unit_of_its_figure(
    tmp_path: Path, promise: dict[str, Any], goal: float, code: str
) -> None:
    make_workspace(tmp_path, commitments=[promise])
    level = {key: value for key, value in LEVEL.items() if key != "metric"} | {"commitment": "promise", "goal": goal}
    write(tmp_path / "policy/targets.toml", toml_list("target", [level]))
    (fault,) = refused(tmp_path)
    assert (fault.code, fault.file, fault.place) == (code, "targets.toml", 'target "level_2026" › goal')
    assert fault.got == repr(float(goal))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"required_score": 9}, "required_score does not go with elapsed_natural"),
        ({"goals": [{"effective_from": dt.date(2026, 1, 1)}]}, "required_share"),
        ({"counted_from": "returns"}, "needs returns"),
        ({"limits": [{"limit": 5}]}, "effective_from"),
        (
            {"table": "callbacks", "rule": {"kind": "rating", "moment": "called_at"}, "required_share": 0.9},
            "required_share does not go with rating",
        ),
        (
            {"table": "callbacks", "rule": {"kind": "rating", "moment": "called_at"}, "required_score": 10.5},
            "between lowest and highest",
        ),
        (
            {"table": "inspections", "rule": {"kind": "coverage", "moment": "visited_at", "entered": ["seen"]}},
            "among visited",
        ),
    ],
)
def test_what_does_not_fit_the_kind_is_refused(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    make_workspace(tmp_path, commitments=[])
    write(tmp_path / "policy/commitments.toml", toml_list("commitment", [commitment("one", **fields)]))
    (fault,) = refused(tmp_path)
    assert fault.file == "commitments.toml"
    assert said in fault.allowed
