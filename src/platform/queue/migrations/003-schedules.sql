-- The runs of schedules that ended, which each next run looks through.
CREATE INDEX queue_job_schedule ON queue_job (kind, ended_at_ms) WHERE queue = 'schedules';
