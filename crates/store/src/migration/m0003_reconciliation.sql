-- Comparing with the CA's own list of orders.

CREATE TABLE reconciliation (
  module_id uuid NOT NULL PRIMARY KEY REFERENCES processing_module (id),
  first_at bigint NOT NULL,
  last_at bigint NOT NULL,
  is_clean boolean NOT NULL,
  result text NOT NULL,
  version bigint NOT NULL
);

-- Orders at the CA that no order here stands behind.
CREATE TABLE foreign_order (
  module_id uuid NOT NULL REFERENCES processing_module (id),
  ca_ref text NOT NULL,
  verdict text NOT NULL,
  seen_at bigint NOT NULL,
  names text NOT NULL,
  state text NOT NULL,
  decided_by uuid REFERENCES "user" (id),
  version bigint NOT NULL,
  PRIMARY KEY (module_id, ca_ref)
);
CREATE INDEX ix_foreign_order_verdict ON foreign_order (verdict);
