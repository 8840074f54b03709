import { errorMessage, StartError } from '../../kernel/errors.ts';
import { sqlState } from './errors.ts';
import type { Session } from './session.ts';

/** insufficient_privilege, invalid_schema_name (none to create in), read_only_sql_transaction. PostgreSQL manual, appendix A. */
const REFUSED_STATES = new Set(['42501', '3F000', '25006']);

/** The message for the owner when the role may not create or change our tables; undefined for other failures. */
export function missingRight(error: unknown, { user, database, schema = 'public' }: Session): StartError | undefined {
  const cause = error instanceof StartError ? error.cause : error;
  if (!REFUSED_STATES.has(sqlState(cause) ?? '')) return undefined;
  return new StartError(
    `The database user "${user}" may not make and change tables in the schema "${schema}" of the database ` +
      `"${database}" (${errorMessage(cause)}): have its owner run ` +
      `\`GRANT USAGE, CREATE ON SCHEMA "${schema}" TO "${user}"\`, or use a database that belongs to "${user}".`,
    { cause: error },
  );
}
