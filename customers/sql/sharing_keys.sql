-- For each of these parties the others that share most keys with it.
SELECT f.party_id, o.party_id AS other_id
FROM unnest(%(ids)s::bigint[]) AS f (party_id)
CROSS JOIN LATERAL (
  SELECT s.party_id
  FROM customers_matchkey m
  CROSS JOIN LATERAL (
    SELECT s.party_id FROM customers_matchkey s
    WHERE s.key = m.key AND s.party_id <> m.party_id
    LIMIT %(reach)s
  ) s
  WHERE m.party_id = f.party_id
  GROUP BY s.party_id
  ORDER BY count(*) DESC, s.party_id
  LIMIT %(limit)s
) o
JOIN customers_party p ON p.id = o.party_id AND p.removed_at IS NULL
JOIN customers_party q ON q.id = f.party_id AND q.kind = p.kind
