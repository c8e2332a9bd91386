"""Colours, shapes and dashes. What a colour says, a shape, a dash or a word says too.

Colours are those of Okabe and Ito, "Color Universal Design" (2008), which readers with the usual colour-blindnesses
tell apart. Their order is ours: neighbours differ in lightness too, so that they stay apart in black and white.
"""

from __future__ import annotations

from typing import Final

SERIES: Final = ("#0072B2", "#E69F00", "#000000", "#56B4E9", "#D55E00")
SHAPES: Final = ("circle", "square", "triangle-up", "diamond", "cross")
DASHES: Final = ((1, 0), (7, 3), (2, 2), (10, 3, 2, 3), (4, 4))

STANDING: Final = {"met": "#0072B2", "risk": "#E69F00", "missed": "#D55E00", "": "#7F7F7F"}
STANDING_SHAPES: Final = {"met": "circle", "risk": "triangle-up", "missed": "square", "": "diamond"}
SIGNS: Final = {"met": "✓ ", "risk": "! ", "missed": "✗ ", "": ""}

CLOSED: Final = "#0072B2"
GOAL: Final = "#000000"
GOAL_DASH: Final = (5, 3)
CUMULATIVE: Final = "#D55E00"
