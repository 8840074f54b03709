import { proofs } from '../proofs/list.ts';
import { head as proofHead } from '../proofs/report.ts';
import type { Section } from './readme.ts';

/** The benchmarks, in the order in which they run and stand in README.md. */
export const benchmarkNames = [
  'first-text',
  'final-text',
  'gateway',
  'emulator',
  'queue',
  'ledger',
  'ledger-chats',
  'memory',
  'images',
  'gif',
] as const;

export interface Columns {
  head: readonly string[];
  /** Every benchmark or proof, in the order of the table. */
  names: readonly string[];
}

export const columns: { readonly [section in Section]: Columns } = {
  figures: { head: ['figure', 'measured', 'bound'], names: benchmarkNames },
  proofs: { head: proofHead, names: proofs.map(({ name }) => name) },
};
