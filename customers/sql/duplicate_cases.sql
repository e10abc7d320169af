-- Cases by pair: a new pair is a new case, a known one keeps its id and what was decided.
INSERT INTO customers_duplicatecase AS c
  (public_id, left_id, right_id, state, score, sure, reasons, source, found_at, note, decided_by)
SELECT crm_new_id(), w.left_id, w.right_id, 'open', w.score, w.sure, w.reasons::jsonb,
       %(source)s, now(), %(note)s, ''
FROM unnest(%(left)s::bigint[], %(right)s::bigint[], %(score)s::int[], %(sure)s::bool[],
            %(reasons)s::text[]) AS w (left_id, right_id, score, sure, reasons)
ON CONFLICT (left_id, right_id) DO UPDATE
SET score = excluded.score, sure = excluded.sure, reasons = excluded.reasons
WHERE c.state = 'open' AND (c.score, c.sure) IS DISTINCT FROM (excluded.score, excluded.sure)
RETURNING id, (xmax = 0) AS fresh
