/** One bar; its values are stacked from the bottom, one per series, in order. */
export interface Bar {
  /** Below the bar; left out where labels would touch. */
  label: string;
  /** Finite, 0 or more. */
  values: readonly number[];
}

export interface Series {
  name: string;
  /** `#rrggbb`; a colour of the theme by default. */
  colour?: string;
}

export type Theme = 'dark' | 'light';

/** Stacked bars over a scale that starts at zero. */
export interface BarChart {
  /** Any text; ends in an ellipsis when it doesn't fit. */
  title: string;
  subtitle?: string;
  /** 1 to 62. */
  bars: readonly Bar[];
  /** 1 to 6. Named below the title when there are several. */
  series: readonly Series[];
  /**
   * Writes a value of the scale, a bar's total or the limit. Keep it short. It gets whole numbers only when all values
   * and the limit are whole.
   */
  format: (value: number) => string;
  /**
   * A dashed line, named below the title with its value. When it is far above all bars, an arrow after the name points
   * up instead, because showing the line would squash the bars.
   */
  limit?: { label: string; value: number };
  /** `dark` by default. */
  theme?: Theme;
}
