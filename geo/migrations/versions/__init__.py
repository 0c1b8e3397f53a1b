"""Every change of a table, in order."""
