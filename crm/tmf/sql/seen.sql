INSERT INTO {table} (
    at, actor_id, actor_name, action, subject, subject_ids, purpose, detail, request_id
)
SELECT now(), %s, %s, 'api-read', %s, jsonb_agg(key), %s, %s, %s
FROM page
HAVING count(*) > 0
