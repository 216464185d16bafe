-- Who sells, who buys, who signs in; what they owe each other; what they are told; who did what.

CREATE TABLE counter (
  name text NOT NULL PRIMARY KEY,
  value bigint NOT NULL
);

-- One row: which installation this is. The same id lies in a file beside the database (design §5).
CREATE TABLE instance (
  id integer NOT NULL PRIMARY KEY,
  instance_id uuid NOT NULL,
  purchases_blocked boolean NOT NULL,
  blocked_reason text,
  blocked_at bigint,
  clock_offset bigint NOT NULL,
  version bigint NOT NULL
);

CREATE TABLE periodic (
  name text NOT NULL PRIMARY KEY,
  next_run_at bigint NOT NULL,
  last_started_at bigint,
  last_finished_at bigint,
  last_result text,
  last_error text,
  backlog bigint NOT NULL,
  lease_owner text,
  lease_until bigint,
  version bigint NOT NULL
);

CREATE TABLE seller (
  id uuid NOT NULL PRIMARY KEY,
  name text NOT NULL,
  time_zone text NOT NULL,
  currency text NOT NULL,
  created_at bigint NOT NULL,
  version bigint NOT NULL
);

CREATE TABLE setting (
  seller_id uuid NOT NULL REFERENCES seller (id),
  key text NOT NULL,
  value text NOT NULL,
  changed_at bigint NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (seller_id, key)
);

CREATE TABLE account (
  id uuid NOT NULL PRIMARY KEY,
  seller_id uuid NOT NULL REFERENCES seller (id),
  number bigint NOT NULL,
  name text NOT NULL,
  search text NOT NULL,
  kind text NOT NULL,
  country text NOT NULL,
  tax_number text NOT NULL,
  currency text NOT NULL,
  credit_limit bigint NOT NULL,
  language text NOT NULL,
  state text NOT NULL,
  note text NOT NULL,
  created_at bigint NOT NULL,
  version bigint NOT NULL
);
CREATE UNIQUE INDEX ux_account_number ON account (number);
CREATE INDEX ix_account_seller_number ON account (seller_id, number);

CREATE TABLE "user" (
  id uuid NOT NULL PRIMARY KEY,
  seller_id uuid NOT NULL REFERENCES seller (id),
  email text NOT NULL,
  email_key text NOT NULL,
  name text NOT NULL,
  password_hash text,
  password_changed_at bigint,
  staff_role text,
  language text NOT NULL,
  state text NOT NULL,
  confirmed_at bigint,
  last_sign_in_at bigint,
  created_at bigint NOT NULL,
  version bigint NOT NULL
);
CREATE UNIQUE INDEX ux_user_email_key ON "user" (seller_id, email_key);
CREATE INDEX ix_user_staff_role ON "user" (staff_role);

CREATE TABLE membership (
  id uuid NOT NULL PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account (id),
  user_id uuid NOT NULL REFERENCES "user" (id),
  role text NOT NULL,
  created_at bigint NOT NULL,
  version bigint NOT NULL
);
CREATE UNIQUE INDEX ux_membership_user_account ON membership (user_id, account_id);
CREATE INDEX ix_membership_account ON membership (account_id);

CREATE TABLE session (
  id uuid NOT NULL PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES "user" (id),
  token_hash bytea NOT NULL,
  stage text NOT NULL,
  account_id uuid REFERENCES account (id),
  address text,
  agent text NOT NULL,
  created_at bigint NOT NULL,
  seen_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  confirmed_at bigint,
  ended_at bigint
);
CREATE UNIQUE INDEX ux_session_token_hash ON session (token_hash);
CREATE INDEX ix_session_user ON session (user_id, ended_at);
CREATE INDEX ix_session_expires_at ON session (expires_at);

