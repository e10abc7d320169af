INSERT INTO {table} (
    at, actor_id, actor_name, action, subject, subject_ids, purpose, detail, request_id
)
SELECT
    now(), {actor}, {actor_name}, 'api-read', {subject}, jsonb_agg(key), {purpose}, {detail},
    {request}
FROM page
HAVING count(*) > 0
