-- Two people recording the same person take turns: the keys of a record, always in one order.
SELECT pg_advisory_xact_lock(hashtextextended('customers.matchkey:' || w.key, 0))
FROM unnest(%(keys)s::text[]) WITH ORDINALITY AS w (key, place)
ORDER BY w.place
