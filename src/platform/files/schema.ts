export interface FilesFileTable {
  id: string;
  feature: string;
  kind: string;
  owner_kind: 'user' | 'guild' | 'instance';
  owner_id: string;
  size_bytes: number;
  sha256: Buffer;
  mime: string;
  created_at_ms: number;
  expires_at_ms: number | null;
}

declare module '../postgres/database.ts' {
  interface Database {
    files_file: FilesFileTable;
  }
}
