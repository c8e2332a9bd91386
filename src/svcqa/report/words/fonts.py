"""Fonts for Chinese: which families are asked for, and whether this machine has one to measure texts with."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

FAMILIES: Final = "Noto Sans CJK SC, Microsoft YaHei, Microsoft JhengHei, SimSun, PingFang SC, sans-serif"
_FILES: Final = ("NotoSansCJK", "NotoSansSC", "SourceHanSans", "msyh", "simsun", "simhei", "PingFang", "wqy")


def _folders() -> list[Path]:
    home = Path.home()
    windows = os.environ.get("WINDIR")
    return [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".fonts",
        home / ".local/share/fonts",
        Path("/System/Library/Fonts"),
        Path("/Library/Fonts"),
        *([Path(windows) / "Fonts"] if windows else []),
    ]


def has_chinese_font() -> bool:
    """Whether a font with Chinese characters can be drawn with.

    Fontconfig is asked where there is one: texts are drawn with the fonts that it knows. Elsewhere the names of the
    usual font files tell.
    """
    program = shutil.which("fc-list")
    if program is not None:
        listing = subprocess.run([program, ":lang=zh-cn", "family"], capture_output=True, check=False)
        return bool(listing.stdout.strip())
    return any(
        name.lower().startswith(tuple(prefix.lower() for prefix in _FILES))
        for folder in _folders()
        if folder.is_dir()
        for _, _, names in os.walk(folder)
        for name in names
    )
