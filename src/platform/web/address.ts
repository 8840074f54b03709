import { BlockList, isIP } from 'node:net';

/**
 * Addresses outside the public internet, by the IANA registries of special-purpose addresses. They include IPv6 forms
 * of an unchecked IPv4 address (mapped, NAT64, 6to4, Teredo).
 */
const refused4 = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local, and the metadata servers of clouds.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast, reserved, broadcast.
  ['224.0.0.0', 3],
  // Metadata and machine services of clouds on public addresses: Azure (Alibaba's is in 100.64.0.0/10).
  ['168.63.129.16', 32],
] as const) {
  refused4.addSubnet(network, prefix, 'ipv4');
}

/** IPv6 addresses assigned to the public internet. This excludes loopback, local, mapped and NAT64. */
const public6 = new BlockList();
public6.addSubnet('2000::', 3, 'ipv6');

const refused6 = new BlockList();
for (const [network, prefix] of [
  // Teredo, ORCHID, benchmarking and other ranges of the IETF.
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4.
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
] as const) {
  refused6.addSubnet(network, prefix, 'ipv6');
}

/** Whether an address, in its usual spelling, is public. False for anything that isn't an address. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !refused4.check(address, 'ipv4');
  // Only local addresses have a zone (fe80::1%eth0).
  if (version !== 6 || address.includes('%')) return false;
  return public6.check(address, 'ipv6') && !refused6.check(address, 'ipv6');
}
