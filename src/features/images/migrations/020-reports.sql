-- Work that a provider has reported as done. Each is here once, so that a report that comes again does nothing.
CREATE TABLE images_report (
  provider text NOT NULL,
  work_id text NOT NULL,
  reported_at timestamptz NOT NULL,
  PRIMARY KEY (provider, work_id)
);
CREATE INDEX images_report_reported ON images_report (reported_at);