CREATE TABLE one_time_token (
  id uuid NOT NULL PRIMARY KEY,
  purpose text NOT NULL,
  user_id uuid REFERENCES "user" (id),
  token_hash bytea NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint
);
CREATE UNIQUE INDEX ux_one_time_token_hash ON one_time_token (token_hash);
CREATE INDEX ix_one_time_token_user ON one_time_token (user_id, purpose);
CREATE INDEX ix_one_time_token_expires_at ON one_time_token (expires_at);

CREATE TABLE totp (
  user_id uuid NOT NULL PRIMARY KEY REFERENCES "user" (id),
  sealed_secret bytea NOT NULL,
  confirmed_at bigint,
  last_step bigint NOT NULL,
  created_at bigint NOT NULL,
  version bigint NOT NULL
);

CREATE TABLE recovery_code (
  user_id uuid NOT NULL REFERENCES "user" (id),
  code_hash bytea NOT NULL,
  used_at bigint,
  PRIMARY KEY (user_id, code_hash)
);

CREATE TABLE login_attempt (
  id uuid NOT NULL PRIMARY KEY,
  at bigint NOT NULL,
  subject text NOT NULL,
  address text NOT NULL,
  outcome text NOT NULL
);
CREATE INDEX ix_login_attempt_subject_at ON login_attempt (subject, at);
CREATE INDEX ix_login_attempt_address_at ON login_attempt (address, at);
CREATE INDEX ix_login_attempt_at ON login_attempt (at);

CREATE TABLE api_token (
  id uuid NOT NULL PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account (id),
  user_id uuid NOT NULL REFERENCES "user" (id),
  name text NOT NULL,
  token_hash bytea NOT NULL,
  scopes text NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint,
  last_used_at bigint,
  revoked_at bigint,
  version bigint NOT NULL
);
CREATE UNIQUE INDEX ux_api_token_hash ON api_token (token_hash);
CREATE INDEX ix_api_token_account ON api_token (account_id);

CREATE TABLE api_idempotency (
  token_id uuid NOT NULL REFERENCES api_token (id),
  key text NOT NULL,
  request_hash bytea NOT NULL,
  status integer,
  body text,
  created_at bigint NOT NULL,
  PRIMARY KEY (token_id, key)
);
CREATE INDEX ix_api_idempotency_created_at ON api_idempotency (created_at);

CREATE TABLE department (
  id uuid NOT NULL PRIMARY KEY,
  seller_id uuid NOT NULL REFERENCES seller (id),
  name text NOT NULL,
  email text NOT NULL,
  is_archived boolean NOT NULL,
  created_at bigint NOT NULL,
  version bigint NOT NULL
);
CREATE UNIQUE INDEX ux_department_name ON department (seller_id, name);

CREATE TABLE department_member (
  department_id uuid NOT NULL REFERENCES department (id),
  user_id uuid NOT NULL REFERENCES "user" (id),
  PRIMARY KEY (department_id, user_id)
);

-- References to services, operations and modules have no foreign key here: their tables come later, and a task outlives them.
CREATE TABLE task (
  id uuid NOT NULL PRIMARY KEY,
  seller_id uuid NOT NULL REFERENCES seller (id),
  number bigint NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  title text NOT NULL,
  detail text NOT NULL,
  department_id uuid NOT NULL REFERENCES department (id),
  performer_id uuid REFERENCES "user" (id),
  service_id uuid,
  operation_id uuid,
  module_id uuid,
  account_id uuid REFERENCES account (id),
  dedup_key text NOT NULL,
  created_at bigint NOT NULL,
  changed_at bigint NOT NULL,
  closed_at bigint,
  version bigint NOT NULL
);
CREATE UNIQUE INDEX ux_task_number ON task (number);
CREATE UNIQUE INDEX ux_task_open_dedup_key ON task (dedup_key) WHERE closed_at IS NULL;
CREATE INDEX ix_task_seller_state_number ON task (seller_id, state, number);
CREATE INDEX ix_task_department_state_number ON task (department_id, state, number);
CREATE INDEX ix_task_performer_state_number ON task (performer_id, state, number);
CREATE INDEX ix_task_service ON task (service_id);
CREATE INDEX ix_task_operation ON task (operation_id);
CREATE INDEX ix_task_module ON task (module_id);

