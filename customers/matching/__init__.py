"""Who is the same person: plain values in, scored and explained pairs out; no database."""
