export interface ImagesReportTable {
  provider: string;
  work_id: string;
  reported_at: Date;
}

declare module '../../../platform/postgres/database.ts' {
  interface Database {
    images_report: ImagesReportTable;
  }
}
