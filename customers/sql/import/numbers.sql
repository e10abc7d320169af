SELECT count(*) FILTER (WHERE told_changed OR touched) AS updated,
       count(*) FILTER (WHERE NOT (told_changed OR touched)) AS unchanged,
       coalesce(array_agg(customer_id) FILTER (WHERE touched), '{}') AS indexed
FROM (
  SELECT t.*, EXISTS (SELECT FROM import_changed c WHERE c.customer_id = t.customer_id) AS touched
  FROM import_target t
) told
