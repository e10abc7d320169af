-- The products a row shows; of those the mapping knows, what a row no longer shows has ended.
WITH wanted AS (
  SELECT t.customer_id, w.*
  FROM import_target t,
       jsonb_to_recordset(t.doc -> 'products')
         AS w (name text, kind text, service_number text, options jsonb)
  WHERE NOT t.said_before
),
added AS (
  INSERT INTO customers_product
    (customer_id, public_id, name, kind, service_number, status, options)
  SELECT w.customer_id, crm_new_id(), w.name, w.kind, w.service_number, 'active', w.options
  FROM wanted w
  WHERE NOT EXISTS (
    SELECT FROM customers_product old
    WHERE old.customer_id = w.customer_id AND old.name = w.name AND old.status <> 'ended'
      AND (w.service_number = '' OR old.service_number = w.service_number)
  )
  RETURNING customer_id, id
),
changed AS (
  UPDATE customers_product p
  SET options = p.options || w.options, kind = w.kind
  FROM wanted w
  WHERE p.customer_id = w.customer_id AND p.name = w.name AND p.status <> 'ended'
    AND (w.service_number = '' OR p.service_number = w.service_number)
    AND (NOT p.options @> w.options OR p.kind <> w.kind)
  RETURNING p.customer_id, p.id
),
ended AS (
  UPDATE customers_product p
  SET status = 'ended', valid_to = current_date
  FROM import_target t
  WHERE p.customer_id = t.customer_id AND p.status <> 'ended'
    AND NOT t.said_before
    AND p.name = ANY(%(known_products)s)
    AND NOT EXISTS (
      SELECT FROM wanted w WHERE w.customer_id = p.customer_id AND w.name = p.name
    )
  RETURNING p.customer_id, p.id
)
INSERT INTO import_changed
SELECT customer_id, 'customers_product', id, 'added' FROM added
UNION ALL SELECT customer_id, 'customers_product', id, 'changed' FROM changed
UNION ALL SELECT customer_id, 'customers_product', id, 'changed' FROM ended;
