export { createLogger } from './logger.ts';
export type { LoggerOptions, LogLevel } from './logger.ts';
export { createMetrics } from './metrics.ts';
export type { Counter, Gauge, Histogram, Labels, Metrics } from './metrics.ts';
