/** One bar; its values are stacked from the bottom, one for each series, in their order. */
export interface Bar {
  /** Below the bar; left out where labels would touch. */
  label: string;
  /** Finite, 0 or more. */
  values: readonly number[];
}

export interface Series {
  name: string;
  /** `#rrggbb`; a colour of the theme when left out. */
  colour?: string;
}

export type Theme = 'dark' | 'light';

/** Stacked bars over one scale that starts at zero. */
export interface BarChart {
  /** Any text; what does not fit ends in an ellipsis. */
  title: string;
  subtitle?: string;
  /** 1 to 62. */
  bars: readonly Bar[];
  /** 1 to 6. They are named below the title when there are several. */
  series: readonly Series[];
  /**
   * Writes a value of the scale, a bar's total or the limit; short, for it stands beside a small chart. It is given
   * whole numbers only when all values and the limit are whole.
   */
  format: (value: number) => string;
  /**
   * A dashed line, named below the title with its value. When it is far above all bars they would be squashed to show
   * it; then there is no line, and an arrow behind the name points up.
   */
  limit?: { label: string; value: number };
  /** `dark` unless told. */
  theme?: Theme;
}
