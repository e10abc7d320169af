-- Where the rows about known customers wait to be compared.
CREATE TEMP TABLE IF NOT EXISTS import_row (
  line int, row jsonb, told jsonb, doc jsonb
);
CREATE TEMP TABLE IF NOT EXISTS import_target (
  line int, row jsonb, doc jsonb, customer_id bigint, party_id bigint,
  new_party boolean, said_before boolean, told_changed boolean
);
CREATE TEMP TABLE IF NOT EXISTS import_changed (
  customer_id bigint, "table" text, row_id bigint, how text
);
TRUNCATE import_row, import_target, import_changed;
