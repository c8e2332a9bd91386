"""A small company with surveys, and an oracle: who may be called and who is drawn, by plain loops with hashlib."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import svcqa
from support.workspaces import identity_mapping, make_workspace, toml_list, toml_table, write, write_rows
from svcqa.records.tables import table

VAULT_KEY = "5a" * 32
DRAW_KEY = "0123456789abcdef0123456789abcdef"
AS_OF = dt.datetime(2026, 4, 1, 9)
FIRST = dt.datetime(2026, 1, 1)
SURVEY: dict[str, Any] = {
    "key": "satisfaction",
    "label": {"zh-Hans": "满意度回访", "zh-Hant": "滿意度回訪", "en": "Satisfaction"},
    "services": [
        {"key": "repair", "name": {"zh-Hans": "维修", "en": "Repair"}, "where": {"order_type": ["repair"]}},
        {
            "key": "install",
            "name": {"zh-Hans": "安装", "en": "Installation"},
            "where": {"order_type": ["install"]},
            "closed": "resolved_at",
        },
        {"key": "complaint", "name": {"zh-Hans": "投诉", "en": "Complaint"}, "table": "complaints", "take_all": True},
    ],
    "window": {"earliest": 3, "latest": 60, "field_days": 2},
    "quarantine_days": 30,
    "do_not_call": "do_not_call.csv",
    "questions": [
        {"key": "attitude", "text": {"zh-Hans": "服务态度打几分？", "en": "How polite?"}, "top_from": 9, "low_to": 6},
        {"key": "solved", "text": {"zh-Hans": "问题解决了吗？", "en": "Solved?"}, "kind": "yes_no"},
        {"key": "opinion", "text": {"zh-Hans": "还有什么意见？", "en": "Anything else?"}, "kind": "opinion"},
    ],
    "allocation": {"calls": 60, "method": "proportional", "spread": 1.5, "spread_from_records": False},
    "callers": ["HF01", "HF02"],
}


def company(
    folder: Path,
    records: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    surveys: Sequence[Mapping[str, Any]] = (SURVEY,),
    not_to_call: Sequence[str] = (),
    settings: str = "",
) -> svcqa.Workspace:
    """A workspace with surveys and fixed keys, opened and read."""
    tables = ("work_orders", "complaints", "callbacks")
    made = make_workspace(folder, mappings={name: identity_mapping(name) for name in tables})
    for name in tables:
        header = [column.name for column in table(name).columns]
        write_rows(folder / f"sources/{name}.csv", list(records.get(name, ())), header)
    text = (made.folder / "svcqa.toml").read_text(encoding="utf-8")
    head = {
        "policies": ["policy/commitments.toml", "policy/targets.toml", "policy/surveys.toml"],
        "vault_key": "vault_key.txt",
    }
    write(folder / "svcqa.toml", settings + toml_table(head) + text)
    write(folder / "policy/surveys.toml", toml_list("survey", surveys))
    write(folder / "vault_key.txt", VAULT_KEY + "\n")
    write(folder / "draw.key", DRAW_KEY + "\n")
    write(folder / "do_not_call.csv", "客户编号\n" + "".join(f"{number}\n" for number in not_to_call))
    workspace = svcqa.open(folder)
    workspace.ingest()
    return workspace


def customer(number: int) -> dict[str, Any]:
    """Who calls himself customer ``number``; every ninth has no telephone."""
    phone = {} if number % 9 == 4 else {"phone": f"190-0000-{number:04d}"}
    return {
        "customer": f"KH{number:04d}",
        "customer_name": f"=测试用户{number}",
        "address": f"示例路{number}号",
        **phone,
    }


def random_records(seed: int, *, customers: int = 80, orders: int = 220) -> dict[str, list[dict[str, Any]]]:
    """Orders, complaints and callbacks of a quarter, some open, some of nobody known."""
    rng = random.Random(seed)

    def when(last: int = 95) -> dt.datetime:
        return FIRST + dt.timedelta(minutes=rng.randrange(60 * 24 * last))

    found: dict[str, list[dict[str, Any]]] = {"work_orders": [], "complaints": [], "callbacks": []}
    for number in range(orders):
        received = when()
        closed = received + dt.timedelta(hours=rng.randrange(1, 90)) if rng.random() < 0.9 else None
        who = customer(rng.randrange(customers)) if rng.random() < 0.95 else {}
        found["work_orders"].append(
            {
                "order_id": f"GD{number}",
                "unit": rng.choice(["D1", "D2"]),
                "tier": rng.choice("AB"),
                "order_type": rng.choice(["repair", "install", "emergency"]),
                "received_at": received,
                "resolved_at": closed,
                "closed_at": closed,
                **who,
            }
        )
    found["work_orders"].append(
        {
            "order_id": "GD-LATE",
            "unit": "D2",
            "tier": "B",
            "order_type": "repair",
            **customer(900),
            "received_at": dt.datetime(2026, 3, 30, 8),
            "closed_at": dt.datetime(2026, 3, 31, 8),
        }
    )
    for number in range(orders // 6):
        received = when(80)
        found["complaints"].append(
            {
                "complaint_id": f"TS{number}",
                "unit": rng.choice(["D1", "D2"]),
                "tier": "A",
                "received_at": received,
                "closed_at": received + dt.timedelta(days=2),
                **customer(rng.randrange(customers)),
            }
        )
    for number in range(25):
        found["callbacks"].append(
            {
                "callback_id": f"HF{number}",
                "question": "attitude",
                "unit": "D1",
                "service": "repair",
                "tier": "A",
                "customer": f"KH{rng.randrange(customers):04d}",
                "called_at": when(120),
                "outcome": "reached",
                "score": rng.randrange(5, 11),
            }
        )
    return found


def surrogate(number: str) -> str:
    """What the vault makes of a customer's number, by the standard library."""
    return hmac.new(bytes.fromhex(VAULT_KEY), number.encode(), hashlib.sha256).hexdigest()[:20]


