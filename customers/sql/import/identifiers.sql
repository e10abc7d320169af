-- Whose the identifiers of a batch are now; one look-up each, whatever the planner believes.
SELECT held.kind, held.issuer, held.value, held.party_id
FROM unnest(%(kind)s::text[], %(issuer)s::text[], %(value)s::text[]) AS wanted (kind, issuer, value)
CROSS JOIN LATERAL (
  SELECT i.kind, i.issuer, i.value, i.party_id
  FROM customers_identifier i
  WHERE i.kind = wanted.kind AND i.issuer = wanted.issuer AND i.value = wanted.value
    AND i.valid_to IS NULL AND i.kind <> 'document'
  LIMIT 1
) AS held
