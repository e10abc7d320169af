-- An ended relationship stays ended: that is not a file's to change.
WITH changed AS (
  UPDATE customers_customer c
  SET name = n.name, type = n.type, segment = n.segment, status = n.status,
      care_note = n.care_note, since = n.since, party_id = n.party_id
  FROM (
    SELECT n.*
    FROM import_target t
    JOIN customers_customer old ON old.id = t.customer_id
    CROSS JOIN LATERAL jsonb_populate_record(old,
      CASE WHEN old.status = 'terminated' THEN (t.doc -> 'customer') - 'status'
           ELSE t.doc -> 'customer' END
      || CASE WHEN t.new_party AND NOT t.said_before
              THEN jsonb_build_object('party_id', t.party_id) ELSE '{}' END) n
    WHERE NOT t.said_before AND old.* IS DISTINCT FROM n.*
  ) n
  WHERE c.id = n.id
  RETURNING c.id
)
INSERT INTO import_changed SELECT id, 'customers_customer', id, 'changed' FROM changed;
