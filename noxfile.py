"""What a developer runs: ``nox`` (the checks and the quick tests), ``nox -l`` lists the rest.

Every session works in the environment that nox itself is installed in, so that nothing is downloaded.
"""

from __future__ import annotations

import sys

import nox

PYTHON = sys.executable

nox.options.default_venv_backend = "none"
nox.options.sessions = ["check", "quick"]


@nox.session
def check(session: nox.Session) -> None:
    """Lint, format, types."""
    session.run(PYTHON, "-m", "ruff", "check", ".")
    session.run(PYTHON, "-m", "ruff", "format", "--check", ".")
    session.run(PYTHON, "-m", "mypy")


@nox.session
def quick(session: nox.Session) -> None:
    """The tests that are run at every change."""
    session.run(PYTHON, "-m", "pytest", "-n", "logical", "-m", "quick", *session.posargs)


@nox.session
def test(session: nox.Session) -> None:
    """Every test; what follows ``--`` goes to pytest: ``nox -s test -- -m 'not slow' tests/review``."""
    session.run(PYTHON, "-m", "pytest", "-n", "logical", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Write the generated pages again, then hold all pages against the program."""
    session.run(PYTHON, "-m", "svcqa", "dictionary", "--out", "docs/data_dictionary.md")
    session.run(PYTHON, "-m", "svcqa", "glossary", "--out", "docs/glossary.md")
    session.run(PYTHON, "-m", "pytest", "tests/docs", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure speed; what follows ``--`` names a subject: ``nox -s bench -- forecast``."""
    session.run(PYTHON, "-m", "benchmarks", *session.posargs)
