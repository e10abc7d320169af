-- Customers with a word that begins as the lead does (or is one of its near spellings), and with
-- one for each other part.
SELECT c.id AS customer_id, c.public_id, c.number, c.name, c.type, l.kind, l.token
FROM (
  (SELECT s.customer_id, s.kind, s.token
   FROM customers_searchtoken s
   WHERE s.token >= %(lead)s COLLATE "C" AND s.token < (%(lead)s || U&'\+10FFFF') COLLATE "C"
     AND s.kind = ANY(%(kinds)s) AND %(lead)s <> ''
   LIMIT %(reach)s)
  UNION ALL
  (SELECT s.customer_id, s.kind, s.token
   FROM customers_searchtoken s
   WHERE s.token = ANY(%(spellings)s) AND s.kind = 'name'
   LIMIT %(reach)s)
) l
JOIN customers_customer c ON c.id = l.customer_id
WHERE c.removed_at IS NULL AND (%(everyone)s OR c.care_team_id = ANY(%(teams)s))
  -- A word that nobody has, as one with a slip: asked once, before anybody is looked at.
  AND NOT EXISTS (
    SELECT FROM unnest(%(others)s::text[]) AS o (begins)
    WHERE NOT EXISTS (
      SELECT FROM customers_searchtoken s
      WHERE s.kind = ANY(%(kinds)s)
        AND s.token >= o.begins COLLATE "C" AND s.token < (o.begins || U&'\+10FFFF') COLLATE "C"
    )
  )
  AND NOT EXISTS (
    SELECT FROM unnest(%(others)s::text[]) AS o (begins)
    WHERE NOT EXISTS (
      SELECT FROM customers_searchtoken s
      WHERE s.customer_id = l.customer_id AND s.kind = ANY(%(kinds)s)
        AND s.token >= o.begins COLLATE "C" AND s.token < (o.begins || U&'\+10FFFF') COLLATE "C"
    )
  )
LIMIT %(limit)s
