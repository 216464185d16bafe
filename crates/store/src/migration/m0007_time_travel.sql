-- Moves of business time in simulated mode: what was asked, how far it came, what came of it. `slot` is 1 while a move is
-- not over, so that there is one at a time; `asked_at` and `lease_until` are the machine's time, the others business time.

CREATE TABLE time_travel (
  id uuid NOT NULL PRIMARY KEY,
  asked_by text NOT NULL,
  asked_at bigint NOT NULL,
  from_at bigint,
  target_at bigint NOT NULL,
  state text NOT NULL,
  progress text NOT NULL,
  report text,
  error text,
  slot integer,
  lease_owner text,
  lease_until bigint,
  version bigint NOT NULL
);
CREATE UNIQUE INDEX ux_time_travel_slot ON time_travel (slot);
CREATE INDEX ix_time_travel_asked_at ON time_travel (asked_at);
