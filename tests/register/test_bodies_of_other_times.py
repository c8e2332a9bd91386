"""What is kept for years: a newer program's bodies are kept, told and never fatal; those of an older one are lifted."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from support.callback_company import AS_OF, company, random_records
from support.register_workers import PLAN
from support.registers import bodies
from support.workspaces import commitment, make_workspace
from svcqa.catalogue import LANGUAGES, text
from svcqa.cli.application import app
from svcqa.entities.kept import Kept
from svcqa.entities.success import Success
from svcqa.register import Register
from svcqa.register.kinds import KINDS
from svcqa.register.ledger import Ledger, append_entry
from svcqa.register.plans import saved_plans
from svcqa.register.problems import followed, note_problem, problems

NOTED = dt.datetime(2026, 7, 1)
BODIES = {kind: body for kind, _, body in bodies().values()} | {
    "wave": {
        "code": "W1",
        "survey": "satisfaction",
        "number": 1,
        "period": "2026Q1",
        "key_fingerprint": "ab",
        "frame_digest": "cd",
        "list_digest": "ef",
    },
    "contact_export": {"wave": "W1", "rows": 3, "file": "a.xlsx", "purpose": "回访"},
}


def append_newer(url: str, kind: str, body: dict[str, Any]) -> int:
    """An entry as a program of version 7 of this kind makes it."""
    with Ledger(url).appending() as connection:
        return append_entry(connection, body, kind=kind, version=7, author="新", at=NOTED, replaces=None)


def with_more(body: Any) -> Any:
    """``body`` with a further field in it and in everything inside."""
    if isinstance(body, dict):
        return {name: with_more(value) for name, value in body.items()} | {"of_tomorrow": {"a": [1]}}
    return [with_more(value) for value in body] if isinstance(body, list) else body


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_further_fields_are_kept_and_told_of_every_kind(tmp_path: Path, kind: str) -> None:
    register, body = Register(f"sqlite:///{tmp_path}/register.sqlite"), with_more(BODIES[kind])
    number = append_newer(register.url, kind, copy.deepcopy(body))
    (read,) = register.read(KINDS[kind])
    assert read.item == KINDS[kind].model.model_validate(BODIES[kind])
    assert read.entry.body == body
    (told,) = register.notices()
    assert (told.code, told.place) == ("kept_fields", f"{kind} {number}")
    assert "of_tomorrow" in told.got
    assert len({told.render(language) for language in LANGUAGES}) == 3


def test_a_body_that_only_a_newer_program_can_read_is_left_out_and_told(register_url: str) -> None:
    register = Register(register_url)
    note_problem(register, KINDS["action"].model.model_validate(BODIES["action"]), author="甲", now=NOTED)
    number = append_newer(register_url, "action", {"heading": "到场慢", "due": {"quarter": 3}})
    assert [item.problem for item in problems(register)] == ["维修超时"]
    assert len(followed(register)) == 1
    told = register.notices()[0]
    assert (told.code, told.place) == ("kept_unreadable", f"action {number}")
    assert [entry.id for entry in register.entries("action")] == [1, number]


def test_a_plan_that_only_a_newer_program_can_read_is_still_replaced(register_url: str) -> None:
    from svcqa.entities.plan import TargetPlan
    from svcqa.register.plans import save_plan

    register = Register(register_url)
    newer = append_newer(register_url, "target_plan", PLAN | {"goal": {"from": 0.9, "to": 0.95}})
    saved = save_plan(register, TargetPlan.model_validate(PLAN), author="甲")
    assert [entry.replaces for entry in register.entries("target_plan")] == [newer]
    assert [one.number for one in saved_plans(register)] == [saved.number]


def test_a_review_goes_on_and_tells_in_the_readers_language(tmp_path: Path) -> None:
    order = {"order_id": "1", "unit": "D1", "received_at": "2026-01-05 08:00", "closed_at": "2026-01-05 08:30"}
    workspace = make_workspace(tmp_path, records={"work_orders": [order]}, commitments=[commitment()])
    workspace.ingest()
    body = BODIES["action"] | {"period": "2026H1", "of_tomorrow": 1}
    append_newer(workspace.register.url, "action", body)
    review = workspace.reviews.review("2026H1")
    assert [item.problem for item in review.actions] == [body["problem"]]
    for language in LANGUAGES:
        (told,) = workspace.notices()
        assert told.render(language) in workspace.reviews.sections(review, language)["data_quality"].content.sentences
    before = dt.datetime(2026, 6, 1)
    past = workspace.reviews.review("2026H1", known_at=before)
    assert len(workspace.reviews.sections(past, "en")["data_quality"].content.sentences) <= 1
    done = CliRunner().invoke(app, ["note", "list", "2026", "--workspace", str(tmp_path)])
    assert done.exit_code == 0
    assert body["problem"] in done.stdout
    assert "of_tomorrow" in done.stderr


def test_bodies_of_older_versions_are_lifted_step_by_step(register_url: str) -> None:
    register = Register(register_url)
    # as if the model had changed twice: the unit was called place, and the period was a number
    kinds = [
        Kept(name="success", model=Success, version=number, lifts={1: unit_of_place, 2: period_as_text})
        for number in (1, 2, 3)
    ]
    told = {"experience": "夜间双人值守", "name": "丙"}
    with Ledger(register_url).appending() as connection:
        for version, body in (
            (1, told | {"place": "D1", "period": 2025}),
            (2, told | {"unit": "D1", "period": 2025}),
            (3, told | {"unit": "D1", "period": "2025"}),
        ):
            append_entry(connection, body, kind="success", version=version, author="丙", at=NOTED, replaces=None)
    read = register.read(kinds[-1])
    assert {one.item for one in read} == {Success(unit="D1", experience="夜间双人值守", period="2025", name="丙")}
    assert [one.entry.version for one in read] == [1, 2, 3]
    assert "place" in read[0].entry.body


def unit_of_place(body: dict[str, Any]) -> dict[str, Any]:
    return {("unit" if name == "place" else name): value for name, value in body.items()}


def period_as_text(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"period": str(body["period"])}


def test_documents_of_waves_are_read_the_same_way(tmp_path: Path) -> None:
    workspace = company(tmp_path, random_records(5))
    wave = workspace.callbacks.draw("satisfaction", "W1", period="2026Q1", as_of=AS_OF, who="甲", calls=30)
    path = workspace.folder / "waves/W1/wave.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["version"] == 1
    newer = document | {"version": 2, "of_tomorrow": 1}
    newer["strata"] = [stratum | {"of_tomorrow": 1} for stratum in document["strata"]]
    path.write_text(json.dumps(newer), encoding="utf-8")
    assert workspace.callbacks.wave("W1") == wave
    assert workspace.callbacks.audit("W1").passed
    (told,) = workspace.notices()
    assert (told.code, told.file) == ("kept_fields", "W1/wave.json")
    del document["version"]  # as documents were before they had one
    path.write_text(json.dumps(document), encoding="utf-8")
    assert workspace.callbacks.wave("W1") == wave
    assert workspace.notices() == ()
    assert text("faults.kept_fields", "zh-Hans") != text("faults.kept_fields", "zh-Hant")
