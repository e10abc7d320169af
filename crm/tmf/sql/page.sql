WITH page (body, revision, key) AS MATERIALIZED ({page} LIMIT %s OFFSET %s),
seen AS ({seen})
SELECT
    coalesce(string_agg(body, ','), ''),
    count(*),
    CASE
        WHEN count(*) < %s AND (count(*) > 0 OR %s = 0) THEN %s + count(*)
        ELSE (SELECT count(*) FROM ({count} LIMIT %s) AS bounded)
    END,
    set_config('synchronous_commit', %s, true)
FROM page
