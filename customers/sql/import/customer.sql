INSERT INTO customers_customer
SELECT c.*
FROM import_target t,
     jsonb_populate_record(NULL::customers_customer,
       %(customer)s::jsonb || (t.doc -> 'customer') || jsonb_build_object(
         'id', t.customer_id, 'party_id', t.party_id, 'public_id', crm_new_id(),
         'created_at', now(), 'updated_at', now()
       )) c
WHERE t.is_new AND t.problem IS NULL;

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
      || jsonb_build_object('party_id', t.party_id)) n
    WHERE NOT t.is_new AND t.problem IS NULL AND NOT t.said_before
      AND old.* IS DISTINCT FROM n.*
  ) n
  WHERE c.id = n.id
  RETURNING c.id
)
INSERT INTO import_changed SELECT id FROM changed;
