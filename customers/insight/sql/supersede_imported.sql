-- What the same source said before, where this file says otherwise and was not taken in yet.
UPDATE insight_fact AS old
SET superseded_at = %(now)s
FROM imported_values AS said
WHERE
    old.customer_id = said.customer_id
    AND old.key = said.key
    AND old.source_id = %(source_id)s
    AND old.superseded_at IS NULL
    AND old.state IN ('accepted', 'verified')
    AND old.value <> said.value
    AND NOT EXISTS (
        SELECT 1
        FROM insight_fact AS known
        WHERE
            known.source_id = %(source_id)s
            AND known.external_id = said.external_id
            AND known.customer_id = said.customer_id
            AND known.key = said.key
    );
