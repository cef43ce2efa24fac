import { chooseConnection } from '../../cli/connection.ts';
import type { Context } from '../../cli/context.ts';
import { UsageError } from '../../cli/errors.ts';
import { formatAddress, type Topology } from '../../redis/url.ts';
import { refuseRemote } from './remote.ts';

/**
 * Refuses a Redis that is not this machine and not named, before anything is sent there: what a connection is
 * opened for is seen only once it is too late.
 * @throws CachectlError `loadtest.remote` (exit 7)
 */
export function refuseRemoteRedis(
  { options, host, spec }: Pick<Context, 'options' | 'host' | 'spec'>,
  allowed: readonly string[],
): void {
  refuseRemote(hostsOf(topologyOf({ options, host, spec })), allowed);
}

/** @throws UsageError where the Redis of the command line is a cluster */
export function refuseCluster(context: Pick<Context, 'options' | 'host' | 'spec'>): void {
  if (topologyOf(context).kind === 'cluster') throw isCluster();
}

/** Load on Redis itself is for one server. */
export function isCluster(): UsageError {
  return new UsageError('load on Redis itself is for one server, and this is a cluster', {
    hint: 'load on the application (--scope, --url) goes through whatever Redis it uses',
  });
}

function topologyOf({ options, host, spec }: Pick<Context, 'options' | 'host' | 'spec'>): Topology {
  return chooseConnection(options, host.env, spec).options.topology;
}

/** Whoever is asked first; which server a Sentinel names is looked at again when it is known. */
function hostsOf(topology: Topology): readonly string[] {
  switch (topology.kind) {
    case 'single':
      return [formatAddress(topology.address)];
    case 'socket':
      return [];
    case 'sentinel':
      return topology.sentinels.map(formatAddress);
    case 'cluster':
      return topology.seeds.map(formatAddress);
  }
}
