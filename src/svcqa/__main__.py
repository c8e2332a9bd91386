"""``python -m svcqa``: the command line."""

from svcqa.cli import main

main()
