SELECT count(*) FILTER (WHERE is_new) AS created,
       count(*) FILTER (WHERE NOT is_new AND (told_changed OR touched)) AS updated,
       count(*) FILTER (WHERE NOT is_new AND NOT (told_changed OR touched)) AS unchanged,
       coalesce(array_agg(customer_id) FILTER (WHERE is_new OR touched), '{}') AS indexed
FROM (
  SELECT t.*, EXISTS (SELECT FROM import_changed c WHERE c.customer_id = t.customer_id) AS touched
  FROM import_target t
  WHERE problem IS NULL
) told
