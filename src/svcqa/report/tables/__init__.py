"""Results, reviews and proposals as tables of texts."""
