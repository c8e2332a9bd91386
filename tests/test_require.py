"""The one helper through which tests skip: it says what is missing, and hides nothing where that is asked for."""

from __future__ import annotations

import pytest

from support.workspaces import require


def test_what_is_there_lets_the_test_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("0", "1"):
        monkeypatch.setenv("SVCQA_NO_SKIP", value)
        assert require(["something"], "a thing") is None


def test_what_is_missing_is_named_in_the_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SVCQA_NO_SKIP", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Chromium"):
        require(None, "Chromium")


def test_a_complete_machine_fails_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVCQA_NO_SKIP", "1")
    with pytest.raises(pytest.fail.Exception, match="Chromium"):
        require(None, "Chromium")
