import { Cluster, type ClusterOptions, type RedisOptions } from 'ioredis';

/** How long a node may take to answer a new connection. */
const CONNECT_TIMEOUT_MS = 5_000;
const MAX_RETRY_DELAY_MS = 1_000;

/**
 * A connection to all nodes of a cluster. Every node is reached with the credentials and the encryption of the first address.
 * Whoever opens it closes it: BullMQ leaves connections alone that it was given.
 */
export function openCluster(
  addresses: readonly string[],
  redis: Pick<RedisOptions, 'maxRetriesPerRequest'>,
  cluster: Pick<ClusterOptions, 'enableOfflineQueue' | 'lazyConnect'> = {},
): Cluster {
  const nodes = addresses.map((address) => new URL(address));
  const { username = '', password = '', protocol } = nodes[0] ?? {};
  const opened = new Cluster(
    nodes.map(({ hostname, port }) => ({ host: hostname, port: Number(port || 6379) })),
    {
      ...cluster,
      clusterRetryStrategy: (times) => Math.min(times * 100, MAX_RETRY_DELAY_MS),
      redisOptions: {
        ...redis,
        connectTimeout: CONNECT_TIMEOUT_MS,
        ...(username ? { username: decodeURIComponent(username) } : {}),
        ...(password ? { password: decodeURIComponent(password) } : {}),
        ...(protocol === 'rediss:' ? { tls: {} } : {}),
      },
      // certificates are for names, not for the addresses that they resolve to
      ...(protocol === 'rediss:' ? { dnsLookup: (address, callback) => callback(null, address) } : {}),
    },
  );
  // told by the commands that fail
  opened.on('error', () => undefined);
  return opened;
}
