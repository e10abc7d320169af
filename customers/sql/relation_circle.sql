-- Everybody within a few ties of a party, and the ties between them; no more of each than shown.
WITH RECURSIVE live AS NOT MATERIALIZED (
  SELECT id, source_id, target_id, kind
  FROM customers_partyrelationship
  WHERE valid_from <= %(now)s AND (valid_to IS NULL OR valid_to > %(now)s)
),
reached (party_id, depth) AS (
  SELECT %(party)s::bigint, 0
  UNION
  SELECT next.party_id, r.depth + 1
  FROM reached r
  CROSS JOIN LATERAL (
    (SELECT target_id AS party_id FROM live WHERE source_id = r.party_id ORDER BY id LIMIT %(most)s)
    UNION
    (SELECT source_id FROM live WHERE target_id = r.party_id ORDER BY id LIMIT %(most)s)
  ) next
  WHERE r.depth < %(depth)s
),
circle AS (
  SELECT r.party_id, min(r.depth) AS depth, p.name, p.kind
  FROM reached r JOIN customers_party p ON p.id = r.party_id
  WHERE p.removed_at IS NULL
  GROUP BY r.party_id, p.name, p.kind
  ORDER BY min(r.depth), r.party_id
  LIMIT %(most)s
)
SELECT c.party_id, c.depth, c.kind,
  -- Whoever came by a file without a name is called what we know them as.
  coalesce(
    nullif(c.name, ''),
    (SELECT k.name FROM customers_customer k
     WHERE k.party_id = c.party_id AND k.removed_at IS NULL ORDER BY k.id LIMIT 1),
    ''
  ) AS name,
  coalesce(
    (SELECT jsonb_agg(jsonb_build_array(l.target_id, l.kind) ORDER BY l.id)
     FROM live l JOIN circle o ON o.party_id = l.target_id
     WHERE l.source_id = c.party_id),
    '[]'
  ) AS ties
FROM circle c
ORDER BY c.depth, c.party_id
