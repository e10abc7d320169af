-- Messages that left against what their customer had said: judged by the rows as they stand, apart
-- from the code that asks before it sends, so that a door that does not ask is found out.
CREATE VIEW interactions_messages_against_wishes AS
SELECT m.id AS message_id, m.interaction_id, m.sent_at
FROM interactions_message m
JOIN interactions_interaction i ON i.id = m.interaction_id
LEFT JOIN customers_customer u ON u.id = i.customer_id
CROSS JOIN LATERAL (SELECT coalesce(m.handed_over_at, m.sent_at) AS at) left_at
WHERE m.direction = 'outbound' AND m.kind IN ('public', 'notice') AND m.state IN ('sent', 'delivered')
  AND (
    m.allowed_because = ''
    -- What a person said themselves went to no address.
    OR m.recipient <> '' AND EXISTS (
      SELECT FROM customers_consent c
      JOIN customers_consentpurpose p ON p.id = c.purpose_id
      WHERE c.party_id = u.party_id AND p.key = m.purpose AND p.basis <> 'legal-obligation'
        AND NOT c.given AND c.channel IN (m.channel, 'any')
        AND c.captured_at <= left_at.at AND (c.superseded_at IS NULL OR c.superseded_at > left_at.at)
        -- A later yes for this channel narrows a no for all.
        AND NOT (c.channel = 'any' AND EXISTS (
          SELECT FROM customers_consent s
          WHERE s.party_id = c.party_id AND s.purpose_id = c.purpose_id AND s.channel = m.channel
            AND s.given AND s.captured_at <= left_at.at
            AND (s.superseded_at IS NULL OR s.superseded_at > left_at.at))))
    OR m.recipient <> '' AND EXISTS (
      SELECT FROM customers_communicationneed n
      CROSS JOIN LATERAL (SELECT (left_at.at AT TIME ZONE n.time_zone)::time AS clock) wall
      WHERE n.party_id = u.party_id AND n.time_zone <> '' AND n.quiet_from IS NOT NULL
        AND n.quiet_to IS NOT NULL AND n.recorded_at <= left_at.at
        -- Changed since, it says nothing about what was wished then.
        AND NOT EXISTS (
          SELECT FROM customers_communicationneedevent e
          WHERE e.pgh_obj_id = n.id AND e.pgh_created_at > left_at.at)
        AND n.topic = (
          SELECT t.topic FROM customers_communicationneed t
          WHERE t.party_id = u.party_id AND t.topic IN ('service', CASE m.purpose
            WHEN 'billing' THEN 'bill' WHEN 'outage-notice' THEN 'outage'
            WHEN 'order-updates' THEN 'order' ELSE m.purpose END)
          ORDER BY t.topic = 'service' LIMIT 1)
        AND CASE WHEN n.quiet_from <= n.quiet_to
          THEN wall.clock >= n.quiet_from AND wall.clock < n.quiet_to
          ELSE wall.clock >= n.quiet_from OR wall.clock < n.quiet_to END)
  );