CREATE TABLE task_comment (
  id uuid NOT NULL PRIMARY KEY,
  task_id uuid NOT NULL REFERENCES task (id),
  author_id uuid REFERENCES "user" (id),
  author text NOT NULL,
  body text NOT NULL,
  created_at bigint NOT NULL
);
CREATE INDEX ix_task_comment_task ON task_comment (task_id, id);

CREATE TABLE audit (
  seq bigint NOT NULL PRIMARY KEY,
  at bigint NOT NULL,
  seller_id uuid,
  actor text NOT NULL,
  user_id uuid,
  account_id uuid,
  address text,
  request text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  detail text NOT NULL,
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL
);
CREATE INDEX ix_audit_subject_seq ON audit (subject, seq);
CREATE INDEX ix_audit_user_seq ON audit (user_id, seq);
CREATE INDEX ix_audit_account_seq ON audit (account_id, seq);
CREATE INDEX ix_audit_action_seq ON audit (action, seq);

-- One row: the end of the chain. Its lock makes writers append one after another.
CREATE TABLE audit_head (
  id integer NOT NULL PRIMARY KEY,
  seq bigint NOT NULL,
  hash bytea NOT NULL
);

CREATE TABLE ledger_account (
  id uuid NOT NULL PRIMARY KEY,
  seller_id uuid NOT NULL REFERENCES seller (id),
  key text NOT NULL,
  kind text NOT NULL,
  account_id uuid REFERENCES account (id),
  module_id uuid,
  currency text NOT NULL,
  balance bigint NOT NULL,
  seq bigint NOT NULL,
  version bigint NOT NULL
);
CREATE UNIQUE INDEX ux_ledger_account_key ON ledger_account (key);
CREATE INDEX ix_ledger_account_account ON ledger_account (account_id);
CREATE INDEX ix_ledger_account_module ON ledger_account (module_id);

CREATE TABLE entry (
  id uuid NOT NULL PRIMARY KEY,
  seller_id uuid NOT NULL REFERENCES seller (id),
  kind text NOT NULL,
  at bigint NOT NULL,
  account_id uuid REFERENCES account (id),
  module_id uuid,
  service_id uuid,
  operation_id uuid,
  document_id uuid,
  note text NOT NULL,
  actor text NOT NULL
);
CREATE INDEX ix_entry_service ON entry (service_id, id);
CREATE INDEX ix_entry_account_kind ON entry (account_id, kind, id);

CREATE TABLE posting (
  entry_id uuid NOT NULL REFERENCES entry (id),
  line integer NOT NULL,
  ledger_account_id uuid NOT NULL REFERENCES ledger_account (id),
  seq bigint NOT NULL,
  amount bigint NOT NULL,
  currency text NOT NULL,
  balance_after bigint NOT NULL,
  PRIMARY KEY (entry_id, line)
);
CREATE UNIQUE INDEX ux_posting_ledger_account_seq ON posting (ledger_account_id, seq);

CREATE TABLE reservation (
  id uuid NOT NULL PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account (id),
  service_id uuid,
  operation_id uuid,
  state text NOT NULL,
  gross bigint NOT NULL,
  currency text NOT NULL,
  price text NOT NULL,
  created_at bigint NOT NULL,
  closed_at bigint,
  version bigint NOT NULL
);
CREATE INDEX ix_reservation_account_state ON reservation (account_id, state);
CREATE INDEX ix_reservation_service ON reservation (service_id);

