import * as z from 'zod/mini';

import { parseAddresses, parseRedisUrl } from '../redis/url.ts';
import { fieldNotes, text, timeout, trueOrFalse, wholeNumber } from './fields.ts';
import type { Finding } from './finding.ts';
import { listItems, mapEntries, nodeAt, stringScalar, type SourceNode } from './source-tree.ts';

/** One connection of the spec file: how a Redis is found, and how it is talked to. */
export interface ConnectionSpec {
  /** Exactly one of `url`, `sentinels` and `cluster` says where. */
  readonly url?: string;
  /** `host:port` of each Sentinel; with `primaryName`. */
  readonly sentinels?: readonly string[];
  readonly primaryName?: string;
  /** `host:port` of some nodes of a cluster. */
  readonly cluster?: readonly string[];
  readonly database?: number;
  readonly username?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  /** A shell command that prints the password. */
  readonly passwordCommand?: string;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  readonly sentinelPasswordFile?: string;
  /** Deleting by pattern, tag or scope asks for the connection's name. */
  readonly protected: boolean;
  readonly tls?: ConnectionTls;
  readonly protocol?: 2 | 3;
  readonly clientName?: string;
  readonly readFrom?: 'primary' | 'replica';
  /** `host:port` as the nodes say it, to `host:port` as it is reached from here. */
  readonly natMap?: Readonly<Record<string, string>>;
  readonly connectTimeoutMs?: number;
  readonly commandTimeoutMs?: number;
  readonly retries?: number;
}

/** TLS of a connection; files are PEM. */
export interface ConnectionTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly skipVerify: boolean;
}

const addresses = (description: string) =>
  z
    .array(text('host:port', '10.0.0.1:26379'))
    .check(z.minLength(1, { error: 'expected at least one address' }))
    .register(fieldNotes, { description });

const tls = z
  .strictObject({
    ca: z.optional(text("File of the authorities to trust instead of the system's", '/etc/redis/ca.pem')),
    cert: z.optional(text('File of the client certificate')),
    key: z.optional(text('File of the key of the client certificate')),
    server_name: z.optional(text('The name in the certificate, where it is not the host')),
    skip_verify: z.optional(trueOrFalse('Trust any certificate; never for a protected connection')),
  })
  .register(fieldNotes, { description: "Talk TLS; an empty map means with the system's authorities" });

/** The file form of a connection. */
export const connectionSchema = z
  .strictObject({
    url: z.optional(
      text(
        'redis://, rediss:// (TLS), unix://, redis+sentinel:// or redis+cluster:// URL',
        'redis://127.0.0.1:6379/0',
      ),
    ),
    sentinels: z.optional(addresses('Addresses of the Sentinels, instead of a URL')),
    name: z.optional(text('The name under which the Sentinels watch the primary', 'mymaster')),
    cluster: z.optional(addresses('Addresses of nodes of a cluster, instead of a URL')),
    database: z.optional(wholeNumber(0, 'Number of the database, with Sentinels')),
    username: z.optional(text('ACL user name')),
    password: z.optional(text('Password; take it from the environment', '${CACHE_PASSWORD:?}')),
    password_file: z.optional(text('File whose first line is the password', '/run/secrets/redis')),
    password_command: z.optional(text('Shell command that prints the password, for tokens that change')),
    sentinel_username: z.optional(text('ACL user name at the Sentinels')),
    sentinel_password: z.optional(text('Password of the Sentinels; take it from the environment')),
    sentinel_password_file: z.optional(text('File whose first line is the password of the Sentinels')),
    protected: z.optional(
      trueOrFalse('Deleting by pattern, tag or scope asks for the name of the connection'),
    ),
    tls: z.optional(tls),
    protocol: z.optional(
      z
        .literal([2, 3], { error: 'expected 2 or 3' })
        .register(fieldNotes, { description: 'RESP version to speak' }),
    ),
    client_name: z.optional(text('What CLIENT LIST shows', 'cachectl')),
    read_from: z.optional(
      z
        .enum(['primary', 'replica'], { error: 'expected primary or replica' })
        .register(fieldNotes, { description: 'Where commands that only read read' }),
    ),
    nat_map: z.optional(
      z.record(z.string(), text('host:port as it is reached from here')).register(fieldNotes, {
        description: 'What the nodes of a cluster call themselves, and how they are reached',
      }),
    ),
    connect_timeout: z.optional(timeout('The longest wait for a connection')),
    command_timeout: z.optional(timeout('The longest wait for a reply')),
    retries: z.optional(wholeNumber(0, 'How often a connection that fails is tried again')),
  })
  .register(fieldNotes, {
    description: 'One Redis or Valkey: a server, a primary behind Sentinels, or a cluster',
  });

