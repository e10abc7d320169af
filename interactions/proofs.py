"""Readiness cases of this app: each really runs what it vouches for, inside a savepoint."""
