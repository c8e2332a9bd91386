"""One module a revision; there is no way back from one, as the register only grows."""
