-- Which services of a client are proven by methods that end, without a look at all of the client's services.

CREATE INDEX ix_service_name_account_method ON service_name (account_id, method, service_id);
