"""Panels for notebooks and Voilà: thin, all figures come from the workspace."""
