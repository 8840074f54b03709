export interface LimitsTakeTable {
  key: string;
  number: number;
  at_ms: number;
  until_ms: number;
}

declare module '../../platform/postgres/database.ts' {
  interface Database {
    limits_take: LimitsTakeTable;
  }
}
