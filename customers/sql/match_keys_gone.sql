-- Keys of parties that no longer hold.
DELETE FROM customers_matchkey m
USING unnest(%(parties)s::bigint[], %(keys)s::text[]) AS g (party_id, key)
WHERE m.party_id = g.party_id AND m.key = g.key COLLATE "C"
