-- The customers a batch speaks of who are there already, held until it is placed.
SELECT number, id, party_id, removed_at IS NOT NULL AS removed,
       status = 'terminated' AS ended
FROM customers_customer
WHERE number = ANY(%(numbers)s)
ORDER BY id
FOR NO KEY UPDATE
