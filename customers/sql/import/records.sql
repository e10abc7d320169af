-- The rows as they came, and what they did to customers who were there before.
INSERT INTO customers_importedrecord (run_id, line, customer_id, row)
SELECT %(run_id)s, line, customer_id, row
FROM import_target
WHERE NOT said_before;

INSERT INTO customers_importchange (run_id, customer_id, "table", row_id, how)
SELECT DISTINCT %(run_id)s::bigint, customer_id, "table", row_id, how
FROM import_changed;
