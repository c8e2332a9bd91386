"""A review pinned by digests: the same again is accepted, whatever differs is refused in words, later records aside."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

import svcqa
from support.level_targets import orders, target
from support.workspaces import commitment, make_workspace, write
from svcqa.catalogue import Language
from svcqa.errors import ReviewChangedError
from svcqa.review.pinned import digest_of, pins_of

FIRST = dt.datetime(2026, 1, 5, 8)
AFTER = dt.datetime(2026, 1, 6, 8)
MONTHS = {"2025-01": (9, 1), "2025-12": (8, 2)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    promise = commitment(required_share=0.8)
    made = make_workspace(tmp_path, records={"work_orders": orders(MONTHS)}, commitments=[promise], targets=[target()])
    made.ingest(now=FIRST)
    return tmp_path


def pinned(folder: Path, **options: object) -> dict[str, str]:
    """The digests of the annual review and of its sections as they are now."""
    workspace = svcqa.open(folder).as_known_at(AFTER)
    review = workspace.reviews.review("2025")
    return pins_of(review) | {"sections": workspace.reviews.sections(review, "en").digest}


def correct_an_order(folder: Path, now: dt.datetime) -> None:
    """An order that was late turns out to have been in time."""
    source = folder / "sources/work_orders.csv"
    text = source.read_text(encoding="utf-8")
    assert text.count("2025-01-10 09:39:00") == 1  # received as the tenth of January at 08:09, closed 90 minutes later
    write(source, text.replace("2025-01-10 09:39:00", "2025-01-10 08:19:00"))
    svcqa.open(folder).ingest(now=now)


def test_what_is_read_later_changes_no_pinned_review(folder: Path) -> None:
    pins = pinned(folder)
    correct_an_order(folder, AFTER + dt.timedelta(days=1))
    workspace = svcqa.open(folder, known_at=AFTER.isoformat())
    review = workspace.reviews.review("2025", pins=pins)
    assert workspace.reviews.sections(review, "en", pins=pins).digest == pins["sections"]
    now = svcqa.open(folder).reviews.review("2025").commitments[0].course.now
    then = review.commitments[0].course.now
    assert (then.numerator, then.n, now.numerator, now.n) == (17, 20, 18, 20)


def test_other_records_are_refused_and_named(folder: Path) -> None:
    pins = pinned(folder)
    correct_an_order(folder, AFTER)
    with pytest.raises(ReviewChangedError) as error:
        svcqa.open(folder, known_at=AFTER).reviews.review("2025", pins=pins)
    assert [fault.code for fault in error.value.faults] == ["pinned_records", "pinned_figures"]
    assert {fault.place for fault in error.value.faults} == {"2025"}
    assert error.value.faults[0].allowed == pins["records"]


def test_another_policy_is_refused_though_no_figure_changed(folder: Path) -> None:
    pins = pinned(folder)
    path = folder / "policy/commitments.toml"
    write(path, path.read_text(encoding="utf-8").replace("项目", "另一项目"))
    with pytest.raises(ReviewChangedError) as error:
        svcqa.open(folder, known_at=AFTER).reviews.review("2025", pins=pins)
    assert [fault.code for fault in error.value.faults] == ["pinned_policy"]


def test_another_calendar_is_refused(folder: Path) -> None:
    pins = pinned(folder)
    path = folder / "svcqa.toml"
    text = path.read_text(encoding="utf-8")
    write(path, text.replace('"source" = "weekdays"', '"source" = "china"'))
    assert path.read_text(encoding="utf-8") != text
    with pytest.raises(ReviewChangedError) as error:
        svcqa.open(folder, known_at=AFTER).reviews.review("2025", pins=pins)
    assert "pinned_calendar" in [fault.code for fault in error.value.faults]


def test_sections_that_say_otherwise_are_refused(folder: Path) -> None:
    pins = pinned(folder)
    workspace = svcqa.open(folder, known_at=AFTER)
    review = workspace.reviews.review("2025", pins=pins)
    with pytest.raises(ReviewChangedError) as error:
        workspace.reviews.sections(review, "zh-Hans", pins=pins)
    assert [fault.code for fault in error.value.faults] == ["pinned_sections"]


@pytest.mark.parametrize(
    ("language", "said"), [("zh-Hans", "记录摘要"), ("zh-Hant", "記錄摘要"), ("en", "records digest")]
)
def test_the_refusal_speaks_the_workspace_s_language(folder: Path, language: Language, said: str) -> None:
    path = folder / "svcqa.toml"
    write(path, f'languages = ["{language}"]\n' + path.read_text(encoding="utf-8"))
    pins = pinned(folder) | {"records": "0" * 16}
    with pytest.raises(ReviewChangedError, match=said):
        svcqa.open(folder, known_at=AFTER).reviews.review("2025", pins=pins)


def test_the_last_bits_of_a_sum_do_not_count_but_the_tenth_digit_does() -> None:
    assert digest_of([("a", 0.1 + 0.2, 3)]) == digest_of([("a", 0.3, 3)])
    assert digest_of([("a", 0.3000000001, 3)]) != digest_of([("a", 0.3, 3)])
    assert digest_of([("a", None)]) != digest_of([("a", 0.0)])
