"""Panels for notebooks and Voilà: thin, all figures come from the workspace."""

from svcqa.extras import require

require("notebook")
