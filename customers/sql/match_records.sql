-- Some parties as the matcher reads them.
SELECT p.id, p.kind, p.name, p.given_name, p.middle_name, p.family_name, p.birth_date::text,
       m.media, i.documents
FROM customers_party p
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(m.type, m.value, m.characteristic) ORDER BY m.id)::text AS media
  FROM customers_contactmedium m WHERE m.party_id = p.id AND m.valid_to IS NULL
) m ON true
LEFT JOIN LATERAL (
  SELECT array_agg(i.value ORDER BY i.id) AS documents
  FROM customers_identifier i
  WHERE i.party_id = p.id AND i.valid_to IS NULL AND i.kind = 'document'
) i ON true
WHERE p.removed_at IS NULL AND p.id = ANY(%(ids)s)
ORDER BY p.id