def random_number(who: str, key: str = DRAW_KEY) -> str:
    return hashlib.sha256(f"{key}:{who}".encode()).hexdigest()[:15]


def oracle_frame(
    records: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    not_to_call: Sequence[str] = (),
    as_of: dt.datetime = AS_OF,
    in_quarantine: Sequence[str] = (),
    key: str = DRAW_KEY,
) -> dict[str, tuple[str, str, str, int]]:
    """Stratum, reason, record and cases of every customer, by loops over the source rows; survey :data:`SURVEY`."""
    cases: dict[str, list[tuple[bool, str, str, str, str]]] = {}
    phones: set[str] = set()
    today = as_of.date()
    rows = [("work_orders", "order_id", row) for row in records["work_orders"]]
    rows += [("complaints", "complaint_id", row) for row in records["complaints"]]
    for name, number, row in rows:
        who = row.get("customer")
        if who and row.get("phone"):
            phones.add(who)
        service = "complaint" if name == "complaints" else row["order_type"]
        closed = row["closed_at"]
        if not who or service == "emergency" or closed is None or not FIRST <= closed < as_of:
            continue
        begin, end = closed.date() + dt.timedelta(days=3), closed.date() + dt.timedelta(days=60)
        reason = "too_late" if end < today else "too_early" if begin > today + dt.timedelta(days=1) else ""
        pick = hashlib.sha256(f"{key}:{surrogate(who)}:{name}:{row[number]}".encode()).hexdigest()
        cases.setdefault(who, []).append((reason != "", pick, f"{service}/{row['unit']}", reason, row[number]))
    called = {
        row["customer"] for row in records["callbacks"] if as_of - dt.timedelta(days=30) <= row["called_at"] < as_of
    } | set(in_quarantine)
    found = {}
    for who, own in cases.items():
        _, _, stratum, reason, record = min(own)
        if not reason:
            reason = (
                "do_not_call"
                if who in not_to_call
                else "no_contact"
                if who not in phones
                else "quarantine"
                if who in called
                else ""
            )
        found[surrogate(who)] = (stratum, reason, record, sum(not item[0] for item in own))
    return found
