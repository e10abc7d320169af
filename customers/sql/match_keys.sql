-- The keys of some parties, given as two lists side by side: the difference only.
WITH wanted AS (
  SELECT w.party_id, w.key FROM unnest(%(parties)s::bigint[], %(keys)s::text[]) AS w (party_id, key)
),
gone AS (
  DELETE FROM customers_matchkey m
  WHERE m.party_id = ANY(%(of)s)
    AND NOT EXISTS (SELECT FROM wanted w WHERE w.party_id = m.party_id AND w.key = m.key)
)
INSERT INTO customers_matchkey (party_id, key)
SELECT party_id, key FROM wanted
ON CONFLICT DO NOTHING
RETURNING id
