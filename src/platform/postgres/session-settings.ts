import pg from 'pg';

/**
 * What our SQL and the reading of its results rely on. Roles, databases and servers may set other defaults: isolation
 * that refuses (serializable), dates that the driver cannot read (German), time limits of their own.
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
  // ConnectionWatch tells a slow statement from a dead connection, so no statement needs a limit of its own.
  statement_timeout: '0',
  lock_timeout: '0',
  idle_session_timeout: '0',
  // Ends a transaction whose process is frozen or gone, which would keep its row locks from everybody else.
  idle_in_transaction_session_timeout: '60s',
  // The server then notices within a minute that the machine of this connection is gone, for the same reason.
  tcp_keepalives_idle: '20',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
};

/**
 * One message, so one round trip. SET rather than startup options, which poolers such as PgBouncer refuse. The modes of
 * BEGIN keep the batch itself from the role's defaults. `transaction_timeout` exists since PostgreSQL 17.
 */
export function sessionSettings(schema: string | undefined): string {
  const path = schema === undefined ? [] : [`SET search_path = ${pg.escapeIdentifier(schema)}`];
  return [
    'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE NOT DEFERRABLE',
    ...Object.entries(SETTINGS).map(([name, value]) => `SET ${name} = ${pg.escapeLiteral(value)}`),
    ...path,
    `SELECT pg_backend_pid() AS pid,
       (SELECT backend_start::text FROM pg_catalog.pg_stat_activity WHERE pid = pg_backend_pid()) AS started,
       CASE WHEN current_setting('transaction_timeout', true) IS NOT NULL
         THEN set_config('transaction_timeout', '0', false) END AS unlimited`,
    'COMMIT',
  ].join(';\n');
}
