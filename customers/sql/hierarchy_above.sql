-- Whether one party stands above another in the hierarchy of a kind.
WITH RECURSIVE above (party_id, depth) AS (
  SELECT %(from)s::bigint, 0
  UNION
  SELECT r.source_id, a.depth + 1
  FROM above a JOIN customers_partyrelationship r ON r.target_id = a.party_id
  WHERE r.kind = %(kind)s AND a.depth < 64
    AND (r.valid_to IS NULL OR r.valid_to > clock_timestamp())
)
SELECT EXISTS (SELECT FROM above WHERE party_id = %(to)s) AS above
