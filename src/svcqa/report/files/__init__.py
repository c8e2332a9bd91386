"""Files that are handed out: review, notebook, pictures, templates."""
