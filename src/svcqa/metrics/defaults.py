"""Which registered metric answers which question of reviews, panels and commands, where the policy names none.

The one place of such names: whoever registers another metric under one of them is asked instead.
"""

from __future__ import annotations

from typing import Final

WITHIN_LIMIT: Final = "compliance"
"""The share of cases within their limit."""
TIMES: Final = "sla_percentiles"
"""How long cases take."""
CALLED_BACK: Final = "called_back"
"""Which closed cases were called back."""
SAMPLED: Final = "satisfaction_sampling"
"""What a wave of callbacks says of all customers."""

PROCESS: Final = "process_chart"
TREND: Final = "trend"
SEASON: Final = "seasonality"
FORECAST: Final = "forecast"
UNITS_COMPARED: Final = "funnel"
