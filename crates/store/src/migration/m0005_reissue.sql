-- Reissues: when the next one is due, every id that a CA gave one order, and validations round by round.

ALTER TABLE service ADD COLUMN reissue_on integer;
CREATE INDEX ix_service_reissue_on ON service (reissue_on, id) WHERE reissue_on IS NOT NULL;
ALTER TABLE service ADD COLUMN renew_on integer;
CREATE INDEX ix_service_renew_on ON service (renew_on, id) WHERE renew_on IS NOT NULL;

ALTER TABLE ca_order ADD COLUMN round integer NOT NULL DEFAULT 0;

CREATE TABLE ca_order_ref (
    module_id uuid NOT NULL REFERENCES processing_module (id),
    ca_ref text NOT NULL,
    ca_order_id uuid NOT NULL REFERENCES ca_order (id),
    since bigint NOT NULL,
    PRIMARY KEY (module_id, ca_ref)
);
CREATE INDEX ix_ca_order_ref_since ON ca_order_ref (module_id, since);
CREATE INDEX ix_ca_order_ref_ca_order_id ON ca_order_ref (ca_order_id);
INSERT INTO ca_order_ref (module_id, ca_ref, ca_order_id, since)
    SELECT module_id, ca_ref, id, accepted_at FROM ca_order;

ALTER TABLE validation ADD COLUMN round integer NOT NULL DEFAULT 0;
DROP INDEX ux_validation_ca_order_id;
CREATE UNIQUE INDEX ux_validation_ca_order_id ON validation (ca_order_id, round, name);

DROP INDEX ux_validation_evidence;
CREATE INDEX ix_validation_evidence_name ON validation_evidence (module_id, name, obtained_at);

CREATE INDEX ix_csr_fingerprint ON csr (service_id, fingerprint);
