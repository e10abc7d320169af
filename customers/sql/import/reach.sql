-- Contact points and identifiers are added; a file never ends one.
WITH wanted AS (
  SELECT t.party_id, w.*
  FROM import_target t,
       jsonb_to_recordset(t.doc -> 'contact_media') AS w (
         type text, value text, normalised text, reversed_digits text, role text)
  WHERE NOT t.said_before
),
added AS (
  INSERT INTO customers_contactmedium (
    public_id, party_id, type, type_as_given, value, normalised, reversed_digits, characteristic,
    role, preferred, state, valid_from)
  SELECT crm_new_id(), w.party_id, w.type, '', w.value, w.normalised, w.reversed_digits, '{}',
         w.role, false, 'unverified', now()
  FROM wanted w
  WHERE NOT EXISTS (
    SELECT FROM customers_contactmedium old
    WHERE old.party_id = w.party_id AND old.type = w.type AND old.valid_to IS NULL
      AND (old.value = w.value OR (old.normalised = w.normalised AND w.normalised <> ''))
  )
  RETURNING party_id, id
)
INSERT INTO import_changed
SELECT t.customer_id, 'customers_contactmedium', added.id, 'added'
FROM added JOIN import_target t USING (party_id) WHERE t.doc -> 'contact_media' <> '[]';

WITH added AS (
  INSERT INTO customers_identifier (party_id, kind, issuer, value, valid_from)
  SELECT t.party_id, w.kind, w.issuer, w.value, now()
  FROM import_target t,
       jsonb_to_recordset(t.doc -> 'identifiers') AS w (kind text, issuer text, value text)
  WHERE NOT t.said_before
    AND NOT EXISTS (
      SELECT FROM customers_identifier old
      WHERE old.kind = w.kind AND old.issuer = w.issuer AND old.value = w.value
        AND old.valid_to IS NULL AND old.party_id = t.party_id
    )
  RETURNING party_id, id
)
INSERT INTO import_changed
SELECT t.customer_id, 'customers_identifier', added.id, 'added'
FROM added JOIN import_target t USING (party_id) WHERE t.doc -> 'identifiers' <> '[]';
