-- What the rows of one import run say, typed: one row per customer and mapped column.
-- Empty cells and values that do not fit their type say nothing and are left out.
CREATE TEMPORARY TABLE imported_values ON COMMIT DROP AS
SELECT said.customer_id, said.key, said.value, said.external_id, said.purpose, said.fresh_days
FROM (
    SELECT
        record.customer_id,
        spec.key,
        spec.purpose,
        spec.fresh_days,
        %(file)s || ':' || record.line AS external_id,
        CASE
            WHEN spec.map ? cell.raw THEN nullif(spec.map -> cell.raw, 'null'::jsonb)
            WHEN cell.raw = '' THEN NULL
            WHEN spec.kind = 'text' THEN to_jsonb(cell.raw)
            WHEN spec.kind = 'bool' THEN
                CASE
                    WHEN lower(cell.raw) IN ('yes', 'true', '1', 'y') THEN 'true'::jsonb
                    WHEN lower(cell.raw) IN ('no', 'false', '0', 'n') THEN 'false'::jsonb
                END
            WHEN spec.kind = 'int' AND cell.raw ~ '^-?[0-9]{1,15}$' THEN
                to_jsonb(cell.raw::bigint)
            WHEN spec.kind = 'number' AND cell.raw ~ '^-?[0-9]{1,15}(\.[0-9]{1,10})?$' THEN
                to_jsonb(cell.raw::float8)
        END AS value
    FROM customers_importedrecord AS record
    CROSS JOIN
        jsonb_to_recordset(%(facts)s::jsonb) AS spec (
            "column" text, key text, kind text, map jsonb, purpose text, fresh_days int
        )
    CROSS JOIN LATERAL (
        SELECT btrim(coalesce(record.row ->> spec."column", '')) AS raw
    ) AS cell
    WHERE record.run_id = %(run_id)s
        AND record.line > %(after_line)s AND record.line <= %(last_line)s
        AND record.customer_id IS NOT NULL
) AS said
WHERE said.value IS NOT NULL;
