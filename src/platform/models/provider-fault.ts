import type { VendorError } from '../../kernel/errors.ts';
import { ModelError } from './errors.ts';
import type { ProviderFault } from './port.ts';

/** Not every compatible server can list its models. */
export function isMissingList(failure: VendorError): boolean {
  return failure.code === 'model/unknown-model';
}

/** Why a provider fails, with what a person can do about it. */
export function faultOf(
  failure: VendorError,
  baseUrl: string,
  hasKey: boolean,
): { fault: ProviderFault; detail: string } {
  if (failure.code === 'model/bad-key' && !hasKey)
    return { fault: 'no-key', detail: 'it needs a key: get one at the provider and set it in .env or familiar.yaml' };
  if (failure.code === 'model/bad-key')
    return {
      fault: 'bad-key',
      detail: 'the key is refused: make a new one at the provider and set it in .env or familiar.yaml',
    };
  if (failure.code === 'model/no-credit')
    return { fault: 'no-credit', detail: 'its account has no credit left: top it up at the provider' };
  if (failure instanceof ModelError && failure.neverReached)
    return {
      fault: 'unreachable',
      detail: `nothing answers at ${baseUrl}: is the address right, and does the server run?`,
    };
  if (failure.code === 'model/rate-limited')
    return { fault: 'other', detail: 'it answers, but has had too many requests for now' };
  return { fault: 'other', detail: failure.message };
}
