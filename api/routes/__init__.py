"""The URL space, one module a subject."""
