-- Work for people: priorities and due dates of tasks, language and hours of departments, automatic work that is switched
-- off, limits of modules.

ALTER TABLE department ADD COLUMN language text NOT NULL DEFAULT 'en';
ALTER TABLE department ADD COLUMN hours text NOT NULL DEFAULT '';

ALTER TABLE task ADD COLUMN priority text NOT NULL DEFAULT 'normal';
ALTER TABLE task ADD COLUMN due_at bigint;
-- Set when the department was told that the task is overdue; empty again when the due date moves.
ALTER TABLE task ADD COLUMN overdue_told_at bigint;
CREATE INDEX ix_task_due ON task (due_at) WHERE closed_at IS NULL;

ALTER TABLE processing_module ADD COLUMN is_manual boolean NOT NULL DEFAULT FALSE;
ALTER TABLE processing_module ADD COLUMN calls_per_second integer;
ALTER TABLE processing_module ADD COLUMN calls_at_once integer;

-- Who let an operation run while automatic work is switched off.
ALTER TABLE operation ADD COLUMN let_run_by text;
CREATE INDEX ix_operation_module_due ON operation (module_id, next_run_at, id) WHERE state = 'waiting';
