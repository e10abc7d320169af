"""The figures for other systems."""
