/** What the feature's routes answer. */

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Setting {
  readonly key: string;
  readonly name: string;
  readonly about: string;
  readonly kind: string;
  readonly isList: boolean;
  readonly nullable: boolean;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly allowed: string;
  readonly value: unknown;
  readonly written: string;
  readonly from: 'default' | 'file' | 'server';
  readonly changedBy: 'server' | 'owner' | 'file';
}

export interface FeatureSettings {
  readonly feature: string;
  readonly name: string;
  readonly summary: string;
  readonly settings: readonly Setting[];
}

export interface Server extends Named {
  readonly channels: readonly Named[];
  readonly roles: readonly Named[];
  readonly models: readonly string[];
  readonly features: readonly FeatureSettings[];
}

/** What is sent: a value, or a text as a person writes it; null resets. */
export type Change = { readonly value: unknown } | { readonly written: string } | null;
