-- The days between which a CA says that a certificate is valid are days, in columns of 32 bits as every day.

ALTER TABLE ca_order ADD COLUMN first_day integer;
ALTER TABLE ca_order ADD COLUMN last_day integer;
UPDATE ca_order SET first_day = CAST(valid_from AS integer), last_day = CAST(valid_to AS integer);
ALTER TABLE ca_order DROP COLUMN valid_from;
ALTER TABLE ca_order DROP COLUMN valid_to;
ALTER TABLE ca_order RENAME COLUMN first_day TO valid_from;
ALTER TABLE ca_order RENAME COLUMN last_day TO valid_to;
