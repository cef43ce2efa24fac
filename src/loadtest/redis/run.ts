import type { Outcome } from '../../cli/command.ts';
import type { Context } from '../../cli/context.ts';
import { CachectlError, UsageError } from '../../cli/errors.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import type { BulkChannel } from '../../redis/bulk-channel.ts';
import { encodeCommands } from '../../redis/resp/encode.ts';
import type { RedisClient, RedisCommand, RedisNode } from '../../redis/types.ts';
import { countOf } from '../../units/number.ts';
import { WHOLE } from '../engine/arrivals.ts';
import type { LoadModel } from '../engine/model.ts';
import { chooser } from '../engine/popularity.ts';
import { seededRandom } from '../engine/random.ts';
import { runLoad, type LoadPlan } from '../engine/run-load.ts';
import type { LoadOptions } from '../load-options.ts';
import { outcomeOf } from '../load/outcome.ts';
import { watchRedis } from '../load/redis-window.ts';
import { createLoadReport, type EndpointName, type LoadReport } from '../load/report.ts';
import type { LoadtestOptions } from '../options.ts';
import { isCluster, refuseCluster, refuseRemoteRedis } from '../targets/redis-place.ts';
import { refuseRemote } from '../targets/remote.ts';
import { startView } from '../load/live-view.ts';
import { Exchange, OwnKeys, withLife } from './exchange.ts';
import type { KeyFamily } from './mix.ts';
import type { RedisLoadOptions } from './options.ts';
import { RedisSlot, type RedisJob } from './redis-slot.ts';
import { asCommands } from './scale.ts';

/** Sizes of values that a range is tried in. */
const SIZE_STEPS = 16;
/**
 * How much longer keys live than the run: what writing them and opening connections may take. What a run that was
 * killed leaves behind is gone after it.
 */
const SPARE_SECONDS = 30;
/** Keys that are written in a second by the slowest server that is worth a load test. */
const KEYS_A_SECOND = 10_000;
/** Of a run whose length nobody knows. */
const UNKNOWN_SECONDS = 3_600;
const PREPARE_BATCH = 1_000;
/** A server does one thing at a time: more connections would only wait there instead of here. */
const OPEN_LOAD_CONNECTIONS = 50;

/**
 * Puts load on Redis itself, on keys of its own, which have a TTL from the first moment and are removed in the end.
 * @throws CachectlError where Redis is not this machine and not allowed, or cannot be reached
 */
export async function runRedisLoad(
  options: LoadtestOptions,
  load: LoadOptions,
  redis: RedisLoadOptions,
  context: Context,
): Promise<{ readonly outcome: Outcome; readonly report: LoadReport }> {
  refuseCluster(context);
  refuseRemoteRedis(context, options.targets.allowedHosts);
  const client = await context.redis();
  const node = await onlyNode(client);
  // Behind Sentinels, who it is has been found out only now.
  if (!node.address.startsWith('/')) refuseRemote([node.address], options.targets.allowedHosts);
  await context.confirm({
    reach: client.target.protected ? 'selection' : 'named',
    yes: false,
    confirm: options.confirm,
    preview: () => Promise.resolve(['Keys of its own are written, read and removed again.']),
    deed: { verb: 'load', noun: 'putting load', object: 'on it' },
  });
  const id = Math.floor(context.host.random() * 36 ** 8).toString(36);
  const keys = new OwnKeys(`cachectl:loadtest:${id}:`);
  const families = [...new Set(redis.mix.map(({ family }) => family))];
  const ttlSeconds = ttlFor(load, families.length * redis.keys);
  const channels: BulkChannel[] = [];
  const open = async (): Promise<BulkChannel> => {
    if (node.bulk === undefined) throw new UsageError('this connection takes no load of its own');
    const channel = await node.bulk();
    channels.push(channel);
    return channel;
  };
  try {
    await fill(await open(), keys, families, redis, ttlSeconds);
    const random = seededRandom(load.seed, 101);
    const job: RedisJob = {
      random,
      chooseKey: chooser(
        load.popularity ?? { kind: 'uniform' },
        redis.keys,
        seededRandom(load.seed, 102),
        WHOLE,
      ),
      exchanges: () =>
        redis.mix.map((command) =>
          valuesOf(redis.sizes).map(
            (value) => new Exchange(command, keys, value, redis.pipeline, ttlSeconds),
          ),
        ),
    };
    const plan: LoadPlan = {
      model: exchangesOf(load.model, redis.pipeline),
      popularity: { kind: 'weights', weights: redis.mix.map(({ weight }) => weight) },
      seed: load.seed,
      warmupMs: load.warmupMs,
      patienceMs: options.targets.timeoutMs ?? 10_000,
    };
    const ready = await openAll(open, plan.model);
    const view = startView(context, load.model);
    const watch = await watchRedis(client, context.host.clock);
    const result = await runLoad(
      plan,
      {
        targets: redis.mix.length,
        endpoints: redis.mix.length,
        endpointOf: (target) => target,
        openSlot: (owner) => {
          const channel = ready.pop();
          if (channel === undefined) throw new Error('more connections than were opened');
          return new RedisSlot(channel, job, owner);
        },
      },
      WHOLE,
      { signal: context.signal, onSnapshot: view.show },
    ).finally(view.stop);
    const report = createLoadReport(
      { ...result, record: asCommands(result.record, redis.pipeline) },
      namesOf(redis),
      {
        kind: 'redis',
        model: load.model,
        popularity: plan.popularity,
        seed: load.seed,
        warmupMs: load.warmupMs,
        workers: 1,
        targets: redis.mix.length,
        countHeader: undefined,
        interrupted: context.signal.aborted,
        redis: await watch.stop(),
        problems: [],
      },
    );
    return { outcome: outcomeOf(report), report };
  } finally {
    for (const channel of channels) channel.close();
    await clean(node, keys, families, redis.keys, context, ttlSeconds);
  }
}

