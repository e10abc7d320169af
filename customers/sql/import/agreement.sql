-- An agreement that an order made is the order system's; no file speaks of it.
WITH added AS (
  INSERT INTO customers_agreement
  SELECT a.*
  FROM import_target t,
       jsonb_populate_record(NULL::customers_agreement,
         %(agreement)s::jsonb || (t.doc -> 'agreement') || jsonb_build_object(
           'id', nextval(pg_get_serial_sequence('customers_agreement', 'id')),
           'customer_id', t.customer_id, 'public_id', crm_new_id()
         )) a
  WHERE NOT t.said_before AND t.doc -> 'agreement' ? 'name'
    AND NOT EXISTS (
      SELECT FROM customers_agreement old
      WHERE old.customer_id = t.customer_id
        AND NOT EXISTS (SELECT FROM customers_orderedthing o WHERE o.agreement_id = old.id)
    )
  RETURNING customer_id, id
),
changed AS (
  UPDATE customers_agreement a
  SET name = n.name, term = n.term, sla_tier = n.sla_tier,
      valid_from = n.valid_from, valid_to = n.valid_to
  FROM (
    SELECT n.*
    FROM import_target t
    JOIN LATERAL (
      SELECT * FROM customers_agreement a
      WHERE a.customer_id = t.customer_id
        AND NOT EXISTS (SELECT FROM customers_orderedthing o WHERE o.agreement_id = a.id)
      ORDER BY a.id DESC LIMIT 1
    ) latest ON true
    JOIN customers_agreement old ON old.id = latest.id
    CROSS JOIN LATERAL jsonb_populate_record(old, t.doc -> 'agreement') n
    WHERE NOT t.said_before
      AND t.doc -> 'agreement' ? 'name' AND old.* IS DISTINCT FROM n.*
  ) n
  WHERE a.id = n.id
  RETURNING a.customer_id, a.id
)
INSERT INTO import_changed
SELECT customer_id, 'customers_agreement', id, 'added' FROM added
UNION ALL SELECT customer_id, 'customers_agreement', id, 'changed' FROM changed;
