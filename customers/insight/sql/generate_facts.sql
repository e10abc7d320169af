-- Facts for invented customers, drawn from their own records where they stand there and from
-- their number otherwise, so that the same customers always get the same facts.
INSERT INTO insight_fact (
    public_id, customer_id, key, value, source_id, external_id, basis, purpose, state,
    observed_at, recorded_at, verified_at, stale_after, recorded_by, decided_by
)
SELECT
    gen_random_uuid(), said.id, said.key, said.value, %(source_id)s, 'invented:' || said.number,
    'contract', spec.purpose,
    CASE WHEN said.dice %% 5 = 0 THEN 'verified' ELSE 'accepted' END,
    said.seen, said.seen,
    CASE WHEN said.dice %% 5 = 0 THEN said.seen END,
    said.seen + make_interval(days => spec.fresh_days),
    'system', ''
FROM (
    SELECT
        told.id, told.number, fact.key, fact.value,
        ('x' || substr(md5(told.number || fact.key), 1, 6))::bit(24)::int AS dice,
        %(now)s::timestamptz - make_interval(
            days => ('x' || substr(md5(fact.key || told.number), 1, 6))::bit(24)::int %% 400,
            mins => ('x' || substr(md5(told.number), 1, 6))::bit(24)::int %% 1400
        ) AS seen
    FROM (
        SELECT
            customer.id, customer.number, customer.since, customer.type,
            party.gender, party.birth_date, party.language,
            account.paperless, account.payment_method, account.monthly_charge,
            account.total_charged,
            used.kinds,
            EXISTS (
                SELECT FROM customers_partyrelationship AS tie
                WHERE tie.kind = 'partner' AND party.id IN (tie.source_id, tie.target_id)
            ) AS has_partner,
            EXISTS (
                SELECT FROM customers_partyrelationship AS tie
                WHERE tie.kind IN ('parent', 'guardian') AND tie.source_id = party.id
            ) AS has_dependents,
            ('x' || substr(md5(customer.number), 1, 6))::bit(24)::int AS dice
        FROM customers_customer AS customer
        JOIN customers_party AS party ON party.id = customer.party_id
        LEFT JOIN LATERAL (
            SELECT * FROM customers_account
            WHERE customer_id = customer.id ORDER BY id LIMIT 1
        ) AS account ON TRUE
        LEFT JOIN LATERAL (
            SELECT array_agg(kind::text) AS kinds FROM customers_product
            WHERE customer_id = customer.id AND status <> 'ended'
        ) AS used ON TRUE
        WHERE customer.id = ANY(%(customer_ids)s)
    ) AS told
    CROSS JOIN LATERAL (
        VALUES
        ('person.gender', to_jsonb(nullif(told.gender, ''))),
        ('person.language', to_jsonb(nullif(told.language, ''))),
        (
            'person.age',
            CASE
                WHEN told.type = 'consumer' AND told.birth_date IS NOT NULL
                    THEN to_jsonb(extract(year FROM age(%(now)s::timestamptz, told.birth_date))::int)
            END
        ),
        (
            'household.partner',
            CASE WHEN told.type = 'consumer' THEN to_jsonb(told.has_partner) END
        ),
        (
            'household.dependents',
            CASE WHEN told.type = 'consumer' THEN to_jsonb(told.has_dependents) END
        ),
        (
            'contract.tenure_months',
            CASE
                WHEN told.since IS NOT NULL
                    THEN to_jsonb(
                        greatest(0, extract(epoch FROM %(now)s::timestamptz - told.since) / 2629800)::int
                    )
            END
        ),
        ('contract.paperless', to_jsonb(told.paperless)),
        ('contract.payment_method', to_jsonb(nullif(told.payment_method, ''))),
        ('charge.monthly', to_jsonb(told.monthly_charge::float8)),
        ('charge.total', to_jsonb(told.total_charged::float8)),
        ('service.phone', to_jsonb(told.kinds && ARRAY['voice', 'mobile'])),
        (
            'service.internet',
            CASE WHEN told.kinds IS NOT NULL THEN
                CASE WHEN 'broadband' = ANY(told.kinds) THEN '"fibre"' ELSE '"no"' END::jsonb
            END
        ),
        (
            'preference.channel',
            CASE
                WHEN told.dice %% 3 = 0 THEN to_jsonb((ARRAY['email', 'sms', 'phone'])[told.dice %% 7 %% 3 + 1])
            END
        ),
        (
            'usage.data_gb',
            CASE WHEN told.dice %% 4 = 0 THEN to_jsonb((told.dice %% 900) / 10.0) END
        )
    ) AS fact (key, value)
    WHERE fact.value IS NOT NULL
) AS said
JOIN
    jsonb_to_recordset(%(keys)s::jsonb) AS spec (key text, purpose text, fresh_days int)
    ON spec.key = said.key
ON CONFLICT (source_id, external_id, customer_id, key) WHERE external_id <> '' DO NOTHING;