CREATE TABLE document (
  id uuid NOT NULL PRIMARY KEY,
  seller_id uuid NOT NULL REFERENCES seller (id),
  kind text NOT NULL,
  number bigint NOT NULL,
  account_id uuid NOT NULL REFERENCES account (id),
  entry_id uuid NOT NULL,
  service_id uuid,
  refers_to uuid REFERENCES document (id),
  issued_at bigint NOT NULL,
  issued_on integer NOT NULL,
  currency text NOT NULL,
  net bigint NOT NULL,
  tax bigint NOT NULL,
  gross bigint NOT NULL,
  seller text NOT NULL,
  buyer text NOT NULL,
  note text NOT NULL
);
CREATE UNIQUE INDEX ux_document_number ON document (seller_id, kind, number);
CREATE INDEX ix_document_account ON document (account_id, id);
CREATE INDEX ix_document_service ON document (service_id);
CREATE UNIQUE INDEX ux_document_refers_to ON document (refers_to);

CREATE TABLE document_line (
  document_id uuid NOT NULL REFERENCES document (id),
  line integer NOT NULL,
  kind text NOT NULL,
  quantity integer NOT NULL,
  unit_net bigint NOT NULL,
  net bigint NOT NULL,
  tax_rate text NOT NULL,
  tax bigint NOT NULL,
  gross bigint NOT NULL,
  PRIMARY KEY (document_id, line)
);

CREATE TABLE credit_request (
  id uuid NOT NULL PRIMARY KEY,
  seller_id uuid NOT NULL REFERENCES seller (id),
  account_id uuid NOT NULL REFERENCES account (id),
  amount bigint NOT NULL,
  currency text NOT NULL,
  note text NOT NULL,
  state text NOT NULL,
  asked_by uuid NOT NULL REFERENCES "user" (id),
  asked_at bigint NOT NULL,
  decided_by uuid REFERENCES "user" (id),
  decided_at bigint,
  entry_id uuid,
  task_id uuid REFERENCES task (id),
  version bigint NOT NULL
);
CREATE INDEX ix_credit_request_account ON credit_request (account_id, id);
CREATE INDEX ix_credit_request_state ON credit_request (state, id);

CREATE TABLE tax_rate (
  id uuid NOT NULL PRIMARY KEY,
  seller_id uuid NOT NULL REFERENCES seller (id),
  country text NOT NULL,
  account_kind text NOT NULL,
  percent text NOT NULL,
  valid_from integer NOT NULL,
  created_at bigint NOT NULL
);
CREATE UNIQUE INDEX ux_tax_rate_country_kind_from ON tax_rate (seller_id, country, account_kind, valid_from);

CREATE TABLE exchange_rate (
  id uuid NOT NULL PRIMARY KEY,
  seller_id uuid NOT NULL REFERENCES seller (id),
  from_currency text NOT NULL,
  to_currency text NOT NULL,
  rate text NOT NULL,
  source text NOT NULL,
  valid_on integer NOT NULL,
  created_at bigint NOT NULL
);
CREATE UNIQUE INDEX ux_exchange_rate_pair_on ON exchange_rate (seller_id, from_currency, to_currency, valid_on);

CREATE TABLE notice (
  id uuid NOT NULL PRIMARY KEY,
  seller_id uuid NOT NULL REFERENCES seller (id),
  kind text NOT NULL,
  dedup_key text NOT NULL,
  recipient text NOT NULL,
  language text NOT NULL,
  data text NOT NULL,
  sealed_data bytea,
  account_id uuid REFERENCES account (id),
  service_id uuid,
  state text NOT NULL,
  attempts integer NOT NULL,
  next_try_at bigint NOT NULL,
  lease_owner text,
  lease_until bigint,
  last_error text,
  created_at bigint NOT NULL,
  sent_at bigint
);
CREATE UNIQUE INDEX ux_notice_dedup_key ON notice (dedup_key);
CREATE INDEX ix_notice_state_next_try_at ON notice (state, next_try_at);
CREATE INDEX ix_notice_service ON notice (service_id, id);
CREATE INDEX ix_notice_account ON notice (account_id, id);
