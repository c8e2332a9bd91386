"""Numbers, verdicts and findings in words."""
