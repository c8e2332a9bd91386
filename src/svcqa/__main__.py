"""``python -m svcqa``: the command line."""

from svcqa.cli import main

if __name__ == "__main__":
    main()
