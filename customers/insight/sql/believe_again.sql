-- Take back the facts of one file about some customers; what each had superseded stands again.
-- What a person confirmed is theirs by now and stays.
WITH gone AS (
    DELETE FROM insight_fact
    WHERE
        customer_id = ANY(%(ids)s)
        AND external_id LIKE %(mark)s
        AND verified_at IS NULL
        AND decided_at IS NULL
    RETURNING customer_id, key, source_id, recorded_at
)
UPDATE insight_fact AS old
SET superseded_at = NULL
FROM gone
WHERE
    old.customer_id = gone.customer_id
    AND old.key = gone.key
    AND old.source_id = gone.source_id
    AND old.superseded_at = gone.recorded_at
    AND old.external_id NOT LIKE %(mark)s
RETURNING old.id
