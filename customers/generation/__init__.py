"""Invented people, families and companies, with what a telecom knows of them and their orders."""

from customers.generation.fill import fill_customers
from customers.generation.orders import fill_orders

__all__ = ["fill_customers", "fill_orders"]
