import pg from 'pg';

/**
 * The settings that our SQL and the reading of its results need. Roles, databases and servers may have other defaults:
 * serializable isolation, dates that the driver can't read (German), time limits.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  standard_conforming_strings: 'on',
  extra_float_digits: '1',
  bytea_output: 'hex',
  array_nulls: 'on',
  transform_null_equals: 'off',
  row_security: 'on',
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
  client_min_messages: 'warning',
  // ConnectionWatch distinguishes a slow statement from a dead connection, so statements need no time limit.
  statement_timeout: '0',
  lock_timeout: '0',
  idle_session_timeout: '0',
  // Ends a transaction whose process is frozen or gone, because it would keep its row locks.
  idle_in_transaction_session_timeout: '60s',
  // The server then notices within a minute that this machine is gone, for the same reason.
  tcp_keepalives_idle: '20',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
};

/**
 * One message, so one round trip. SET instead of startup options, which poolers such as PgBouncer refuse. The modes of
 * BEGIN protect the batch itself from the role's defaults. `transaction_timeout` exists since PostgreSQL 17. The function
 * behind the view pg_stat_activity gives one row without the view's joins, which take a new connection longer than all else
 * here.
 */
export function sessionSettings(schema: string | undefined): string {
  const path = schema === undefined ? [] : [`SET search_path = ${pg.escapeIdentifier(schema)}`];
  return [
    'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE NOT DEFERRABLE',
    ...Object.entries(SETTINGS).map(([name, value]) => `SET ${name} = ${pg.escapeLiteral(value)}`),
    ...path,
    `SELECT pg_backend_pid() AS pid,
       (SELECT backend_start::text FROM pg_catalog.pg_stat_get_activity(pg_backend_pid())) AS started,
       CASE WHEN current_setting('transaction_timeout', true) IS NOT NULL
         THEN set_config('transaction_timeout', '0', false) END AS unlimited`,
    'COMMIT',
  ].join(';\n');
}
