"""Invented contacts: a history that was answered, kept and missed, and a desk full of open ones."""

from interactions.generation.fill import fill_interactions

__all__ = ["fill_interactions"]
