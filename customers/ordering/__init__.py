"""PURE: what an order needs to know, and what order events come to. No Django, no database."""
