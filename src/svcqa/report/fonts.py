"""Fonts for Chinese: which families are asked for, and whether this machine has one to measure texts with."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final

FAMILIES: Final = "Noto Sans CJK SC, Microsoft YaHei, SimSun, PingFang SC, sans-serif"
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


@cache
def has_chinese_font() -> bool:
    """Whether a font with Chinese characters is installed, judged by the names of the usual ones."""
    for folder in _folders():
        if folder.is_dir():
            for _, _, names in os.walk(folder):
                if any(name.lower().startswith(tuple(f.lower() for f in _FILES)) for name in names):
                    return True
    return False
