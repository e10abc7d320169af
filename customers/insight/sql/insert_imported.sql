-- The facts of one file; what the source already said stays the fact it was.
INSERT INTO insight_fact (
    public_id, customer_id, key, value, source_id, external_id, basis, purpose, state,
    observed_at, recorded_at, stale_after, recorded_by, decided_by
)
SELECT
    gen_random_uuid(), said.customer_id, said.key, said.value, %(source_id)s, said.external_id,
    %(basis)s, said.purpose, 'accepted',
    %(observed_at)s, %(now)s, %(observed_at)s + make_interval(days => said.fresh_days),
    %(by)s, ''
FROM imported_values AS said
WHERE NOT EXISTS (
    SELECT 1
    FROM insight_fact AS held
    WHERE
        held.customer_id = said.customer_id
        AND held.key = said.key
        AND held.source_id = %(source_id)s
        AND held.superseded_at IS NULL
        AND held.state IN ('accepted', 'verified')
        AND held.value = said.value
)
-- The sort ends the look-ups before the first row is written: into a table that is new and unknown
-- to the planner they would otherwise scan what this very statement adds, row after row.
ORDER BY said.customer_id, said.key
ON CONFLICT (source_id, external_id, customer_id, key) WHERE external_id <> '' DO NOTHING;
