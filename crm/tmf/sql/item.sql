WITH page (body, revision, key) AS MATERIALIZED ({page}),
seen AS ({seen})
SELECT body, revision, key, set_config('synchronous_commit', {commit}, true) FROM page
