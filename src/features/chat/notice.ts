/** Something about the answer that its reader should know: a key of the catalogue with its data. */
export interface Notice {
  key: string;
  data: Record<string, string | number>;
}
