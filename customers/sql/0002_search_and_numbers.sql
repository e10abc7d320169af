-- The same as customers.folding.fold, letter for letter.
CREATE FUNCTION crm_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
  WHEN value ~ '^[a-z0-9 -]*$' THEN value
  ELSE replace(replace(replace(replace(
    translate(
      lower(regexp_replace(
        normalize(value, NFKD),
        '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]', '', 'g')),
      'łøđıς''’ʼ`´', 'lodiσ'),
    'æ', 'ae'), 'œ', 'oe'), 'ß', 'ss'), 'þ', 'th')
END;

CREATE SEQUENCE customers_customer_number;

-- The same shape as crm.ids.new_id: a version 7 UUID, for rows that are made set by set.
CREATE FUNCTION crm_new_id() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN encode(
  set_bit(set_bit(
    overlay(
      uuid_send(gen_random_uuid())
      PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
      FROM 1 FOR 6),
    52, 1), 53, 1),
  'hex')::uuid;
