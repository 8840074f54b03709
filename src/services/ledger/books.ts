import type { HoldRecord } from './hold-record.ts';
import { type Window, windowName } from './holders.ts';
import type { Unit } from './port.ts';
import type { LedgerTransactionTable, Source } from './schema.ts';

/** Sums of a window, or what is added to a meter. */
export interface Figures {
  spent: number;
  held: number;
  admitted: number;
}

interface Savings {
  granted: number;
  spent: number;
  held: number;
}

export interface MeterChange extends Figures {
  holder: string;
  unit: Unit;
  source: Source;
  day: string;
}

export interface SavingsChange extends Savings {
  userId: string;
  unit: Unit;
}

export interface Entry {
  account: string;
  unit: Unit;
  amount: number;
}

export interface Transaction {
  key: string;
  kind: LedgerTransactionTable['kind'];
  holdKey: string | null;
  payerId: string;
  guildId: string | null;
  channelId: string | null;
  day: string;
  actorId: string | null;
  reason: string | null;
  atMs: number;
  entries: readonly Entry[];
}

/** The result of a decision; figures are added to the stored ones. */
export interface Changes {
  meters: readonly MeterChange[];
  savings: readonly SavingsChange[];
  /** New and changed holds in their final state. */
  holds: readonly HoldRecord[];
  transactions: readonly Transaction[];
}

export const noChanges: Changes = { meters: [], savings: [], holds: [], transactions: [] };

export function joinChanges(all: readonly Changes[]): Changes {
  return {
    meters: all.flatMap((changes) => changes.meters),
    savings: all.flatMap((changes) => changes.savings),
    holds: all.flatMap((changes) => changes.holds),
    transactions: all.flatMap((changes) => changes.transactions),
  };
}

export interface Decision<T> {
  outcome: T;
  changes: Changes;
}

export interface Loaded {
  holds: readonly HoldRecord[];
  windows: readonly (Window & Figures)[];
  /** Of everyone whose savings matter; no row means no savings. */
  savings: readonly SavingsChange[];
  /** Those of the requested transaction keys that exist. */
  transactions: readonly string[];
}

/**
 * The figures that decisions read: as loaded, plus the changes of earlier decisions in the same batch. Collects those
 * changes for the store to write.
 */
export class Books {
  readonly #holds: Map<string, HoldRecord>;
  readonly #stored: Set<string>;
  readonly #windows = new Map<string, Window & Figures>();
  readonly #windowsOf = new Map<string, (Window & Figures)[]>();
  readonly #savings = new Map<string, Savings>();
  readonly #transactionKeys: Set<string>;
  readonly #changedHolds = new Set<string>();
  readonly #meterChanges = new Map<string, MeterChange>();
  readonly #savingsChanges = new Map<string, SavingsChange>();
  readonly #transactions: Transaction[] = [];

  constructor({ holds, windows, savings, transactions }: Loaded) {
    this.#holds = new Map(holds.map((hold) => [hold.key, hold]));
    this.#stored = new Set(this.#holds.keys());
    for (const loaded of windows) {
      const window = { ...loaded };
      this.#windows.set(windowName(window), window);
      const name = `${window.holder} ${window.unit}`;
      this.#windowsOf.set(name, [...(this.#windowsOf.get(name) ?? []), window]);
    }
    for (const { userId, unit, granted, spent, held } of savings) {
      this.#savings.set(`${userId} ${unit}`, { granted, spent, held });
    }
    this.#transactionKeys = new Set(transactions);
  }

  hold(key: string): HoldRecord | undefined {
    return this.#holds.get(key);
  }

  /** The open admissions of a request. */
  admissions(request: string): HoldRecord[] {
    return [...this.#holds.values()].filter(
      (hold) => hold.request === request && hold.kind === 'admission' && hold.state === 'open',
    );
  }

  figures(window: Window): Figures {
    const found = this.#windows.get(windowName(window));
    if (!found) throw new Error(`The figures ${windowName(window)} were not loaded`);
    return found;
  }

  savings(userId: string, unit: Unit): Savings {
    return this.#savings.get(`${userId} ${unit}`) ?? { granted: 0, spent: 0, held: 0 };
  }

  hasTransaction(key: string): boolean {
    return this.#transactionKeys.has(key);
  }

  apply(changes: Changes): void {
    for (const hold of changes.holds) {
      this.#holds.set(hold.key, hold);
      this.#changedHolds.add(hold.key);
    }
    for (const change of changes.meters) this.#applyToMeter(change);
    for (const change of changes.savings) this.#applyToSavings(change);
    for (const transaction of changes.transactions) {
      this.#transactionKeys.add(transaction.key);
      this.#transactions.push(transaction);
    }
  }

  /** Everything that was applied: one change per meter and person, and each hold in its final state. */
  get changes(): { newHolds: HoldRecord[]; changedHolds: HoldRecord[] } & Omit<Changes, 'holds'> {
    const holds = [...this.#holds.values()].filter((hold) => this.#changedHolds.has(hold.key));
    return {
      newHolds: holds.filter((hold) => !this.#stored.has(hold.key)),
      changedHolds: holds.filter((hold) => this.#stored.has(hold.key)),
      meters: [...this.#meterChanges.values()],
      savings: [...this.#savingsChanges.values()],
      transactions: this.#transactions,
    };
  }

  #applyToMeter(change: MeterChange): void {
    const { holder, unit, source, day } = change;
    for (const window of this.#windowsOf.get(`${holder} ${unit}`) ?? []) {
      const counted = window.source === 'all' || window.source === source;
      if (counted && window.first <= day && day <= window.last) addFigures(window, change);
    }
    const name = `${holder} ${unit} ${source} ${day}`;
    const sum = this.#meterChanges.get(name);
    if (sum) addFigures(sum, change);
    else this.#meterChanges.set(name, { ...change });
  }

  #applyToSavings(change: SavingsChange): void {
    const name = `${change.userId} ${change.unit}`;
    const savings = this.#savings.get(name);
    if (savings) addSavings(savings, change);
    else this.#savings.set(name, { granted: change.granted, spent: change.spent, held: change.held });
    const sum = this.#savingsChanges.get(name);
    if (sum) addSavings(sum, change);
    else this.#savingsChanges.set(name, { ...change });
  }
}

function addFigures(to: Figures, change: Figures): void {
  to.spent += change.spent;
  to.held += change.held;
  to.admitted += change.admitted;
}

function addSavings(to: Savings, change: Savings): void {
  to.granted += change.granted;
  to.spent += change.spent;
  to.held += change.held;
}
