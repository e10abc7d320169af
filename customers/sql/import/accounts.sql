-- Whose the accounts of a batch are now.
SELECT number, customer_id FROM customers_account WHERE number = ANY(%(numbers)s)
