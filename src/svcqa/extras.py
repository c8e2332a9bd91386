"""What an installation may lack: libraries that only some work needs come with an extra of the package."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Final

from svcqa.errors import Fault, MissingExtraError

EXTRAS: Final[dict[str, tuple[str, ...]]] = {
    "charts": ("altair", "vl_convert"),
    "forms": ("docx", "xlsxwriter"),
    "notebook": ("ipykernel", "ipywidgets", "jupyter_client", "jupyterlab", "nbclient", "nbconvert", "papermill"),
    "postgresql": ("psycopg",),
    "voila": ("voila",),
}
"""The modules that an extra brings; ``pyproject.toml`` names the packages that hold them."""


@cache
def require(extra: str) -> None:
    """Say that what follows needs an extra.

    Raises:
        MissingExtraError: naming what of it is not installed.
    """
    missing = [name for name in EXTRAS[extra] if find_spec(name) is None]
    if missing:
        raise MissingExtraError(Fault("missing_extra", got=", ".join(missing), allowed=f"svcqa[{extra}]"))


def explained(error: ModuleNotFoundError) -> MissingExtraError | None:
    """The same of an import that failed; nothing where no extra brings the module."""
    name = (error.name or "").partition(".")[0]
    for extra, modules in EXTRAS.items():
        if name in modules:
            return MissingExtraError(Fault("missing_extra", got=name, allowed=f"svcqa[{extra}]"))
    return None
