import ipaddr from 'ipaddr.js';

/** What one household or machine is given (RFC 6177): its single addresses are free to change. */
const IPV6_PREFIX_PARTS = 4;

/**
 * Who a request's address stands for: an IPv4 address, or the first half of an IPv6 one. Undefined for an address that isn't public:
 * that is a proxy nobody told us of (TRUSTED_PROXIES), which stands for everybody.
 */
export function clientOf(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return undefined;
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  const parts = parsed.parts.slice(0, IPV6_PREFIX_PARTS);
  return `${parts.map((part) => part.toString(16)).join(':')}::/64`;
}
