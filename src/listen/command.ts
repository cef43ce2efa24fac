import type { CommandSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { CONSENT_FLAGS } from '../cli/shared-flags.ts';

/** `cachectl listen`. */
export const listenSpec: CommandSpec = {
  path: ['listen'],
  summary: "Carry out the rules of the spec file as the application's events come in",
  description:
    'Reads events from a Redis Stream as one consumer of a group: each event is carried out at least once, and ' +
    'acknowledged after its actions; several listeners share the work, and take over from one that is gone. An ' +
    'event that keeps failing is set aside in a dead-letter stream. --http writes events that are posted to it ' +
    'to the same stream. --channel listens to Pub/Sub, where an event that nobody hears is lost: at most once. ' +
    'SIGTERM and Ctrl-C finish what is under way and end with exit 0, or with 143 and 130 where --drain was too ' +
    'short for that.',
  flags: [
    { name: 'stream', value: 'KEY', summary: 'the stream to read', fallback: 'cache:events' },
    {
      name: 'group',
      value: 'NAME',
      summary: 'the consumer group, made where it is missing',
      fallback: 'cachectl',
    },
    {
      name: 'consumer',
      value: 'NAME',
      summary: 'the name among the group',
      fallback: 'host and a random part',
    },
    {
      name: 'from',
      value: 'ID',
      summary: 'where a group that is made begins: 0, or $ for new events only',
      fallback: '0',
    },
    { name: 'channel', value: 'NAME', repeatable: true, summary: 'a Pub/Sub channel: at most once' },
    { name: 'http', value: 'HOST:PORT', summary: 'take events as POST /events; /healthz and /metrics, too' },
    {
      name: 'http-token-file',
      value: 'FILE',
      summary: 'the bearer token of senders; also CACHECTL_HTTP_TOKEN',
    },
    {
      name: 'http-secret-file',
      value: 'FILE',
      summary: 'the secret of X-Cachectl-Signature (HMAC-SHA256); also CACHECTL_HTTP_SECRET',
    },
    { name: 'coalesce', value: 'DURATION', summary: 'merge events that come within this time of the first' },
    { name: 'max-tries', value: 'N', summary: 'set an event aside after so many failures', fallback: '10' },
    {
      name: 'retry-after',
      value: 'DURATION',
      summary: 'pause before the second try; it doubles',
      fallback: '1s',
    },
    {
      name: 'claim-after',
      value: 'DURATION',
      summary: 'take over what another listener has not acknowledged for this long',
      fallback: '60s',
    },
    {
      name: 'dead-letters',
      value: 'KEY',
      summary: 'the stream for events that are set aside',
      fallback: 'STREAM:dead',
    },
    {
      name: 'keep',
      value: 'DURATION',
      summary: 'remove events that are older, once every group of the stream is done with them',
      fallback: '7d with --http, otherwise they stay',
    },
    {
      name: 'drain',
      value: 'DURATION',
      summary: 'when told to stop, the longest wait for what is under way',
      fallback: '10s',
    },
    ...CONSENT_FLAGS,
    ...LAYOUT_FLAGS,
  ],
  examples: [
    { line: 'cachectl listen --stream cache:events', does: 'As a service, as many as you like' },
    { line: 'cachectl listen --coalesce 500ms', does: 'A thousand saves of one model are one clear' },
    {
      line: 'cachectl listen --http 127.0.0.1:9410',
      does: 'Events over HTTP, for whoever has no Redis client',
    },
    {
      line: "cachectl listen --group purgers --from '$'",
      does: 'Beside another group, and only what is new',
    },
  ],
  risk: 'destroy',
  spec: 'required',
  formats: ['table', 'ndjson', 'json'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
