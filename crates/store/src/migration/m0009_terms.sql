-- The ends of paid terms, for the work of every day.

CREATE INDEX ix_service_term_end ON service (term_end, id) WHERE closed_at IS NULL;
