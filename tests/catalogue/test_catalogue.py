"""The catalogue of texts: three languages, the right characters, every entry used and every use answered."""

from __future__ import annotations

import ast
import json
import re
import string
from functools import cache

import opencc
import pytest

from support.workspaces import REPO
from svcqa import catalogue
from svcqa.errors import Fault, SvcqaError

SOURCE = REPO / "src" / "svcqa"
COLUMNS = ("hans", "hant", "en")
CJK = re.compile(r"[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
ENTRIES = catalogue.entries()

# Characters that OpenCC would convert although they are right where they stand: character → why.
FINE_IN_HANT: dict[str, str] = {"斗": "漏斗, a funnel, is no 鬥"}
FINE_IN_HANS: dict[str, str] = {}


def placeholders(text: str) -> list[str]:
    return sorted({name for _, name, _, _ in string.Formatter().parse(text) if name is not None})


@cache
def trees() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py")))


@cache
def constants() -> frozenset[str]:
    """Every string of the program, and the names of fields and arguments: forms ask for the label of each field."""
    found: set[str] = set()
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(node.target.id)
            elif isinstance(node, ast.keyword) and node.arg is not None:
                found.add(node.arg)
    return frozenset(found | shipped())


def shipped() -> set[str]:
    """Entries that notebooks name in the metadata of their headings, and templates of a new workspace in comments."""
    named: set[str] = set()
    for notebook in (REPO / "notebooks").glob("*.ipynb"):
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        named |= {cell["metadata"]["svcqa_text"] for cell in cells if "svcqa_text" in cell["metadata"]}
    for template in (SOURCE / "starter" / "template").rglob("*.toml"):
        named |= {f"starter.{key}" for key in re.findall(r"^# @(\w+)$", template.read_text(encoding="utf-8"), re.M)}
    for template in (SOURCE / "starter" / "plugin").glob("*.tmpl"):
        named |= {f"starter.{key}" for key in re.findall(r"^ *# @(\w+)$", template.read_text(encoding="utf-8"), re.M)}
    return named


@cache
def patterns() -> tuple[re.Pattern[str], ...]:
    """F-strings that can name entries: ``wording.state_{name}``, ``legend_{flag}``; not ``forms.{key}`` alone."""
    found = []
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [str(part.value) if isinstance(part, ast.Constant) else None for part in node.values]
                known = "".join(part for part in parts if part)
                if re.fullmatch(r"(\w+\.)?\w{3,}", known):
                    found.append(re.compile("".join(r"\w+" if part is None else re.escape(part) for part in parts)))
    return tuple(found)


def is_used(key: str) -> bool:
    """The key, or what follows its subject, stands in the program, or an f-string of the program makes it."""
    tail = key.partition(".")[2]
    names = {key, tail, *([tail.removesuffix("_fix")] if key.startswith("faults.") else [])}
    return bool(names & constants()) or any(pattern.fullmatch(name) for pattern in patterns() for name in (key, tail))


def test_every_entry_speaks_three_languages() -> None:
    assert len(ENTRIES) > 100
    assert [key for key, entry in ENTRIES.items() if set(entry) != set(COLUMNS)] == []
    assert [key for key, entry in ENTRIES.items() if not all(entry[column].strip() for column in COLUMNS)] == []


def test_the_three_languages_of_an_entry_have_the_same_places_to_fill() -> None:
    wrong = [
        key for key, entry in ENTRIES.items() if len({tuple(placeholders(entry[column])) for column in COLUMNS}) > 1
    ]
    assert wrong == []


def test_traditional_texts_hold_no_character_that_is_only_simplified() -> None:
    convert = opencc.OpenCC("s2t").convert
    wrong = {
        (key, character)
        for key, entry in ENTRIES.items()
        for character in entry["hant"]
        if convert(character) != character and character not in FINE_IN_HANT
    }
    assert wrong == set()


def test_simplified_texts_hold_no_character_that_is_only_traditional() -> None:
    convert = opencc.OpenCC("t2s").convert
    wrong = {
        (key, character)
        for key, entry in ENTRIES.items()
        for character in entry["hans"]
        if convert(character) != character and character not in FINE_IN_HANS
    }
    assert wrong == set()


def test_the_check_of_characters_would_find_a_slip() -> None:
    # 标 and 標 are the simplified and the traditional form of one character
    assert opencc.OpenCC("s2t").convert("标") == "標"
    assert opencc.OpenCC("t2s").convert("標") == "标"


def test_english_texts_hold_no_chinese() -> None:
    assert [key for key, entry in ENTRIES.items() if CJK.search(entry["en"])] == []


def test_every_entry_is_used_somewhere() -> None:
    unused = [key for key in ENTRIES if not is_used(key)]
    assert unused == []


def test_every_fix_belongs_to_a_fault() -> None:
    fixes = [key for key in ENTRIES if key.startswith("faults.") and key.endswith("_fix")]
    assert fixes
    assert [key for key in fixes if key.removesuffix("_fix") not in ENTRIES] == []


def first_texts(*functions: str) -> set[str]:
    """The literal first arguments of calls of ``functions``."""
    found = set()
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                first = node.args[0]
                if name in functions and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_every_fault_of_the_program_has_its_text() -> None:
    codes = first_texts("Fault")
    assert len(codes) > 20
    assert {code for code in codes if f"faults.{code}" not in ENTRIES} == set()


def test_every_text_asked_for_by_name_exists() -> None:
    subjects = {key.split(".")[0] for key in ENTRIES}
    asked = {key for key in first_texts("text", "or_key", "has") if key.split(".")[0] in subjects and "." in key}
    assert asked
    assert asked - set(ENTRIES) == set()


def test_every_reason_of_the_quarantine_has_its_text() -> None:
    # the codes that findings are made with, and the one the reader gives
    codes = first_texts("finding") | {"before_start", "due_before_start", "wrong_field_count"}
    assert {"missing_required", "unknown_code", "far_date"} <= codes
    assert {code for code in codes if f"reasons.{code}" not in ENTRIES} == set()


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_fault_is_told_in_full_in_every_language(language: catalogue.Language) -> None:
    codes = first_texts("Fault") | {"missing_key", "unknown_key", "bad_value"}
    for code in sorted(codes):
        told = Fault(code, file="file.csv", place="the place", got="what was got", allowed="what is allowed").render(
            language
        )
        assert "{" not in told
        for part in ("file.csv", "the place", "what was got", "what is allowed"):
            assert part in told, (code, told)


def test_what_is_allowed_is_told_once() -> None:
    fault = Fault("missing_columns", file="orders.csv", got="order_id", allowed="a, b, c")
    assert fault.render("en").count("a, b, c") == 1


def test_an_error_with_several_faults_lists_them_all_and_counts_them() -> None:
    error = SvcqaError(
        [Fault("missing_key", file="one.toml", place="key"), Fault("missing_key", file="two.toml", place="name")]
    )
    lines = error.render("zh-Hans").splitlines()
    assert len(lines) == 3
    assert "2" in lines[0]
    assert "one.toml" in lines[1]
    assert "two.toml" in lines[2]
    assert str(error) == error.render("en")


def test_an_unknown_text_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        catalogue.text("faults.nothing_of_the_kind")
    assert catalogue.or_key("faults.nothing_of_the_kind") == "nothing_of_the_kind"


def test_every_requirement_of_the_program_stands_in_the_catalogue() -> None:
    asked = {
        node.args[0].value
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ("NotAllowedError", "Requirement")
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(asked) > 40
    assert {f"allowed.{key}" for key in asked} - set(ENTRIES) == set()


def test_no_check_of_a_file_speaks_english_only() -> None:
    """A plain ValueError of a policy or parameter would stand in English inside a Chinese message."""
    rooms = [SOURCE / room for room in ("entities", "plugins", "metrics")]
    plain = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for room in rooms
        for path in sorted(room.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and getattr(node.exc.func, "id", "") == "ValueError"
    ]
    assert plain == []
