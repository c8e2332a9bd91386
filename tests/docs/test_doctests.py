"""The examples in docstrings run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import svcqa

# migrations are run by Alembic alone
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(svcqa.__path__, "svcqa.")
    if "._bundled" not in module.name and not module.name.startswith("svcqa.register.migrations.")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_there_are_examples() -> None:
    found = [test for name in MODULES for test in doctest.DocTestFinder().find(importlib.import_module(name))]
    assert sum(len(test.examples) for test in found) >= 15
