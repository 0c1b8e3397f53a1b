"""Speaks HTTP and the command line: parses, asks, answers; decides nothing about features."""
