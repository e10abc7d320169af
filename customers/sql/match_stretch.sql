-- Parties of a stretch of ids, as the matcher reads them: each table is read once, in its order.
SELECT p.id, p.kind, p.name, p.given_name, p.middle_name, p.family_name, p.birth_date::text,
       m.media, i.documents
FROM customers_party p
LEFT JOIN (
  SELECT m.party_id,
         json_agg(json_build_array(m.type, m.value, m.characteristic) ORDER BY m.id)::text AS media
  FROM customers_contactmedium m
  WHERE m.party_id > %(after)s AND m.party_id <= %(upto)s AND m.valid_to IS NULL
  GROUP BY m.party_id
) m ON m.party_id = p.id
LEFT JOIN (
  SELECT i.party_id, array_agg(i.value ORDER BY i.id) AS documents
  FROM customers_identifier i
  WHERE i.party_id > %(after)s AND i.party_id <= %(upto)s AND i.valid_to IS NULL
    AND i.kind = 'document'
  GROUP BY i.party_id
) i ON i.party_id = p.id
WHERE p.removed_at IS NULL AND p.id > %(after)s AND p.id <= %(upto)s
ORDER BY p.id
