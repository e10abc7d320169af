WITH page (body, revision, key) AS MATERIALIZED ({page} LIMIT {limit} OFFSET {offset}),
seen AS ({seen})
SELECT
    coalesce(string_agg(body, ','), ''),
    count(*),
    CASE
        WHEN count(*) < {limit} AND (count(*) > 0 OR {offset} = 0) THEN {offset} + count(*)
        ELSE (SELECT count(*) FROM ({count} LIMIT {cap}) AS bounded)
    END,
    set_config('synchronous_commit', {commit}, true)
FROM page
