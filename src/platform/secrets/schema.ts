export interface SecretsAuthorKeyTable {
  author_id: string;
  key_id: Buffer;
  wrapped_key: Buffer;
}

declare module '../postgres/database.ts' {
  interface Database {
    secrets_author_key: SecretsAuthorKeyTable;
  }
}
