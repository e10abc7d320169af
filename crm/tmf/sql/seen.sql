INSERT INTO {table} (
    at, actor_id, actor_name, action, subject, subject_ids, purpose, detail, request_id
)
SELECT
    now(), {actor}::bigint, {actor_name}::text, 'api-read', {subject}::text, jsonb_agg(key),
    {purpose}::text, {detail}::text, {request}::text
FROM page
HAVING count(*) > 0
