"""Interactions out of files: the mapping, and one row read by it."""
