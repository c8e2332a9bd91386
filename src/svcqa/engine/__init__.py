"""Derive and summarise: records in, exact mergeable summaries out."""
