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
