-- Parties that share the most keys with somebody, as the matcher reads them. Contact points and
-- pairs of names are looked up where they stand: those of an import have no keys yet. Who is a
-- customer of others only is found, as nobody may be recorded twice, and not named.
SELECT p.id, p.kind, p.name, p.given_name, p.middle_name, p.family_name, p.birth_date::text,
       m.media, i.documents, c.seen IS FALSE AS hidden,
       c.id AS customer_id, c.number, c.name AS customer_name
FROM (
  SELECT party_id, sum(shared) AS shared FROM (
  SELECT k.party_id, count(*) AS shared
  FROM unnest(%(keys)s::text[]) AS w (key)
  CROSS JOIN LATERAL (
    SELECT s.party_id FROM customers_matchkey s WHERE s.key = w.key COLLATE "C" LIMIT %(reach)s::bigint
  ) k
  WHERE k.party_id <> %(except)s::bigint
  GROUP BY k.party_id
  UNION ALL
  SELECT k.party_id, 1
  FROM unnest(%(reached)s::text[]) AS w (normalised)
  CROSS JOIN LATERAL (
    SELECT m.party_id FROM customers_contactmedium m
    WHERE m.normalised = w.normalised AND m.valid_to IS NULL LIMIT %(reach)s::bigint
  ) k
  WHERE k.party_id <> %(except)s::bigint
  UNION ALL
  SELECT c.party_id, 1
  FROM unnest(%(named)s::text[]) AS w (token)
  CROSS JOIN LATERAL (
    SELECT t.customer_id FROM customers_searchtoken t
    WHERE t.token = w.token COLLATE "C" AND t.kind = 'pair' LIMIT %(reach)s::bigint
  ) t
  JOIN customers_customer c ON c.id = t.customer_id AND c.party_id <> %(except)s::bigint
  ) every
  GROUP BY party_id
  ORDER BY sum(shared) DESC, party_id
  LIMIT %(limit)s::bigint
) f
JOIN customers_party p ON p.id = f.party_id
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(m.type, m.value, m.characteristic) ORDER BY m.id)::text AS media
  FROM customers_contactmedium m WHERE m.party_id = p.id AND m.valid_to IS NULL
) m ON true
LEFT JOIN LATERAL (
  SELECT array_agg(i.value ORDER BY i.id) AS documents
  FROM customers_identifier i
  WHERE i.party_id = p.id AND i.valid_to IS NULL AND i.kind = 'document' AND %(documented)s::bool
) i ON true
LEFT JOIN LATERAL (
  SELECT s.seen, c.id, c.number, c.name
  FROM customers_customer c
  CROSS JOIN LATERAL (
    SELECT %(everyone)s::bool OR coalesce(c.care_team_id = ANY(%(teams)s::bigint[]), false) AS seen
  ) s
  WHERE c.party_id = p.id AND c.removed_at IS NULL
  ORDER BY s.seen DESC, c.id
  LIMIT 1
) c ON true
WHERE p.removed_at IS NULL AND p.kind = %(kind)s::text
ORDER BY f.shared DESC, p.id
