-- Ties of one hierarchy are made one at a time: two that close a ring cannot miss each other.
SELECT pg_advisory_xact_lock(hashtext('customers.hierarchy:' || %(kind)s))
