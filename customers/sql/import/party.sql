WITH added AS (
  INSERT INTO customers_party
  SELECT p.*
  FROM import_target t,
       jsonb_populate_record(NULL::customers_party,
         %(party)s::jsonb || (t.doc -> 'party') || jsonb_build_object(
           'id', t.party_id, 'public_id', crm_new_id(), 'created_at', now(), 'updated_at', now()
         )) p
  WHERE t.new_party AND NOT t.said_before
  RETURNING id
)
INSERT INTO import_changed
SELECT t.customer_id, 'customers_party', added.id, 'added'
FROM added JOIN import_target t ON t.party_id = added.id;

WITH changed AS (
  UPDATE customers_party p
  SET name = n.name, given_name = n.given_name, middle_name = n.middle_name,
      family_name = n.family_name, preferred_name = n.preferred_name, title = n.title,
      gender = n.gender, birth_date = n.birth_date, nationality = n.nationality,
      marital_status = n.marital_status, trading_name = n.trading_name,
      organization_type = n.organization_type, language = n.language
  FROM (
    SELECT t.customer_id, n.*
    FROM import_target t
    JOIN customers_party old ON old.id = t.party_id
    CROSS JOIN LATERAL jsonb_populate_record(old, t.doc -> 'party') n
    WHERE NOT t.new_party AND NOT t.said_before AND old.* IS DISTINCT FROM n.*
  ) n
  WHERE p.id = n.id
  RETURNING n.customer_id, p.id
)
INSERT INTO import_changed SELECT customer_id, 'customers_party', id, 'changed' FROM changed;
