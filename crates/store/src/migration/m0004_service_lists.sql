-- The lists of services at a million rows: every filter that is used often finds its rows in the order of every sort, and
-- an index holds all columns of such a question. `ix_service_account_id` and `ix_service_module_id` (m0002) sort by number.

CREATE INDEX ix_service_account_state ON service (account_id, state, number);
CREATE INDEX ix_service_account_state_end_date ON service (account_id, state, end_date, number);
CREATE INDEX ix_service_account_end_date ON service (account_id, end_date, number);
CREATE INDEX ix_service_account_main_name ON service (account_id, main_name, number);
CREATE INDEX ix_service_module_state ON service (module_id, state, number);
CREATE INDEX ix_service_module_state_end_date ON service (module_id, state, end_date, number);
CREATE INDEX ix_service_module_end_date ON service (module_id, end_date, number);
CREATE INDEX ix_service_module_main_name ON service (module_id, main_name, number);