/** The resolved connection of one that has no mistakes. */
export function buildConnection(file: z.output<typeof connectionSchema>): ConnectionSpec {
  const { tls: tlsFile } = file;
  return defined({
    url: file.url,
    sentinels: file.sentinels,
    primaryName: file.name,
    cluster: file.cluster,
    database: file.database,
    username: file.username,
    password: file.password,
    passwordFile: file.password_file,
    passwordCommand: file.password_command,
    sentinelUsername: file.sentinel_username,
    sentinelPassword: file.sentinel_password,
    sentinelPasswordFile: file.sentinel_password_file,
    protected: file.protected ?? false,
    tls:
      tlsFile &&
      defined({
        ca: tlsFile.ca,
        cert: tlsFile.cert,
        key: tlsFile.key,
        serverName: tlsFile.server_name,
        skipVerify: tlsFile.skip_verify ?? false,
      }),
    protocol: file.protocol,
    clientName: file.client_name,
    readFrom: file.read_from,
    natMap: file.nat_map,
    connectTimeoutMs: file.connect_timeout,
    commandTimeoutMs: file.command_timeout,
    retries: file.retries,
  });
}

type Defined<Shape> = { [Key in keyof Shape]: Exclude<Shape[Key], undefined> };

/** Without the settings that the file does not have. */
function defined<Shape extends object>(shape: Shape): Defined<Shape> {
  return Object.fromEntries(
    Object.entries(shape).filter(([, value]) => value !== undefined),
  ) as Defined<Shape>;
}

/** What the schema cannot see: that exactly one way to find the server is given, and that it can be read. */
export function checkConnections(root: SourceNode): readonly Finding[] {
  return mapEntries(nodeAt(root, ['connections'])).flatMap(([, { node, keyStart }]) => [
    ...checkPlace(node, keyStart),
    ...checkPasswords(node, keyStart),
    ...listedAddresses(node).flatMap(checkAddress),
  ]);
}

function checkPlace(node: SourceNode, keyStart: number): readonly Finding[] {
  const given = ['url', 'sentinels', 'cluster'].filter((name) => nodeAt(node, [name]) !== undefined);
  if (node.kind === 'map' && given.length !== 1) {
    const message =
      given.length === 0
        ? 'this connection does not say where: missing key `url` (or `sentinels` or `cluster`)'
        : `${given.map((name) => `\`${name}\``).join(' and ')} contradict each other: each says where`;
    return [{ offset: keyStart, message }];
  }
  if (nodeAt(node, ['sentinels']) !== undefined && nodeAt(node, ['name']) === undefined) {
    return [
      {
        offset: keyStart,
        message: 'missing key `name`: under which name do the Sentinels watch the primary?',
      },
    ];
  }
  const url = stringScalar(nodeAt(node, ['url']));
  if (url === undefined) return [];
  return problemOf(() => parseRedisUrl(url.value), url.start);
}

function checkPasswords(node: SourceNode, keyStart: number): readonly Finding[] {
  const given = ['password', 'password_file', 'password_command'].filter(
    (name) => nodeAt(node, [name]) !== undefined,
  );
  return given.length < 2
    ? []
    : [
        {
          offset: keyStart,
          message: `${given.map((name) => `\`${name}\``).join(' and ')} contradict each other`,
        },
      ];
}

function listedAddresses(node: SourceNode): readonly SourceNode[] {
  return [
    ...listItems(nodeAt(node, ['sentinels'])),
    ...listItems(nodeAt(node, ['cluster'])),
    ...mapEntries(nodeAt(node, ['nat_map'])).map(([, entry]) => entry.node),
  ];
}

function checkAddress(node: SourceNode): readonly Finding[] {
  const address = stringScalar(node);
  return address === undefined ? [] : problemOf(() => parseAddresses(address.value, 1), address.start);
}

function problemOf(read: () => unknown, offset: number): readonly Finding[] {
  try {
    read();
    return [];
  } catch (error) {
    const { message, hint } = error as { readonly message: string; readonly hint?: string };
    return [hint === undefined ? { offset, message } : { offset, message, suggestion: hint }];
  }
}
