-- Replace now: runs that issue many certificates again within hours, and the services of each in the order of their urgency.

CREATE TABLE replacement (
    id uuid NOT NULL PRIMARY KEY,
    number bigint NOT NULL,
    seller_id uuid NOT NULL REFERENCES seller (id),
    state text NOT NULL,
    why text NOT NULL,
    services integer NOT NULL,
    started_by text NOT NULL,
    started_at bigint NOT NULL,
    deadline_at bigint NOT NULL,
    ended_at bigint,
    version bigint NOT NULL
);
CREATE UNIQUE INDEX ux_replacement_number ON replacement (number);
CREATE INDEX ix_replacement_open ON replacement (number) WHERE ended_at IS NULL;

CREATE TABLE replacement_service (
    replacement_id uuid NOT NULL REFERENCES replacement (id),
    position integer NOT NULL,
    service_id uuid NOT NULL REFERENCES service (id),
    module_id uuid REFERENCES processing_module (id),
    state text NOT NULL,
    needs text NOT NULL,
    old_certificate_id uuid REFERENCES certificate (id),
    old_serial text NOT NULL,
    new_serial text,
    begun_at bigint,
    ended_at bigint,
    problem text,
    PRIMARY KEY (replacement_id, position)
);
-- A service is in one run at a time.
CREATE UNIQUE INDEX ux_replacement_service_open ON replacement_service (service_id) WHERE state IN ('queued', 'begun');
CREATE INDEX ix_replacement_service_queue ON replacement_service (replacement_id, module_id, position)
    WHERE state = 'queued';
CREATE INDEX ix_replacement_service_begun ON replacement_service (replacement_id, position) WHERE state = 'begun';
CREATE INDEX ix_replacement_service_state ON replacement_service (replacement_id, state, position);
