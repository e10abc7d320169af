"""Invented people, families and companies, with what a telecom knows of them."""

from customers.generation.fill import fill_customers

__all__ = ["fill_customers"]
