"""Responsibility letters: whose goals, in which template, who signed what. Read back with python-docx."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import svcqa
from support.workspaces import commitment, make_workspace
from svcqa.catalogue import LANGUAGES, Language
from svcqa.entities.base import Text
from svcqa.errors import PolicyError, RegisterError, WorkspaceError
from svcqa.report.word.placeholders import fill
from svcqa.review.letters import letters_of

UNITS = (
    {"code": "C", "name": "公司", "level": "company"},
    {"code": "S1", "name": "城区分公司", "level": "subsidiary", "parent": "C"},
    {"code": "D1", "name": "抢险中心", "level": "department", "parent": "S1"},
    {"code": "P1", "name": "值班长", "level": "post", "parent": "D1"},
)
SIGNED = dt.datetime(2027, 1, 8, 9)


def level(key: str, owner: str, **fields: Any) -> dict[str, Any]:
    return {
        "kind": "level",
        "key": key,
        "name": {"zh-Hans": "到场率", "en": "Arrival"},
        "year": 2027,
        "owner": owner,
        "commitment": "promise",
        "goal": "95%",
        **fields,
    }


TARGETS = (
    level("arrival", "C"),
    level("arrival_D1", "D1", weight=60, goal="96.5%"),
    {
        "kind": "quantity",
        "key": "pipes",
        "name": "改造户数",
        "year": 2027,
        "owner": "D1",
        "weight": 40,
        "indicator": "pipes",
        "amount_unit": "户",
        "path": [100] * 12,
    },
    {"kind": "milestone", "key": "base", "name": "驻点建成", "year": 2027, "owner": "P1", "due": dt.date(2027, 5, 31)},
)


def company(folder: Path, **options: Any) -> svcqa.Workspace:
    given = {"units": UNITS, "targets": TARGETS, "commitments": [commitment(required_share=0.9)], **options}
    return make_workspace(folder, **given)


def cells(path: Path) -> list[list[str]]:
    """The rows of the goals."""
    return [[cell.text for cell in row.cells] for row in docx.Document(str(path)).tables[0].rows[1:]]


def said(path: Path) -> str:
    document = docx.Document(str(path))
    in_tables = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *in_tables])


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_department_and_post_has_a_letter_with_its_own_goals(tmp_path: Path, language: Language) -> None:
    written = company(tmp_path / "w").letters.write(2027, tmp_path / "letters", language=language)
    assert set(written) == {"D1", "P1"}
    name = "Arrival" if language == "en" else "到场率"
    assert cells(written["D1"]) == [
        ["1", name, "≥96.5%", "60", "2027-12-31"],
        ["2", "改造户数", "≥1,200 户", "40", "2027-12-31"],
    ]
    assert [row[1] for row in cells(written["P1"])] == ["驻点建成"]
    assert cells(written["P1"])[0][4] == "2027-05-31"
    told = said(written["D1"])
    assert "2027" in told
    assert "抢险中心" in told
    assert "城区分公司" in told  # to whom
    assert "{{" not in told


def test_a_unit_founded_in_the_year_signs_and_one_that_is_gone_is_named(tmp_path: Path) -> None:
    founded = {"code": "D9", "name": "新部", "level": "department", "parent": "S1", "valid_from": dt.date(2027, 3, 1)}
    closed = {
        "code": "D8",
        "name": "旧部",
        "level": "department",
        "parent": "S1",
        "valid_to": dt.date(2026, 12, 31),
        "successor": "D1",
    }
    goals = (*TARGETS, level("arrival_D9", "D9"))
    written = company(tmp_path / "a", units=(*UNITS, founded), targets=goals).letters.write(2027, tmp_path / "letters")
    assert list(written) == ["D1", "P1", "D9"]
    late = {"code": "D8", "name": "新部", "level": "department", "parent": "S1", "valid_from": dt.date(2028, 1, 1)}
    for place, gone in enumerate((closed, late)):
        workspace = company(tmp_path / f"b{place}", units=(*UNITS, gone), targets=(*TARGETS, level("arr_D8", "D8")))
        with pytest.raises(RegisterError) as refused:
            workspace.letters.write(2027, tmp_path / "none")
        assert "D8: 该单位在 2027 年不存在" in refused.value.render("zh-Hans")


def test_the_day_of_a_signature_is_told_in_words(tmp_path: Path) -> None:
    workspace = company(tmp_path)
    path = workspace.letters.write(2027, tmp_path / "letters")["D1"]
    with pytest.raises(WorkspaceError) as refused:
        workspace.letters.sign(path, name="甲", role="主任", on="昨天")
    assert "看不懂的时刻 '昨天'。允许：2026-07-01" in refused.value.render("zh-Hans")


def test_a_year_without_goals_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="2030"):
        company(tmp_path / "w").letters.write(2030, tmp_path)


def test_a_provisional_calendar_is_told(tmp_path: Path) -> None:
    """The notices of the State Council end with 2026; a calendar of weekdays is never provisional."""
    for source, told in (("china", True), ("weekdays", False)):
        written = company(tmp_path / source, calendar={"source": source}).letters.write(2027, tmp_path / source / "out")
        assert ("尚未公布" in said(written["D1"])) == told


@dataclass(frozen=True)
class Part:
    unit: str
    goal: float
    own: bool = False


@dataclass(frozen=True)
class Plan:
    target: str
    owner: str
    goal: float
    cells: tuple[Part, ...]


def test_a_plan_that_was_saved_stands_before_the_policy(tmp_path: Path) -> None:
    """A plan for the company's arrival, shared out: D1's goal of the policy gives way, P1 gets one of its own."""
    workspace = company(tmp_path)
    plan = Plan(
        "arrival", "C", 0.95, (Part("S1", 0.95), Part("D1", 0.9512345), Part("P1", 0.97), Part("D1", 0.5, True))
    )
    found = letters_of(
        workspace.policies,
        workspace.registry,
        2027,
        first=dt.date(2027, 1, 1),
        last=dt.date(2027, 12, 31),
        plans=[plan],
    )
    goals = {letter.unit.code: [one.goal for one in letter.goals] for letter in found}
    assert goals == {"S1": [0.95], "D1": [0.9512345, 1200], "P1": [None, 0.97]}
    d1 = next(letter for letter in found if letter.unit.code == "D1")
    assert (d1.goals[0].weight, d1.goals[0].label) == (60, Text.model_validate({"zh-Hans": "到场率", "en": "Arrival"}))
    assert next(letter for letter in found if letter.unit.code == "P1").goals[1].weight is None


# ---- the template


def template(path: Path, *lines: str, row: tuple[str, ...] = ("{{number}}", "{{target}} {{goal}}")) -> Path:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    if row:
        table = document.add_table(rows=1, cols=len(row))
        for cell, content in zip(table.rows[0].cells, row, strict=True):
            cell.text = content
    document.save(str(path))
    return path


def test_a_company_puts_its_own_template_in_place(tmp_path: Path) -> None:
    own = template(tmp_path / "own.docx", "{{ company }}致{{unit}}：{{year}}", "不变的话")
    written = company(tmp_path / "w").letters.write(2027, tmp_path / "out", template=own)
    document = docx.Document(str(written["D1"]))
    assert [p.text for p in document.paragraphs] == ["公司致抢险中心：2027", "不变的话"]
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["1", "到场率 ≥96.5%"],
        ["2", "改造户数 ≥1,200 户"],
    ]


def test_our_template_can_be_written_out_and_given_back(tmp_path: Path) -> None:
    workspace = company(tmp_path / "w")
    own = workspace.letters.write_template(tmp_path / "template.docx")
    with_own = workspace.letters.write(2027, tmp_path / "a", template=own)
    plain = workspace.letters.write(2027, tmp_path / "b")
    assert said(with_own["D1"]) == said(plain["D1"])


def test_placeholders_that_nobody_knows_are_all_named(tmp_path: Path) -> None:
    own = template(tmp_path / "own.docx", "{{unit}} {{bonus}}", "{{}} {{ Year }}")
    with pytest.raises(PolicyError) as error:
        company(tmp_path / "w").letters.write(2027, tmp_path / "out", template=own)
    told = error.value.render("zh-Hans")
    for part in ("own.docx", "{{bonus}}", "{{}}", "{{Year}}", "{{superior}}", "{{goal}}"):
        assert part in told
    assert not (tmp_path / "out").exists()


def test_a_template_needs_a_row_to_repeat_and_must_be_one_of_words(tmp_path: Path) -> None:
    workspace = company(tmp_path / "w")
    with pytest.raises(PolicyError, match="no table row"):
        workspace.letters.write(2027, tmp_path / "out", template=template(tmp_path / "bare.docx", "{{unit}}", row=()))
    (tmp_path / "text.docx").write_text("no document", encoding="utf-8")
    for wrong in ("text.docx", "missing.docx"):
        with pytest.raises(PolicyError, match=wrong):
            workspace.letters.write(2027, tmp_path / "out", template=tmp_path / wrong)


@given(cuts=st.lists(st.integers(0, 40), max_size=6), value=st.text(max_size=8))
def test_word_may_cut_a_placeholder_as_it_likes(cuts: list[int], value: str) -> None:
    """However a text is cut into runs, filling gives what replacing in the whole text gives."""
    whole = "甲 {{unit}} and {{ year }}, again {{unit}}."
    document = docx.Document()
    paragraph, start = document.add_paragraph(), 0
    for cut in [*sorted(set(cuts)), len(whole)]:
        paragraph.add_run(whole[start:cut])
        start = max(start, cut)
    document.add_table(rows=1, cols=1).rows[0].cells[0].text = "{{goal}}"
    printable = "".join(sign for sign in value if sign.isprintable())
    fill(document, {"unit": printable, "year": "2027"}, [], file="", row_names=["goal"])
    expected = whole.replace("{{unit}}", printable).replace("{{ year }}", "2027")
    assert paragraph.text == expected


def test_what_is_filled_in_is_text_and_keeps_the_format(tmp_path: Path) -> None:
    units = [{**unit, "name": "<w:b/>{{year}}&\x07"} if unit["code"] == "D1" else unit for unit in UNITS]
    own = docx.Document()
    own.add_paragraph().add_run("{{unit}}").bold = True
    own.add_table(rows=1, cols=1).rows[0].cells[0].text = "{{goal}}"
    own.save(str(tmp_path / "own.docx"))
    units = [{**unit, "name": str(unit["name"]).replace("\x07", "")} for unit in units]
    written = company(tmp_path / "w", units=units).letters.write(2027, tmp_path / "out", template=tmp_path / "own.docx")
    (run,) = [run for run in docx.Document(str(written["D1"])).paragraphs[0].runs if run.text]
    assert run.text == "<w:b/>{{year}}&"  # a name is no template
    assert run.bold


# ---- signatures


def test_a_signature_holds_until_the_text_changes(tmp_path: Path) -> None:
    workspace = company(tmp_path / "w")
    path = workspace.letters.write(2027, tmp_path / "out")["D1"]
    workspace.letters.sign(path, name="甲", role="部门负责人", on="2027-01-08", now=SIGNED)
    workspace.letters.sign(path, name="乙", role="分公司负责人", on="2027-01-09", now=SIGNED)
    found = workspace.letters.check(path)
    assert found.letter == "D1 2027"
    assert [(one.name, one.on) for one in found.holding] == [("甲", dt.date(2027, 1, 8)), ("乙", dt.date(2027, 1, 9))]
    assert found.broken == ()

    document = docx.Document(str(path))
    document.save(str(tmp_path / "saved again.docx"))  # other bytes, the same text
    assert (tmp_path / "saved again.docx").read_bytes() != path.read_bytes()
    assert len(workspace.letters.check(tmp_path / "saved again.docx").holding) == 2

    document.tables[0].rows[1].cells[2].text = "≥90%"
    document.save(str(path))
    changed = workspace.letters.check(path)
    assert changed.holding == ()
    assert [one.name for one in changed.broken] == ["甲", "乙"]
    other = workspace.letters.check(tmp_path / "out" / path.name.replace("D1", "P1"))
    assert (other.holding, other.broken) == ((), ())


def test_only_our_letters_are_signed_and_by_somebody(tmp_path: Path) -> None:
    workspace = company(tmp_path / "w")
    path = workspace.letters.write(2027, tmp_path / "out")["D1"]
    with pytest.raises(RegisterError, match="role"):
        workspace.letters.sign(path, name="甲", role=" ")
    docx.Document().save(str(tmp_path / "other.docx"))
    with pytest.raises(RegisterError, match=r"other\.docx"):
        workspace.letters.sign(tmp_path / "other.docx", name="甲", role="部门负责人")
    assert workspace.letters.check(tmp_path / "other.docx").letter == ""


def test_the_command_line_writes_signs_and_checks(tmp_path: Path) -> None:
    company(tmp_path)

    def run(*arguments: str) -> str:
        environment = {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "200"}
        command = [sys.executable, "-c", "from svcqa.cli import main; main()", *arguments, "--lang", "en"]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=120
        )
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    assert "2 letters written" in run("targets", "letters", "2027", "--out", "letters")
    assert "template.docx" in run("letters", "template", "--out", "template.docx")
    letter = "letters/letter_2027_D1.docx"
    assert "no signature" in run("letters", "check", letter)
    assert "signed by Li (head)" in run("letters", "sign", letter, "--by", "Li", "--role", "head", "--on", "2027-01-08")
    assert "✓ Li (head), 2027-01-08" in run("letters", "check", letter)
    document = docx.Document(str(tmp_path / letter))
    document.add_paragraph("and more")
    document.save(str(tmp_path / letter))
    assert "changed after signing" in run("letters", "check", letter)
    assert "none of the letters" in run("letters", "check", "template.docx")
