"""Reviews: pure functions of figures and register entries."""
