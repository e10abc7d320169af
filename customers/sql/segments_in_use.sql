-- The segments customers stand in: one step along the index for each, however many customers.
WITH RECURSIVE step AS (
  (SELECT segment FROM customers_customer WHERE segment <> '' ORDER BY segment LIMIT 1)
  UNION ALL
  SELECT (
    SELECT next.segment FROM customers_customer next
    WHERE next.segment <> '' AND next.segment > step.segment
    ORDER BY next.segment LIMIT 1
  )
  FROM step WHERE step.segment IS NOT NULL
)
SELECT segment FROM step WHERE segment IS NOT NULL LIMIT 100
