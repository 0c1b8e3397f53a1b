"""A dated release: every layer in every format, with what a reader needs to draw, check, verify and cite it."""
