-- A credit under the word of the form that it came with: the same form sent again books nothing. And raw answers of CAs by age.
CREATE TABLE credit_once (
  account_id uuid NOT NULL REFERENCES account (id),
  once text NOT NULL,
  document_id uuid REFERENCES document (id),
  credit_request_id uuid REFERENCES credit_request (id),
  made_at bigint NOT NULL,
  PRIMARY KEY (account_id, once)
);
CREATE INDEX ix_credit_once_made_at ON credit_once (made_at);
CREATE INDEX ix_ca_order_raw ON ca_order (looked_at) WHERE raw <> '';
