import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Who may be called besides what is public; for development only. */
export interface AddressPolicy {
  /** This very machine, over http too. */
  readonly allowLoopback: boolean;
}

/** What has been given out of IPv6 (RFC 4291, 2.4). Beside it lies e.g. ::127.0.0.1, an IPv4 address in an old dress. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
const PORTS = new Set(['', '443', '8443']);

/**
 * Only addresses that anybody on the internet can reach: neither private, link-local, shared nor reserved ones, nor those that
 * hold another address, as mapped and translated ones do.
 */
export function isCallable(address: string, { allowLoopback }: AddressPolicy): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (range === 'unicast') return !(parsed instanceof ipaddr.IPv6) || parsed.match(GLOBAL_UNICAST);
  return allowLoopback && range === 'loopback';
}

/** Why a URL must not be called, as far as its text tells; its name is resolved and checked when the call connects. */
export function refusalOf(text: string, policy: AddressPolicy): string | undefined {
  if (!URL.canParse(text)) return 'The address is no URL.';
  const url = new URL(text);
  const host = hostOf(url);
  const isLocal = policy.allowLoopback && (host === 'localhost' || isLoopback(host));
  if (url.protocol !== 'https:' && !(isLocal && url.protocol === 'http:')) return 'Only https:// is called.';
  if (url.username + url.password !== '') return 'User names and passwords do not belong into the address.';
  if (!isLocal && !PORTS.has(url.port)) return 'Only the ports 443 and 8443 are called.';
  if (isIP(host) !== 0 && !isCallable(host, policy)) return `${host} is not a public address.`;
  return undefined;
}

/** The host as sockets take it: an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function isLoopback(host: string): boolean {
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}
