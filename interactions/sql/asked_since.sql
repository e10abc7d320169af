-- Since when each of these waits for what its customer was asked first.
SELECT interaction_id, min(asked_at) AS asked_at
FROM interactions_responserequest
WHERE interaction_id = ANY (%(these)s) AND state = 'asked'
GROUP BY interaction_id
