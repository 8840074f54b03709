import type { AbilityModel, Caller } from '../../sdk/index.ts';
import type { ImagePlace } from './models.ts';
import type { NewImageRequest } from './request.ts';

/** Images that are wanted. */
export interface Submission {
  /** The snowflake, or other name, that it came with: the same one again changes nothing. */
  cameAs: string;
  caller: Caller;
  place: ImagePlace;
  /** The message that asked, which the result replies to; null for commands and buttons. */
  messageId: string | null;
  model: AbilityModel;
  request: NewImageRequest;
  /** After everything that pays. */
  isUnhurried?: boolean;
  /** The member who asks has seen the price. */
  isConfirmed?: boolean;
}

/**
 * - `begun`: they wait for their job, or are drawn by it.
 * - `before`: the same call came before.
 * - `free`: the money doesn't cover them; nothing is stored but a draft, for a model that costs nothing. `refusal` says what ran out.
 * - `dear`: they cost more than is spent without asking; nothing is stored but a draft, which `draftId` names.
 */
export type Submitted =
  | { status: 'begun'; id: string; /** How many jobs are taken before it. */ ahead: number; isPrivate: boolean }
  | { status: 'before' }
  | { status: 'free'; draftId: string; modelId: string; refusal: string }
  | { status: 'dear'; draftId: string; micros: number };
