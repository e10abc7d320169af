-- Whom each row is about: a known customer or a new one, and whether this source said it before.
INSERT INTO import_target
SELECT s.line, s.row, s.told, s.doc,
       coalesce(c.id, nextval(pg_get_serial_sequence('customers_customer', 'id'))),
       coalesce(c.party_id, nextval(pg_get_serial_sequence('customers_party', 'id'))),
       c.id IS NULL, c.party_id IS NULL,
       coalesce(before.row = s.row AND before.run_id = ANY(%(same_mapping)s), false),
       c.id IS NOT NULL AND s.told <> '{}'
         AND NOT coalesce(before.row @> s.told, false),
       CASE
         WHEN c.removed_at IS NOT NULL THEN 'removed'
         WHEN a.customer_id <> c.id OR (a.id IS NOT NULL AND c.id IS NULL) THEN 'account'
         WHEN EXISTS (
           SELECT FROM jsonb_to_recordset(s.doc -> 'identifiers')
                         AS wanted (kind text, issuer text, value text)
           JOIN customers_identifier i USING (kind, issuer, value)
           WHERE i.valid_to IS NULL AND i.kind <> 'document'
             AND i.party_id IS DISTINCT FROM c.party_id
         ) THEN 'identifier'
       END
FROM import_row s
LEFT JOIN customers_customer c ON c.number = s.doc -> 'customer' ->> 'number'
LEFT JOIN customers_account a ON a.number = s.doc -> 'account' ->> 'number'
LEFT JOIN LATERAL (
  SELECT r.row, r.run_id
  FROM customers_importedrecord r
  -- By customer, never by run: a run holds the whole file.
  WHERE r.customer_id = c.id AND r.run_id + 0 = ANY(%(same_source)s)
  ORDER BY r.id DESC LIMIT 1
) before ON true
