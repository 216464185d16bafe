-- Processing modules, catalogues, tariff plans, services, CA orders, certificates, purchases, operations, zones.
--
-- Domain names are kept as their bytes: both databases then sort and search them alike, whatever their collation.

CREATE TABLE processing_module (
    id uuid NOT NULL PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES seller (id),
    connector text NOT NULL,
    name text NOT NULL,
    department_id uuid NOT NULL REFERENCES department (id),
    sort integer NOT NULL,
    minimal_balance_minor bigint,
    minimal_balance_currency text,
    blocks_below_minimum boolean NOT NULL,
    is_active boolean NOT NULL,
    are_purchases_blocked boolean NOT NULL,
    settings text NOT NULL,
    secrets bytea,
    connection text NOT NULL,
    findings text NOT NULL,
    checked_at bigint,
    balance_minor bigint,
    balance_currency text,
    balance_read_at bigint,
    balance_problem text,
    balance_warned_at bigint,
    day_ceiling_minor bigint,
    day_ceiling_currency text,
    order_ceiling_minor bigint,
    order_ceiling_currency text,
    log_level integer NOT NULL,
    failures integer NOT NULL,
    rests_until bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    archived_at bigint,
    version bigint NOT NULL
);
CREATE INDEX ix_processing_module_seller_id ON processing_module (seller_id, sort, created_at);

CREATE TABLE balance_reading (
    module_id uuid NOT NULL REFERENCES processing_module (id),
    read_at bigint NOT NULL,
    balance_minor bigint NOT NULL,
    currency text NOT NULL,
    PRIMARY KEY (module_id, read_at)
);

CREATE TABLE catalogue_import (
    id uuid NOT NULL PRIMARY KEY,
    module_id uuid NOT NULL REFERENCES processing_module (id),
    imported_at bigint NOT NULL,
    products integer NOT NULL,
    added integer NOT NULL,
    removed integer NOT NULL,
    repriced integer NOT NULL,
    changes text NOT NULL
);
CREATE INDEX ix_catalogue_import_module_id ON catalogue_import (module_id, imported_at);

CREATE TABLE product (
    id uuid NOT NULL PRIMARY KEY,
    module_id uuid NOT NULL REFERENCES processing_module (id),
    ca_ref text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    brand text NOT NULL,
    match_key text NOT NULL,
    level text NOT NULL,
    kind text NOT NULL,
    included_names integer NOT NULL,
    most_names integer NOT NULL,
    methods text NOT NULL,
    is_on_sale boolean NOT NULL,
    first_seen_at bigint NOT NULL,
    last_seen_at bigint NOT NULL
);
CREATE UNIQUE INDEX ux_product_module_id_ca_ref ON product (module_id, ca_ref);
CREATE INDEX ix_product_match_key ON product (match_key);

CREATE TABLE product_term (
    product_id uuid NOT NULL REFERENCES product (id),
    years integer NOT NULL,
    price_minor bigint NOT NULL,
    extra_name_minor bigint,
    extra_wildcard_minor bigint,
    currency text NOT NULL,
    PRIMARY KEY (product_id, years)
);

CREATE TABLE tariff_plan (
    id uuid NOT NULL PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES seller (id),
    name text NOT NULL,
    note text NOT NULL,
    brand text NOT NULL,
    product_name text NOT NULL,
    level text NOT NULL,
    kind text NOT NULL,
    included_names integer NOT NULL,
    most_names integer NOT NULL,
    methods text NOT NULL,
    margin_percent text,
    margin_round_up_to text,
    is_active boolean NOT NULL,
    sort integer NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    archived_at bigint,
    version bigint NOT NULL
);
CREATE INDEX ix_tariff_plan_seller_id ON tariff_plan (seller_id, sort, created_at);

