-- One row per owner and key: whoever gets its id does the work, everybody else finds it there.
INSERT INTO tmf_idempotentanswer (owner_id, key, fingerprint, headers, body, created_at)
VALUES (%(owner)s, %(key)s, %(fingerprint)s, '{}', '', %(at)s)
ON CONFLICT (owner_id, key) DO NOTHING
RETURNING id
