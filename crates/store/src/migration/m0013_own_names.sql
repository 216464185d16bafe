-- Whose service a name belongs to: a client's search begins at its own names. Neither database adds a column that may not be
-- empty to rows that are there, so the table is written anew.

CREATE TABLE service_name_with_account (
    service_id uuid NOT NULL REFERENCES service (id),
    names_version integer NOT NULL,
    position integer NOT NULL,
    name bytea NOT NULL,
    reversed bytea NOT NULL,
    method text NOT NULL,
    approver text,
    account_id uuid NOT NULL REFERENCES account (id),
    PRIMARY KEY (service_id, names_version, position)
);
INSERT INTO service_name_with_account
    SELECT n.service_id, n.names_version, n.position, n.name, n.reversed, n.method, n.approver, s.account_id
    FROM service_name n JOIN service s ON s.id = n.service_id;
DROP TABLE service_name;
ALTER TABLE service_name_with_account RENAME TO service_name;
CREATE INDEX ix_service_name_name ON service_name (name, service_id);
CREATE INDEX ix_service_name_reversed ON service_name (reversed, service_id);
CREATE INDEX ix_service_name_method ON service_name (method, service_id);
CREATE INDEX ix_service_name_account_name ON service_name (account_id, name, service_id);
CREATE INDEX ix_service_name_account_reversed ON service_name (account_id, reversed, service_id);
