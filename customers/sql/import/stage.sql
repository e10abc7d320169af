-- Where one batch waits to be placed. A first import fills tables whose statistics still say
-- "empty": only the index is a safe way into them.
SET LOCAL enable_seqscan = off;
CREATE TEMP TABLE IF NOT EXISTS import_row (
  line int, row jsonb, told jsonb, doc jsonb
);
CREATE TEMP TABLE IF NOT EXISTS import_target (
  line int, row jsonb, told jsonb, doc jsonb, customer_id bigint, party_id bigint,
  is_new boolean, new_party boolean, said_before boolean, told_changed boolean, problem text
);
CREATE TEMP TABLE IF NOT EXISTS import_changed (customer_id bigint);
TRUNCATE import_row, import_target, import_changed;
