-- S-7: messages that went to customers in the window against their wishes: without a permission
-- written beside them, after a refusal, or in quiet hours.
SELECT
  count(*) FILTER (WHERE EXISTS (
    SELECT FROM interactions_messages_against_wishes w WHERE w.message_id = m.id)) AS value,
  count(*) AS n,
  0 AS excluded
FROM interactions_message m
LEFT JOIN interactions_interaction i ON i.id = m.interaction_id
WHERE m.sent_at >= %(a)s AND m.sent_at < %(b)s
  AND m.direction = 'outbound' AND m.kind IN ('public', 'notice')
  AND m.state IN ('sent', 'delivered')
  AND (%(channel)s::text IS NULL OR i.channel = %(channel)s)
  AND (%(vertical)s::text IS NULL OR %(vertical)s = ANY (i.verticals))
  AND (%(reason)s::text IS NULL
       OR i.reason_id = (SELECT y.id FROM interactions_reason y WHERE y.key = %(reason)s))
  AND (%(team)s::bigint IS NULL OR i.team_id = %(team)s)
  AND (%(segment)s::text IS NULL
       OR EXISTS (SELECT 1 FROM customers_customer u WHERE u.id = i.customer_id AND u.segment = %(segment)s))
  AND (%(rule)s::text IS NULL AND %(version)s::bigint IS NULL
       OR EXISTS (SELECT 1 FROM interactions_slaclock c
                  WHERE c.interaction_id = i.id
                    AND (%(rule)s::text IS NULL OR c.rule = %(rule)s)
                    AND (%(version)s::bigint IS NULL OR c.capability_version_id = %(version)s)))