CREATE TABLE tariff_price (
    id uuid NOT NULL PRIMARY KEY,
    tariff_plan_id uuid NOT NULL REFERENCES tariff_plan (id),
    years integer NOT NULL,
    period_minor bigint NOT NULL,
    extra_name_minor bigint NOT NULL,
    extra_wildcard_minor bigint NOT NULL,
    currency text NOT NULL,
    valid_from bigint NOT NULL,
    is_withdrawn boolean NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX ix_tariff_price_tariff_plan_id ON tariff_price (tariff_plan_id, currency, years, valid_from);

CREATE TABLE tariff_module (
    tariff_plan_id uuid NOT NULL REFERENCES tariff_plan (id),
    module_id uuid NOT NULL REFERENCES processing_module (id),
    product_id uuid NOT NULL REFERENCES product (id),
    position integer,
    is_active boolean NOT NULL,
    connected_at bigint NOT NULL,
    PRIMARY KEY (tariff_plan_id, module_id)
);
CREATE INDEX ix_tariff_module_module_id ON tariff_module (module_id);

CREATE TABLE service (
    id uuid NOT NULL PRIMARY KEY,
    number bigint NOT NULL,
    seller_id uuid NOT NULL REFERENCES seller (id),
    account_id uuid NOT NULL REFERENCES account (id),
    tariff_plan_id uuid NOT NULL REFERENCES tariff_plan (id),
    module_id uuid REFERENCES processing_module (id),
    main_name bytea NOT NULL,
    names_version integer NOT NULL,
    names_count integer NOT NULL,
    state text NOT NULL,
    years integer NOT NULL,
    end_date integer,
    term_start integer,
    term_end integer,
    is_subscription boolean NOT NULL,
    custody text NOT NULL,
    method text NOT NULL,
    external_ref text,
    csr_id uuid,
    certificate_id uuid,
    contact text NOT NULL,
    organisation text,
    prolong_years integer,
    net_minor bigint NOT NULL,
    gross_minor bigint NOT NULL,
    currency text NOT NULL,
    failure_code text,
    failure text,
    language text NOT NULL,
    created_at bigint NOT NULL,
    accepted_at bigint,
    issued_at bigint,
    closed_at bigint,
    version bigint NOT NULL
);
CREATE UNIQUE INDEX ux_service_number ON service (number);
CREATE UNIQUE INDEX ux_service_external_ref ON service (account_id, external_ref) WHERE external_ref IS NOT NULL;
CREATE INDEX ix_service_created_at ON service (created_at, number);
CREATE INDEX ix_service_main_name ON service (main_name, number);
CREATE INDEX ix_service_end_date ON service (end_date, number);
CREATE INDEX ix_service_account_id ON service (account_id, number);
CREATE INDEX ix_service_state ON service (state, number);
CREATE INDEX ix_service_state_main_name ON service (state, main_name, number);
CREATE INDEX ix_service_state_end_date ON service (state, end_date, number);
CREATE INDEX ix_service_tariff_plan_id ON service (tariff_plan_id, number);
CREATE INDEX ix_service_module_id ON service (module_id, number);

CREATE TABLE service_name (
    service_id uuid NOT NULL REFERENCES service (id),
    names_version integer NOT NULL,
    position integer NOT NULL,
    name bytea NOT NULL,
    reversed bytea NOT NULL,
    method text NOT NULL,
    approver text,
    PRIMARY KEY (service_id, names_version, position)
);
CREATE INDEX ix_service_name_name ON service_name (name, service_id);
CREATE INDEX ix_service_name_reversed ON service_name (reversed, service_id);

CREATE TABLE csr (
    id uuid NOT NULL PRIMARY KEY,
    service_id uuid NOT NULL REFERENCES service (id),
    der bytea NOT NULL,
    fingerprint text NOT NULL,
    key_fingerprint text NOT NULL,
    key_kind text NOT NULL,
    key_id uuid,
    created_at bigint NOT NULL
);
CREATE INDEX ix_csr_service_id ON csr (service_id);
CREATE INDEX ix_csr_key_fingerprint ON csr (key_fingerprint);

CREATE TABLE private_key (
    id uuid NOT NULL PRIMARY KEY,
    service_id uuid NOT NULL REFERENCES service (id),
    sealed bytea,
    key_kind text NOT NULL,
    key_fingerprint text NOT NULL,
    consented_by text NOT NULL,
    consented_at bigint NOT NULL,
    destroyed_at bigint
);
CREATE INDEX ix_private_key_service_id ON private_key (service_id);

CREATE TABLE price_line (
    service_id uuid NOT NULL REFERENCES service (id),
    operation_id uuid NOT NULL,
    position integer NOT NULL,
    kind text NOT NULL,
    quantity integer NOT NULL,
    unit_net_minor bigint NOT NULL,
    net_minor bigint NOT NULL,
    tax_rate text NOT NULL,
    tax_minor bigint NOT NULL,
    gross_minor bigint NOT NULL,
    currency text NOT NULL,
    PRIMARY KEY (service_id, operation_id, position)
);

CREATE TABLE operation (
    id uuid NOT NULL PRIMARY KEY,
    number bigint NOT NULL,
    seller_id uuid NOT NULL,
    kind text NOT NULL,
    service_id uuid NOT NULL REFERENCES service (id),
    module_id uuid REFERENCES processing_module (id),
    state text NOT NULL,
    step text NOT NULL,
    outputs text NOT NULL,
    attempts integer NOT NULL,
    next_run_at bigint,
    postponed integer NOT NULL,
    lease_owner text,
    lease_until bigint,
    fence bigint NOT NULL,
    close_wanted_by text,
    error_class text,
    error text,
    started_by text NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    version bigint NOT NULL
);
CREATE UNIQUE INDEX ux_operation_number ON operation (number);
CREATE UNIQUE INDEX ux_operation_changing ON operation (service_id) WHERE state IN ('waiting', 'manual');
CREATE INDEX ix_operation_due ON operation (next_run_at, id) WHERE state = 'waiting';
CREATE INDEX ix_operation_leased ON operation (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX ix_operation_state ON operation (state, number);
CREATE INDEX ix_operation_service_id ON operation (service_id, number);
CREATE INDEX ix_operation_module_id ON operation (module_id, state);

CREATE TABLE operation_attempt (
    operation_id uuid NOT NULL REFERENCES operation (id),
    number integer NOT NULL,
    step text NOT NULL,
    started_at bigint NOT NULL,
    finished_at bigint NOT NULL,
    outcome text NOT NULL,
    error_class text,
    error text,
    log text NOT NULL,
    PRIMARY KEY (operation_id, number)
);

CREATE TABLE selection_record (
    operation_id uuid NOT NULL REFERENCES operation (id),
    chosen_at bigint NOT NULL,
    service_id uuid NOT NULL,
    module_id uuid,
    considered text NOT NULL,
    PRIMARY KEY (operation_id, chosen_at)
);

CREATE TABLE purchase (
    id uuid NOT NULL PRIMARY KEY,
    operation_id uuid NOT NULL REFERENCES operation (id),
    service_id uuid NOT NULL REFERENCES service (id),
    account_id uuid NOT NULL,
    module_id uuid NOT NULL REFERENCES processing_module (id),
    product_id uuid NOT NULL REFERENCES product (id),
    years integer NOT NULL,
    unique_value text NOT NULL,
    csr_fingerprint text NOT NULL,
    key_fingerprint text NOT NULL,
    main_name bytea NOT NULL,
    expected_minor bigint NOT NULL,
    expected_currency text NOT NULL,
    stage text NOT NULL,
    intended_at bigint NOT NULL,
    called_at bigint,
    settled_at bigint,
    charged_minor bigint,
    charged_currency text,
    ca_ref text,
    reason text,
    journal text NOT NULL,
    revision bigint NOT NULL,
    approved_by text,
    version bigint NOT NULL
);
CREATE UNIQUE INDEX ux_purchase_unique_value ON purchase (unique_value);
CREATE INDEX ix_purchase_operation_id ON purchase (operation_id, intended_at);
CREATE INDEX ix_purchase_module_id ON purchase (module_id, intended_at);
CREATE INDEX ix_purchase_account_id ON purchase (account_id, intended_at);
CREATE INDEX ix_purchase_unsettled ON purchase (module_id, intended_at) WHERE settled_at IS NULL;

CREATE TABLE ca_order (
    id uuid NOT NULL PRIMARY KEY,
    service_id uuid NOT NULL REFERENCES service (id),
    module_id uuid NOT NULL REFERENCES processing_module (id),
    purchase_id uuid REFERENCES purchase (id),
    ca_ref text NOT NULL,
    state text NOT NULL,
    raw_state text NOT NULL,
    accepted_at bigint NOT NULL,
    looked_at bigint,
    valid_from bigint,
    valid_to bigint,
    term_end integer,
    charged_minor bigint,
    charged_currency text,
    raw text NOT NULL,
    closed_at bigint,
    version bigint NOT NULL
);
CREATE UNIQUE INDEX ux_ca_order_ca_ref ON ca_order (ca_ref, module_id);
CREATE INDEX ix_ca_order_service_id ON ca_order (service_id, accepted_at);
CREATE INDEX ix_ca_order_module_id ON ca_order (module_id, accepted_at);

CREATE TABLE validation (
    id uuid NOT NULL PRIMARY KEY,
    ca_order_id uuid NOT NULL REFERENCES ca_order (id),
    service_id uuid NOT NULL REFERENCES service (id),
    position integer NOT NULL,
    name bytea NOT NULL,
    method text NOT NULL,
    state text NOT NULL,
    place text NOT NULL,
    content text NOT NULL,
    approver text,
    proven_at bigint,
    looked_at bigint,
    seen_at bigint,
    seen text,
    version bigint NOT NULL
);
CREATE UNIQUE INDEX ux_validation_ca_order_id ON validation (ca_order_id, name);
CREATE INDEX ix_validation_service_id ON validation (service_id, position);

CREATE TABLE validation_evidence (
    id uuid NOT NULL PRIMARY KEY,
    module_id uuid NOT NULL REFERENCES processing_module (id),
    ca_order_id uuid NOT NULL,
    name bytea NOT NULL,
    method text NOT NULL,
    obtained_at bigint NOT NULL
);
CREATE UNIQUE INDEX ux_validation_evidence ON validation_evidence (module_id, name, method, ca_order_id);

CREATE TABLE certificate (
    id uuid NOT NULL PRIMARY KEY,
    service_id uuid NOT NULL REFERENCES service (id),
    ca_order_id uuid NOT NULL REFERENCES ca_order (id),
    csr_id uuid NOT NULL REFERENCES csr (id),
    reason text NOT NULL,
    serial text NOT NULL,
    fingerprint text NOT NULL,
    key_fingerprint text NOT NULL,
    issuer text NOT NULL,
    names text NOT NULL,
    not_before bigint NOT NULL,
    not_after bigint NOT NULL,
    end_date integer NOT NULL,
    leaf bytea NOT NULL,
    chain bytea NOT NULL,
    mismatch text,
    fetched_at bigint NOT NULL,
    delivered_at bigint
);
CREATE UNIQUE INDEX ux_certificate_fingerprint ON certificate (service_id, fingerprint);
CREATE INDEX ix_certificate_serial ON certificate (serial);
CREATE INDEX ix_certificate_end_date ON certificate (end_date);

CREATE TABLE delivery (
    id uuid NOT NULL PRIMARY KEY,
    certificate_id uuid NOT NULL REFERENCES certificate (id),
    service_id uuid NOT NULL REFERENCES service (id),
    channel text NOT NULL,
    delivered_at bigint NOT NULL
);
CREATE INDEX ix_delivery_service_id ON delivery (service_id, delivered_at);

CREATE TABLE zone (
    id uuid NOT NULL PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES seller (id),
    account_id uuid REFERENCES account (id),
    name text NOT NULL,
    server text NOT NULL,
    key_name text NOT NULL,
    algorithm text NOT NULL,
    secret bytea NOT NULL,
    problem text,
    checked_at bigint,
    created_at bigint NOT NULL,
    archived_at bigint,
    version bigint NOT NULL
);
CREATE INDEX ix_zone_name ON zone (name);

CREATE TABLE published_record (
    id uuid NOT NULL PRIMARY KEY,
    zone_id uuid NOT NULL REFERENCES zone (id),
    service_id uuid NOT NULL REFERENCES service (id),
    validation_id uuid NOT NULL REFERENCES validation (id),
    name text NOT NULL,
    value text NOT NULL,
    published_at bigint NOT NULL,
    visible_at bigint,
    removed_at bigint
);
CREATE INDEX ix_published_record_service_id ON published_record (service_id);
CREATE INDEX ix_published_record_left ON published_record (removed_at) WHERE removed_at IS NULL;
