-- Mails about one certificate, the days on which clients are told that one ends, and mail texts that sellers changed.

ALTER TABLE notice ADD COLUMN certificate_id uuid;

-- When it is looked again whether the client is to be told that the present certificate ends; no row when it is not.
CREATE TABLE reminder (
  service_id uuid NOT NULL PRIMARY KEY REFERENCES service (id),
  certificate_id uuid NOT NULL,
  due_on integer NOT NULL
);
CREATE INDEX ix_reminder_due_on ON reminder (due_on, service_id);

INSERT INTO reminder (service_id, certificate_id, due_on)
SELECT id, certificate_id, end_date - 30 FROM service
WHERE state IN ('active', 'suspended') AND certificate_id IS NOT NULL AND end_date IS NOT NULL;

-- Every wording that a mail had; the one with the highest number holds. Without subject, text and HTML it is the shipped one.
CREATE TABLE mail_text (
  id uuid NOT NULL PRIMARY KEY,
  seller_id uuid NOT NULL REFERENCES seller (id),
  kind text NOT NULL,
  language text NOT NULL,
  number integer NOT NULL,
  subject text,
  body text,
  html text,
  changed_by text NOT NULL,
  changed_at bigint NOT NULL,
  failed_at bigint,
  failure text
);
CREATE UNIQUE INDEX ux_mail_text ON mail_text (seller_id, kind, language, number);
