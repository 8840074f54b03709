import type { ProviderConfig } from '../config/index.ts';
import { isPrivateUrl } from './private-network.ts';
import { baseUrlOf } from './vendor.ts';

/** The host that receives what a provider is sent; null when it is this machine or a private network. */
export function remoteHost(config: ProviderConfig): string | null {
  if (config.type === 'demo') return null;
  const address = baseUrlOf(config);
  if (isPrivateUrl(address)) return null;
  return URL.canParse(address) ? new URL(address).host : address;
}
