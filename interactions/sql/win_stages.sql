-- One row per clock, promise and stage: whoever gets a row back acts, everybody else doesn't.
INSERT INTO interactions_stagenotice (clock_id, commitment_no, stage, fired_at, superseded)
SELECT wanted.clock_id, wanted.commitment_no, wanted.stage, now(), wanted.superseded
FROM unnest(%(clocks)s::bigint[], %(numbers)s::smallint[], %(stages)s::smallint[], %(superseded)s::boolean[])
  AS wanted (clock_id, commitment_no, stage, superseded)
-- In one order, so that two who write the same wait for each other and never in a circle.
ORDER BY wanted.clock_id, wanted.commitment_no, wanted.stage
ON CONFLICT (clock_id, commitment_no, stage) DO NOTHING
RETURNING clock_id, commitment_no, stage
