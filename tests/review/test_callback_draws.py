"""Draws: the same as a loop of hashlib, inclusion as designed, waves that hardly overlap, audits that notice."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import math
import os
import random
import stat
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from scipy.stats import chi2

import svcqa
from support.callback_company import AS_OF, DRAW_KEY, SURVEY, company, random_number, random_records
from support.workspaces import write_rows
from svcqa.engine.draw import TURN, StratumDraw, draw, start_of, systematic_places
from svcqa.engine.duckdb_query import query
from svcqa.errors import RegisterError, WorkspaceError
from svcqa.records.tables import table

PEOPLE = [f"{number:020x}" for number in range(60)]
STRATA = ("a", "b", "c")
SIZES = {"a": 10, "b": 20, "c": 30}
PLACES = list(itertools.accumulate(SIZES.values(), initial=0))
STRATUM = {who: name for name, begin, end in zip(STRATA, PLACES, PLACES[1:], strict=False) for who in PEOPLE[begin:end]}


def drawn(sizes: dict[str, int], key: str, number: int, people: Sequence[str] = PEOPLE) -> list[dict[str, Any]]:
    strata = [StratumDraw(name, SIZES[name], n) for name, n in sizes.items()]
    crowd = pa.table({"customer": people, "stratum": [STRATUM[who] for who in people]})
    found: list[dict[str, Any]] = draw(query, crowd, strata, key=key, start=start_of(number)).to_pylist()
    return found


@pytest.mark.parametrize("number", [1, 2, 3, 7])
def test_a_draw_is_that_of_a_loop_of_hashlib(number: int) -> None:
    # (√5 − 1)/2 of the circle for each wave, with decimals of OEIS A094214
    golden = Fraction(6180339887498948482045868343656381177203091798057628621, 10**55)
    start = f"{number * int(golden * TURN) % TURN:015x}"
    assert start_of(number) == int(start, 16)
    for name, wanted in (("a", 4), ("b", 20), ("c", 7)):
        numbers = sorted(
            (random_number(who) < start, random_number(who), who) for who in STRATUM if STRATUM[who] == name
        )
        found = drawn({name: wanted}, DRAW_KEY, number)
        assert [(row["customer"], row["prn"], row["place"]) for row in found] == [
            (who, prn, place) for place, (_, prn, who) in enumerate(numbers[:wanted], start=1)
        ]


def test_a_large_stratum_whose_tail_is_not_sorted_gives_the_same() -> None:
    many = [f"{number:020x}" for number in range(30_000)]
    crowd = pa.table({"customer": many, "stratum": ["x"] * len(many)})
    for number in (1, 3):
        start = f"{start_of(number):015x}"
        numbers = sorted((random_number(who) < start, random_number(who), who) for who in many)
        found = draw(query, crowd, [StratumDraw("x", len(many), 50, 20)], key=DRAW_KEY, start=start_of(number))
        assert found["customer"].to_pylist() == [who for _, _, who in numbers[:70]]


@given(order=st.permutations(PEOPLE), number=st.integers(1, 9), taken=st.integers(1, 10))
def test_the_order_of_the_customers_changes_nothing(order: list[str], number: int, taken: int) -> None:
    found, again = (drawn(dict.fromkeys(STRATA, taken), DRAW_KEY, number, people) for people in (PEOPLE, order))
    assert found == again


def test_everybody_of_a_stratum_is_drawn_as_often_as_designed() -> None:
    # Of K simple random samples without replacement Σ (c − Kp)² / (Kp(1 − p)) · (N − 1)/N is chi-square with N − 1
    # degrees of freedom: Cochran (1977), § 2.9 gives the variance p(1 − p) and the covariance −p(1 − p)/(N − 1).
    taken, keys = {"a": 3, "b": 5, "c": 9}, 400
    counts: Counter[str] = Counter()
    for number in range(keys):
        key = hashlib.sha256(f"key {number}".encode()).hexdigest()[:32]
        counts.update(row["customer"] for row in drawn(taken, key, number % 5 + 1))
    for name, n in taken.items():
        size, share = SIZES[name], n / SIZES[name]
        own = [counts[who] for who in STRATUM if STRATUM[who] == name]
        assert sum(own) == keys * n
        statistic = sum((count - keys * share) ** 2 for count in own) / (keys * share * (1 - share)) * (size - 1) / size
        assert chi2.ppf(0.001, size - 1) < statistic < chi2.ppf(0.999, size - 1)


def test_waves_of_one_key_share_far_fewer_customers_than_independent_draws() -> None:
    taken = {"a": 2, "b": 4, "c": 6}
    together = apart = 0
    keys = [hashlib.sha256(f"wave {number}".encode()).hexdigest()[:32] for number in range(60)]
    for first, second in itertools.pairwise(keys):
        one = {row["customer"] for row in drawn(taken, first, 1)}
        together += len(one & {row["customer"] for row in drawn(taken, first, 2)})
        apart += len(one & {row["customer"] for row in drawn(taken, second, 2)})
    # independent draws share Σ n²/N = 0.4 + 0.8 + 1.2 customers on average
    assert abs(apart / 59 - 2.4) < 4 * math.sqrt(2.4 / 59)
    assert together < apart / 10


@given(population=st.integers(1, 400), data=st.data())
def test_systematic_places_are_spread_and_each_is_as_likely(population: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(0, population))
    start = data.draw(st.integers(0, TURN - 1))
    places = systematic_places(population, n, start)
    assert len(set(places)) == n
    assert all(0 <= place < population for place in places)
    # by fractions: the k-th place is the one that holds (u + k)·N/n
    assert places == [math.floor((Fraction(start, TURN) + k) * Fraction(population, n)) for k in range(n)]


def test_each_place_of_a_systematic_draw_is_as_likely_as_any_other() -> None:
    # starts spread evenly over the first N/n: the share of starts that take a place is its probability
    steps, population, n = 700, 10, 4
    counts = Counter(
        place for step in range(steps) for place in systematic_places(population, n, -(-step * TURN // steps))
    )
    assert {count / steps for count in counts.values()} == {n / population}


# --- through the workspace ----------------------------------------------------------------------------------------


@pytest.fixture
def workspace(tmp_path: Path) -> svcqa.Workspace:
    return company(tmp_path, random_records(5), not_to_call=["KH0003"])


def make(workspace: svcqa.Workspace, code: str = "W1", **options: Any) -> Any:
    asked = {
        "period": "2026Q1",
        "as_of": AS_OF,
        "who": "抽样人",
        "now": dt.datetime(2026, 4, 2),
        "calls": 30,
        **options,
    }
    return workspace.callbacks.draw("satisfaction", code, **asked)


def test_a_wave_is_drawn_as_its_document_says(workspace: svcqa.Workspace) -> None:
    wave = make(workspace)
    frame, listed = workspace.callbacks.frame("W1"), workspace.callbacks.drawn("W1")
    order = []
    for stratum in wave.strata:
        people = frame[(frame["stratum"] == stratum.key) & (frame["reason"] == "")]["customer"]
        numbers = sorted((random_number(who) < wave.start, random_number(who), who) for who in people)
        own = listed[listed["stratum"] == stratum.key].sort_values("place")
        assert own["customer"].tolist() == [who for _, _, who in numbers[: stratum.drawn + stratum.reserve]]
        assert own["role"].tolist() == ["main"] * stratum.drawn + ["reserve"] * stratum.reserve
        order += [(key, prn) for key, prn, _ in numbers[: stratum.drawn]]
    main = listed[listed["role"] == "main"]
    assert main["prn"].tolist() == [prn for _, prn in sorted(order)]  # calls are spread over all strata
    assert listed["order"].tolist() == list(range(1, len(listed) + 1))
    assert listed["reference"].tolist() == [f"W1-{number:04d}" for number in listed["order"]]
    assert wave.drawn == 30
    complaint = [item for item in wave.strata if item.parts["service"] == "complaint"]
    assert all(item.drawn == item.population_size for item in complaint)
    opens = listed["closed_at"].dt.date + dt.timedelta(days=3)
    assert listed["call_from"].tolist() == [max(day, AS_OF.date()) for day in opens]
    assert max(listed["call_until"]) <= wave.calls_until == dt.date(2026, 4, 2)


def test_the_same_draw_again_changes_nothing_and_another_is_refused(workspace: svcqa.Workspace) -> None:
    wave = make(workspace)
    before = (workspace.folder / "waves/W1/wave.json").read_bytes()
    assert make(workspace, now=dt.datetime(2026, 5, 1), who="别人") == wave
    with pytest.raises(RegisterError, match="was drawn before"):
        make(workspace, calls=31)
    with pytest.raises(RegisterError, match="Nobody is named"):
        make(workspace, "W2", who=" ")
    for code in ("..", "", "a/b", "甲", "x" * 65):  # it becomes a folder's name
        with pytest.raises(RegisterError, match="code"):
            make(workspace, code)
    assert (workspace.folder / "waves/W1/wave.json").read_bytes() == before
    (entry,) = workspace.register.entries("wave")
    assert (entry.author, entry.at, entry.body["list_digest"]) == ("抽样人", dt.datetime(2026, 4, 2), wave.list_digest)
    assert [one.code for one in svcqa.open(workspace.folder).callbacks.waves] == ["W1"]


def test_waves_begin_elsewhere_and_hardly_meet(workspace: svcqa.Workspace) -> None:
    free = SURVEY | {"key": "free", "quarantine_days": 0, "services": SURVEY["services"][:2]}
    other = company(workspace.folder / "other", random_records(5, customers=300, orders=900), surveys=[free])
    shared = []
    for code in ("W1", "W2", "W3"):
        other.callbacks.draw("free", code, period="2026Q1", as_of=AS_OF, who="a", calls=40)
        listed = other.callbacks.drawn(code)
        shared.append(set(listed[listed["role"] == "main"]["customer"]))
    assert [wave.number for wave in other.callbacks.waves] == [1, 2, 3]
    strata = other.callbacks.waves[0].strata
    independent = 3 * sum(item.drawn**2 / item.population_size for item in strata if item.drawn)  # of three pairs
    assert sum(len(one & two) for one, two in itertools.combinations(shared, 2)) < independent / 5
    assert len({wave.frame_digest for wave in other.callbacks.waves}) == 1
    pairs = {
        ("W1", "W2"): shared[0] & shared[1],
        ("W1", "W3"): shared[0] & shared[2],
        ("W2", "W3"): shared[1] & shared[2],
    }
    assert other.callbacks.overlap() == {pair: len(people) for pair, people in pairs.items()}


def test_systematic_draws_follow_their_order(tmp_path: Path) -> None:
    survey = SURVEY | {"draw": "systematic", "sorted_by": ["closed_at"], "services": SURVEY["services"][:2]}
    workspace = company(tmp_path, random_records(6, customers=200, orders=500), surveys=[survey])
    wave = make(workspace, calls=30)
    frame, listed = workspace.callbacks.frame("W1"), workspace.callbacks.drawn("W1")
    for stratum in wave.strata:
        people = frame[(frame["stratum"] == stratum.key) & (frame["reason"] == "")]
        ordered = sorted(
            zip(people["closed_at"], map(random_number, people["customer"]), people["customer"], strict=True)
        )
        seed = int(hashlib.sha256(f"{DRAW_KEY}:W1:{stratum.key}".encode()).hexdigest()[:15], 16)
        step = Fraction(len(ordered), stratum.drawn)
        expected = [ordered[math.floor((Fraction(seed, 16**15) + k) * step)][2] for k in range(stratum.drawn)]
        own = listed[(listed["stratum"] == stratum.key) & (listed["role"] == "main")].sort_values("place")
        assert own["customer"].tolist() == expected
    assert not set(listed[listed["role"] == "main"]["customer"]) & set(listed[listed["role"] == "reserve"]["customer"])
    assert workspace.callbacks.audit("W1").passed


# --- audits -------------------------------------------------------------------------------------------------------


def found(workspace: svcqa.Workspace) -> dict[str, str]:
    return {check.what: check.found for check in svcqa.open(workspace.folder).callbacks.audit("W1").checks}


def test_an_audit_draws_the_same_again(workspace: svcqa.Workspace) -> None:
    make(workspace)
    make(workspace, "W2", as_of=AS_OF + dt.timedelta(days=1), calls=25)
    for code in ("W1", "W2"):
        audit = workspace.callbacks.audit(code)
        assert audit.passed
        assert {check.found for check in audit.checks} == {"same"}


def test_an_audit_notices_a_changed_list(workspace: svcqa.Workspace) -> None:
    make(workspace)
    path = workspace.folder / "waves/W1/drawn.parquet"
    rows = parquet.read_table(path).to_pylist()
    rows[0]["customer"], rows[-1]["customer"] = rows[-1]["customer"], rows[0]["customer"]
    parquet.write_table(pa.Table.from_pylist(rows, schema=parquet.read_schema(path)), path)
    assert found(workspace) == {
        "list": "differs",
        "frame": "same",
        "key": "same",
        "survey": "same",
        "draw": "same",
        "records": "same",
        "register": "same",
    }


def test_an_audit_notices_a_list_and_a_document_that_were_changed_together(workspace: svcqa.Workspace) -> None:
    wave = make(workspace)
    path = workspace.folder / "waves/W1/wave.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["list_digest"] = "0" * 64
    path.write_text(json.dumps(document), encoding="utf-8")
    told = found(workspace)
    assert (told["draw"], told["register"]) == ("differs", "differs")
    assert wave.list_digest != document["list_digest"]


def test_an_audit_notices_a_frame_from_which_somebody_was_taken(workspace: svcqa.Workspace) -> None:
    make(workspace)
    path = workspace.folder / "waves/W1/frame.parquet"
    frame = parquet.read_table(path)
    drawn_ones = set(workspace.callbacks.drawn("W1")["customer"])
    keep = [place for place, who in enumerate(frame["customer"].to_pylist()) if who not in drawn_ones]
    gone = random.Random(1).choice(keep)
    parquet.write_table(frame.take([place for place in range(frame.num_rows) if place != gone]), path)
    told = found(workspace)
    assert (told["frame"], told["records"]) == ("differs", "same")


def test_an_audit_notices_another_key_and_another_policy(workspace: svcqa.Workspace) -> None:
    make(workspace)
    (workspace.folder / "draw.key").write_text("f" * 32 + "\n", encoding="ascii")
    told = found(workspace)
    assert (told["key"], told["draw"]) == ("differs", "differs")
    (workspace.folder / "draw.key").write_text(DRAW_KEY, encoding="ascii")
    policy = workspace.folder / "policy/surveys.toml"
    policy.write_text(policy.read_text(encoding="utf-8").replace('"latest" = 60', '"latest" = 20'), encoding="utf-8")
    told = found(workspace)
    assert (told["survey"], told["records"]) == ("differs", "differs")


def test_records_that_came_later_do_not_disturb_an_audit(workspace: svcqa.Workspace) -> None:
    again = dt.datetime.now(dt.UTC)
    make(workspace, now=again)
    later, header = random_records(99), [column.name for column in table("work_orders").columns]
    rows = [row | {"order_id": f"N{row['order_id']}"} for row in later["work_orders"]]
    write_rows(workspace.folder / "sources/work_orders_later.csv", rows, header)
    workspace.ingest(now=again.replace(tzinfo=None) + dt.timedelta(hours=1))
    assert set(found(workspace).values()) == {"same"}
    assert workspace.callbacks.plan("satisfaction", period="2026Q1", as_of=AS_OF).overall.population_size > 0


# --- the key ------------------------------------------------------------------------------------------------------


def test_a_missing_key_is_made_for_its_owner_and_a_wrong_one_refused(workspace: svcqa.Workspace) -> None:
    path = workspace.folder / "draw.key"
    path.unlink()
    make(workspace)
    key = path.read_text(encoding="ascii").strip()
    assert len(bytes.fromhex(key)) == 16
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = b"".join(item.read_bytes() for item in (workspace.folder / "waves").rglob("*") if item.is_file())
    assert key.encode() not in written
    path.write_text("not a key", encoding="ascii")
    with pytest.raises(WorkspaceError, match=r"draw\.key"):
        svcqa.open(workspace.folder).callbacks.audit("W1")
    (workspace.folder / "vault_key.txt").write_text("zz", encoding="ascii")
    with pytest.raises(WorkspaceError, match=r"vault_key\.txt"):
        svcqa.open(workspace.folder).ingest()
