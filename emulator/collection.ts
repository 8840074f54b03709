import type { Collection } from './contract.ts';

/** Told of every change, so that indexes and the journal stay true. */
export interface CollectionObserver<T> {
  changed(key: string, value: T | undefined, previous: T | undefined): void;
}

/** A map that tells its observers of every change. */
export class ObservedCollection<T> implements Collection<T> {
  #items = new Map<string, T>();
  #observers: CollectionObserver<T>[];

  constructor(observers: CollectionObserver<T>[]) {
    this.#observers = observers;
  }

  get(key: string): T | undefined {
    return this.#items.get(key);
  }

  set(key: string, value: T): void {
    const previous = this.#items.get(key);
    this.#items.set(key, value);
    for (const observer of this.#observers) observer.changed(key, value, previous);
  }

  delete(key: string): boolean {
    const previous = this.#items.get(key);
    if (!this.#items.delete(key)) return false;
    for (const observer of this.#observers) observer.changed(key, undefined, previous);
    return true;
  }

  values(): IterableIterator<T> {
    return this.#items.values();
  }

  get size(): number {
    return this.#items.size;
  }
}

/** Items by a property that several share, such as the channels of a guild. */
export class GroupIndex<T> implements CollectionObserver<T> {
  #groups = new Map<string, Map<string, T>>();
  #groupsOf: (item: T) => readonly string[];

  constructor(groupsOf: (item: T) => readonly string[]) {
    this.#groupsOf = groupsOf;
  }

  changed(key: string, value: T | undefined, previous: T | undefined): void {
    if (previous !== undefined && previous !== value) {
      for (const group of this.#groupsOf(previous)) this.#groups.get(group)?.delete(key);
    }
    if (value === undefined) return;
    for (const group of this.#groupsOf(value)) {
      let items = this.#groups.get(group);
      if (items === undefined) this.#groups.set(group, (items = new Map<string, T>()));
      items.set(key, value);
    }
  }

  of(group: string): T[] {
    const items = this.#groups.get(group);
    return items === undefined ? [] : [...items.values()];
  }
}
