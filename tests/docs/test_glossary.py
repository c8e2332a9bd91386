"""docs/glossary.md is what the program writes, and names what figures are made of as the catalogue does."""

from __future__ import annotations

import re

import opencc
import pytest

from support.workspaces import REPO
from svcqa import catalogue
from svcqa.metrics.contract import Metric
from svcqa.metrics.loading import Plugin
from svcqa.metrics.registry import Registry
from svcqa.metrics.result import STATES
from svcqa.report.words.glossary import markdown, terms

PAGE = (REPO / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]
CALLED = {tuple(row[:3]) for row in ROWS}
MEANINGS = {key for key in catalogue.entries() if key.startswith("glossary.") and key.endswith("_means")}
FILLED = {"name": "P90", "number": "1"}


def built_in() -> list[Plugin[Metric]]:
    return [plugin for plugin in Registry().plugins().values() if plugin.distribution == "svcqa"]


def in_the_page(key: str) -> tuple[str, str, str]:
    """A label as the page has it: English, simplified, traditional, without the sign in front."""
    english, hans, hant = (
        catalogue.text(key, language, **FILLED).lstrip("✓✗—! ") for language in ("en", "zh-Hans", "zh-Hant")
    )
    return english, hans, hant


def test_the_page_is_what_the_program_writes() -> None:
    assert markdown(built_in()) == PAGE


@pytest.mark.parametrize("prefix", ["wording.state_", "wording.verdict_", "wording.evidence_", "wording.measure_"])
def test_every_label_of_a_kind_has_its_row(prefix: str) -> None:
    labels = [key for key in catalogue.entries() if key.startswith(prefix)]
    assert len(labels) > 1
    assert [key for key in labels if in_the_page(key) not in CALLED] == []


def test_every_state_of_a_result_has_its_row() -> None:
    assert [state for state in STATES if in_the_page(f"wording.state_{state}") not in CALLED] == []


def test_every_metric_has_its_row_and_its_formula() -> None:
    specs = [plugin.metric.spec for plugin in built_in()]
    assert len(specs) == len({"compliance", "quantity"} | {spec.name for spec in specs}) > 10
    rows = {tuple(row[:3]): row[3] for row in ROWS}
    for spec in specs:
        label = (spec.label.in_language("en"), spec.label.in_language("zh-Hans"), spec.label.in_language("zh-Hant"))
        assert spec.formula.in_language("en") in rows[label].replace("\\|", "|")


def test_no_meaning_is_written_for_a_term_that_is_gone() -> None:
    used = {term.meaning.in_language("en") for members in terms([]).values() for term in members}
    assert {key for key in MEANINGS if catalogue.text(key, "en") not in used} == set()
    assert len(MEANINGS) > 90


def test_traditional_terms_hold_no_character_that_is_only_simplified() -> None:
    convert = opencc.OpenCC("s2t").convert
    column = "".join(row[2] for row in ROWS).replace("漏斗", "")
    assert {character for character in column if convert(character) != character} == set()


def test_the_terms_of_surveys_and_statistics_are_there() -> None:
    english = {row[0].lower() for row in ROWS}
    wanted = {"wave", "frame", "stratum", "reserve", "weight", "design effect", "effective n", "κ", "percentile"}
    assert wanted - english == set()


def test_every_row_has_its_four_cells() -> None:
    assert [row for row in ROWS if len(row) != 4 or not all(row)] == []
    assert re.search(r"\{\w*\}", PAGE) is None
