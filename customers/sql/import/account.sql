WITH added AS (
  INSERT INTO customers_account
  SELECT a.*
  FROM import_target t,
       jsonb_populate_record(NULL::customers_account,
         %(account)s::jsonb || (t.doc -> 'account') || jsonb_build_object(
           'id', nextval(pg_get_serial_sequence('customers_account', 'id')),
           'customer_id', t.customer_id, 'public_id', crm_new_id()
         )) a
  WHERE NOT t.said_before AND t.doc -> 'account' ? 'number'
    AND NOT EXISTS (
      SELECT FROM customers_account old WHERE old.number = t.doc -> 'account' ->> 'number'
    )
  RETURNING customer_id, id
),
changed AS (
  UPDATE customers_account a
  SET payment_method = n.payment_method, paperless = n.paperless,
      monthly_charge = n.monthly_charge, total_charged = n.total_charged, currency = n.currency
  FROM (
    SELECT n.*
    FROM import_target t
    JOIN customers_account old ON old.number = t.doc -> 'account' ->> 'number'
    CROSS JOIN LATERAL jsonb_populate_record(old, t.doc -> 'account') n
    WHERE NOT t.said_before AND old.* IS DISTINCT FROM n.*
  ) n
  WHERE a.id = n.id
  RETURNING a.customer_id, a.id
)
INSERT INTO import_changed
SELECT customer_id, 'customers_account', id, 'added' FROM added
UNION ALL SELECT customer_id, 'customers_account', id, 'changed' FROM changed;
