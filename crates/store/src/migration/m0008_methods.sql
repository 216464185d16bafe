-- Which services depend on a method of validation, for the page of methods that end.

CREATE INDEX ix_service_name_method ON service_name (method, service_id);
