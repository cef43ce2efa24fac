import { CachectlError } from '../cli/errors.ts';
import { parseInfo } from './info.ts';
import type { RedisClient } from './types.ts';

/** Which servers a connection talks to, beyond names and addresses that may come to mean others. */
export interface Identity {
  readonly kind: RedisClient['kind'];
  readonly database: number;
  /** Every primary, sorted by address. */
  readonly nodes: readonly NodeIdentity[];
}

/** One primary. */
export interface NodeIdentity {
  readonly address: string;
  /** Changes with every start of the server; `undefined` where this user may not ask. */
  readonly runId: string | undefined;
}

/** Asks every primary who it is. */
export async function readIdentity(client: RedisClient): Promise<Identity> {
  const nodes = await Promise.all(
    (await client.primaries()).map(async (node): Promise<NodeIdentity> => {
      const [info] = await node.pipeline([['INFO', 'server']]);
      const runId = info instanceof CachectlError ? undefined : parseInfo(String(info)).get('run_id');
      return { address: node.address, runId };
    }),
  );
  nodes.sort((a, b) => (a.address < b.address ? -1 : 1));
  return { kind: client.kind, database: client.target.database, nodes };
}

/** In what two targets differ, in one phrase; `undefined` where they are the same servers and database. */
export function identityDifference(was: Identity, is: Identity): string | undefined {
  if (was.database !== is.database) return `database ${was.database} then, ${is.database} now`;
  const ids = (identity: Identity): string =>
    identity.nodes
      .map(({ runId, address }) => runId ?? address)
      .sort()
      .join(' ');
  if (ids(was) === ids(is)) return undefined;
  const places = (identity: Identity): string => identity.nodes.map(({ address }) => address).join(', ');
  return places(was) === places(is)
    ? `the server at ${places(is)} has been started anew since`
    : `${places(was)} then, ${places(is)} now`;
}
