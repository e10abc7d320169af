-- One row per clock, promise and stage: whoever gets a row back acts, everybody else doesn't.
INSERT INTO interactions_stagenotice (clock_id, commitment_no, stage, fired_at, superseded)
VALUES (%(clock)s, %(number)s, %(stage)s, now(), %(superseded)s)
ON CONFLICT (clock_id, commitment_no, stage) DO NOTHING
RETURNING id
