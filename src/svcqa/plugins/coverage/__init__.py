"""Coverage: households visited and entered, counted as sets."""
