-- Every folded word by which the given customers can be found: written anew, the difference only.
WITH RECURSIVE answered AS (
  -- Records that one of these answers for since a merge, whatever hangs between them.
  SELECT r.survivor_id AS id, r.record_id
  FROM customers_mergedrecord r JOIN customers_merge m ON m.id = r.merge_id
  WHERE r.kind = 'customer' AND r.survivor_id = ANY(%(ids)s) AND m.undone_at IS NULL
  UNION
  SELECT a.id, r.record_id
  FROM answered a
  JOIN customers_mergedrecord r ON r.kind = 'customer' AND r.survivor_id = a.record_id
  JOIN customers_merge m ON m.id = r.merge_id AND m.undone_at IS NULL
),
subject AS (
  SELECT c.id, c.name, c.number, c.party_id
  FROM customers_customer c
  WHERE c.id = ANY(%(ids)s) AND c.removed_at IS NULL
),
code AS (
  SELECT id, 'number' AS kind, number AS value FROM subject
  UNION ALL
  SELECT s.id, 'number', c.number
  FROM subject s
  JOIN answered a ON a.id = s.id
  JOIN customers_customer c ON c.id = a.record_id
  UNION ALL
  SELECT s.id, 'account', a.number
  FROM subject s JOIN customers_account a ON a.customer_id = s.id
  WHERE a.number <> s.number
  UNION ALL
  SELECT s.id, 'service', p.service_number
  FROM subject s JOIN customers_product p ON p.customer_id = s.id
  WHERE p.service_number <> ''
    -- A number that was given up may be somebody else's by now.
    AND p.status <> 'ended'
  UNION ALL
  SELECT s.id, 'id', i.value
  FROM subject s JOIN customers_identifier i ON i.party_id = s.party_id
  WHERE (i.valid_to IS NULL OR i.valid_to > %(now)s) AND i.valid_from <= %(now)s
    AND i.kind <> 'document' AND i.value <> s.number
),
folded_code AS (SELECT id, kind, crm_fold(value) AS value FROM code),
medium AS (
  SELECT s.id, m.type, m.value, m.normalised, m.reversed_digits
  FROM subject s JOIN customers_contactmedium m ON m.party_id = s.party_id
  WHERE (m.valid_to IS NULL OR m.valid_to > %(now)s) AND m.valid_from <= %(now)s
),
named AS (
  SELECT id, name AS value FROM subject
  UNION ALL
  SELECT s.id, concat_ws(' ', p.name, p.given_name, p.middle_name, p.family_name,
                         p.preferred_name, p.trading_name)
  FROM subject s JOIN customers_party p ON p.id = s.party_id
  UNION ALL
  SELECT s.id, c.name
  FROM subject s
  JOIN answered a ON a.id = s.id
  JOIN customers_customer c ON c.id = a.record_id
),
part AS (
  SELECT DISTINCT n.id, w.word
  FROM named n,
       regexp_split_to_table(crm_fold(n.value), '[\s.,;:/\\|()\[\]{}"_+*&@#-]+') AS w (word)
  WHERE w.word <> ''
),
token AS (
  SELECT id, 'name' AS kind, word FROM part
  UNION ALL
  -- Two parts of a name in either order, behind a mark of their own: one look-up finds both.
  SELECT a.id, 'pair', '&' || one.word || ' ' || two.word
  FROM (
    SELECT id, array_agg(word) AS words FROM part WHERE word !~ '[0-9]' GROUP BY id
  ) a, unnest(a.words) AS one (word), unnest(a.words) AS two (word)
  WHERE one.word <> two.word
  UNION ALL
  SELECT id, kind, regexp_replace(value, '[\s.,;:/\\|()\[\]{}"_+*&@#-]+', '', 'g') FROM folded_code
  UNION ALL
  SELECT id, kind, w.word
  FROM folded_code, regexp_split_to_table(value, '[\s.,;:/\\|()\[\]{}"_+*&@#-]+') AS w (word)
  WHERE value ~ '[\s.,;:/\\|()\[\]{}"_+*&@#-]'
  UNION ALL
  -- Read from the end, behind a mark that no word begins with.
  SELECT id, 'tail', '<' || reverse(regexp_replace(value, '[\s.,;:/\\|()\[\]{}"_+*&@#-]+', '', 'g')) FROM folded_code
  UNION ALL
  SELECT id, 'email', crm_fold(coalesce(nullif(normalised, ''), value))
  FROM medium WHERE type = 'email'
  UNION ALL
  SELECT id, 'phone', reverse(reversed_digits) FROM medium WHERE reversed_digits <> ''
  UNION ALL
  SELECT id, 'phonetail', '<' || reversed_digits FROM medium WHERE reversed_digits <> ''
  UNION ALL
  SELECT m.id, 'address', w.word
  FROM medium m,
       regexp_split_to_table(crm_fold(m.value), '[\s.,;:/\\|()\[\]{}"_+*&@#-]+') AS w (word)
  WHERE m.type = 'address'
),
wanted AS (
  SELECT DISTINCT id, kind, left(word, 80) AS word FROM token WHERE word <> ''
),
gone AS (
  DELETE FROM customers_searchtoken t
  WHERE t.customer_id = ANY(%(ids)s)
    AND NOT EXISTS (
      SELECT FROM wanted w
      WHERE w.id = t.customer_id AND w.kind = t.kind AND w.word = t.token
    )
)
INSERT INTO customers_searchtoken (customer_id, kind, token)
SELECT id, kind, word FROM wanted
ON CONFLICT DO NOTHING
RETURNING id
