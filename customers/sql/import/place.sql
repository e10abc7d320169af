-- Whom each row is about, and whether this source said it before.
INSERT INTO import_target
SELECT s.line, s.row, s.doc, c.id,
       coalesce(c.party_id, nextval(pg_get_serial_sequence('customers_party', 'id'))),
       c.party_id IS NULL,
       coalesce(before.row = s.row AND before.run_id = ANY(%(same_mapping)s), false),
       s.told <> '{}' AND NOT coalesce(before.row @> s.told, false)
FROM import_row s
JOIN customers_customer c ON c.number = s.doc -> 'customer' ->> 'number'
LEFT JOIN LATERAL (
  SELECT r.row, r.run_id
  FROM customers_importedrecord r
  -- By customer, never by run: a run holds the whole file.
  WHERE r.customer_id = c.id AND r.run_id + 0 = ANY(%(same_source)s)
  ORDER BY r.id DESC LIMIT 1
) before ON true
