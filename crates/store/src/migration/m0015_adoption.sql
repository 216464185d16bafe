-- Orders at the CA that are taken over: what the CA told of each, and the service that it became.

ALTER TABLE foreign_order ADD COLUMN snapshot text NOT NULL DEFAULT '';
ALTER TABLE foreign_order ADD COLUMN service_id uuid REFERENCES service (id);
