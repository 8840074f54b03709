import { BlockList, isIP } from 'node:net';

/** This machine, RFC 1918, link-local, carrier-grade NAT (RFC 6598, which VPNs use) and unique local addresses (RFC 4193). */
const privateAddresses = new BlockList();
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  privateAddresses.addSubnet(network, prefix, 'ipv4');
}
privateAddresses.addAddress('0.0.0.0', 'ipv4');
privateAddresses.addAddress('::1', 'ipv6');
privateAddresses.addSubnet('fc00::', 7, 'ipv6');
privateAddresses.addSubnet('fe80::', 10, 'ipv6');

/**
 * Whether an address as written leads to this machine or a private network. Only the text is looked at: names are not
 * resolved, so a public name of a private server counts as public, which is the safe side where this decides what costs.
 */
export function isPrivateUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (host === '') return false;
  const version = isIP(host);
  if (version !== 0) return privateAddresses.check(host, version === 4 ? 'ipv4' : 'ipv6');
  // A name without a dot is known to this network alone: localhost, a service of a compose file, a machine at home.
  return !host.includes('.') || /\.(localhost|local|internal)$/.test(host);
}
