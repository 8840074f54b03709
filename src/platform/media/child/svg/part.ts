/** An element as it is written again. */
export interface Part {
  name: string;
  attributes: Map<string, string>;
  children: (Part | string)[];
  /** Ids of what is drawn with it. */
  refersTo: string[];
}
