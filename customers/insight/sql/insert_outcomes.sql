-- What really happened later, by the mapped columns; learnt from, never believed.
INSERT INTO insight_outcome (customer_id, kind, happened, known_at, source_id)
SELECT
    record.customer_id, spec.kind, bool_or(spec."true" ? cell.raw), %(observed_at)s, %(source_id)s
FROM customers_importedrecord AS record
CROSS JOIN
    jsonb_to_recordset(%(outcomes)s::jsonb) AS spec ("column" text, kind text, "true" jsonb)
CROSS JOIN LATERAL (
    SELECT btrim(coalesce(record.row ->> spec."column", '')) AS raw
) AS cell
WHERE record.run_id = %(run_id)s
    AND record.line > %(after_line)s AND record.line <= %(last_line)s
    AND record.customer_id IS NOT NULL AND cell.raw <> ''
GROUP BY record.customer_id, spec.kind
ON CONFLICT (customer_id, kind, source_id) DO UPDATE
SET happened = excluded.happened, known_at = excluded.known_at
WHERE insight_outcome.happened IS DISTINCT FROM excluded.happened;
