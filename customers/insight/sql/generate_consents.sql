-- Answers of invented customers: about half were asked, most of them by letter or call.
INSERT INTO customers_consent (
    public_id, party_id, purpose_id, channel, given, captured_at, captured_by, source, wording
)
SELECT
    gen_random_uuid(), asked.party_id, asked.purpose_id, 'any', asked.dice %% 10 < 6,
    %(now)s::timestamptz - make_interval(days => asked.dice %% 700), 'system',
    (ARRAY['contact', 'web', 'letter'])[asked.dice %% 3 + 1], ''
FROM (
    SELECT
        customer.party_id, purpose.id AS purpose_id,
        min(('x' || substr(md5(customer.number || purpose.key), 1, 6))::bit(24)::int) AS dice
    FROM customers_customer AS customer
    CROSS JOIN customers_consentpurpose AS purpose
    WHERE
        customer.id = ANY(%(customer_ids)s)
        AND customer.party_id IS NOT NULL
        AND purpose.key IN ('marketing', 'usage-insight', 'survey')
    GROUP BY customer.party_id, purpose.id
) AS asked
WHERE asked.dice %% 2 = 0
ON CONFLICT (party_id, purpose_id, channel) WHERE superseded_at IS NULL DO NOTHING;
