"""The command line: a module for each subject."""

from svcqa.cli.application import app, main

__all__ = ["app", "main"]
