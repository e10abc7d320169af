INSERT INTO customers_importedrecord (run_id, line, customer_id, row)
SELECT %(run_id)s, line, customer_id, row
FROM import_target
WHERE problem IS NULL AND NOT said_before