async function onlyNode(client: RedisClient): Promise<RedisNode> {
  const [node, ...others] = await client.primaries();
  if (node === undefined || others.length > 0 || client.kind === 'cluster') throw isCluster();
  return node;
}

/** Exchanges of several commands are fewer and come less often. */
function exchangesOf(model: LoadModel, pipeline: number): LoadModel {
  if (model.kind === 'closed') {
    return model.until.kind === 'duration'
      ? model
      : { ...model, until: { kind: 'requests', count: Math.ceil(model.until.count / pipeline) } };
  }
  return {
    ...model,
    connections: OPEN_LOAD_CONNECTIONS,
    maxInFlight: OPEN_LOAD_CONNECTIONS,
    stages: model.stages.map((stage) => ({
      ...stage,
      fromPerSecond: stage.fromPerSecond / pipeline,
      toPerSecond: stage.toPerSecond / pipeline,
    })),
  };
}

/** Connections are opened before the start, as many as there may be: opening one is no part of a command. */
async function openAll(open: () => Promise<BulkChannel>, model: LoadModel): Promise<BulkChannel[]> {
  return Promise.all(Array.from({ length: model.connections }, open));
}

function ttlFor({ model, warmupMs }: LoadOptions, keys: number): number {
  const spare = SPARE_SECONDS + Math.ceil(keys / KEYS_A_SECOND);
  if (model.kind === 'open') {
    const totalMs = model.stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
    return Math.ceil(totalMs / 1_000) + spare;
  }
  return model.until.kind === 'duration'
    ? Math.ceil((warmupMs + model.until.ms) / 1_000) + spare
    : UNKNOWN_SECONDS + spare;
}

function namesOf({ mix }: RedisLoadOptions): readonly EndpointName[] {
  return mix.map(({ label }) => ({ label, scope: undefined, key: undefined, url: undefined }));
}

function valuesOf({ minBytes, maxBytes }: RedisLoadOptions['sizes']): readonly string[] {
  const steps = Math.min(SIZE_STEPS, maxBytes - minBytes + 1);
  return Array.from({ length: steps }, (_, index) =>
    'x'.repeat(minBytes + Math.round(((maxBytes - minBytes) * index) / Math.max(1, steps - 1))),
  );
}

/** Every key there, so that reads find something, and with a TTL from the same command or pipeline on. */
async function fill(
  channel: BulkChannel,
  keys: OwnKeys,
  families: readonly KeyFamily[],
  { keys: count, sizes }: RedisLoadOptions,
  ttlSeconds: number,
): Promise<void> {
  const values = valuesOf(sizes);
  for (const family of families) {
    for (let start = 0; start < count; start += PREPARE_BATCH) {
      const commands = Array.from({ length: Math.min(PREPARE_BATCH, count - start) }, (_, index) =>
        fillOf(
          family,
          keys.key(family, start + index),
          values[(start + index) % values.length] ?? '',
          ttlSeconds,
        ),
      ).flat();
      const batch = await channel.pipeline(encodeCommands(commands), commands.length);
      for (let index = 0; index < batch.length; index++) {
        const reply = batch.isError(index) ? batch.value(index) : batch.errorWithin(index);
        if (reply instanceof CachectlError) throw reply;
      }
    }
  }
}

function fillOf(family: KeyFamily, key: string, value: string, ttlSeconds: number): readonly RedisCommand[] {
  switch (family) {
    case 'string':
      return [['SET', key, value, 'EX', ttlSeconds]];
    case 'counter':
      return [['SET', key, 0, 'EX', ttlSeconds]];
    case 'hash':
      return withLife(['HSET', key, 'field', value], key, ttlSeconds);
    case 'list':
      return withLife(['RPUSH', key, value], key, ttlSeconds);
    case 'set':
      return withLife(['SADD', key, value], key, ttlSeconds);
    case 'zset':
      return withLife(['ZADD', key, 1, value], key, ttlSeconds);
  }
}

/** Nothing stays behind; where the server does not take it any more, the keys' own life ends it. */
async function clean(
  node: RedisNode,
  keys: OwnKeys,
  families: readonly KeyFamily[],
  count: number,
  context: Context,
  ttlSeconds: number,
): Promise<void> {
  try {
    for (const family of families) {
      for (let start = 0; start < count; start += PREPARE_BATCH) {
        const names = Array.from({ length: Math.min(PREPARE_BATCH, count - start) }, (_, index) =>
          keys.key(family, start + index),
        );
        await node.call('UNLINK', ...names);
      }
    }
  } catch (error) {
    if (!(error instanceof CachectlError) || error.exitCode === ExitCode.bug) throw error;
    context.messages.warn(
      `${countOf(count * families.length, 'key')} of this test could not be removed (${error.message}); they expire within ${ttlSeconds} s`,
    );
  }
}
