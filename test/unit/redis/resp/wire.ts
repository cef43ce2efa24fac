import fc from 'fast-check';
import { RespErrorReply } from '../../../../src/redis/resp/protocol-error.ts';
import type { RedisReply } from '../../../../src/redis/types.ts';

/** A reply as it stands on the wire, and what it means. */
export interface Wire {
  readonly wire: Buffer;
  readonly value: RedisReply | RespErrorReply;
}

const line = fc.string({ unit: fc.constantFrom('a', 'é', ' ', ':', '$', '1'), maxLength: 12 });

function of(head: string, value: Wire['value'], body: readonly Buffer[] = []): Wire {
  return { wire: Buffer.concat([Buffer.from(`${head}\r\n`), ...body]), value };
}

const scalar: fc.Arbitrary<Wire> = fc.oneof(
  fc.maxSafeInteger().map((number) => of(`:${number}`, number)),
  line.map((text) => of(`+${text}`, Buffer.from(text))),
  fc.constantFrom(of('$-1', null), of('*-1', null), of('_', null), of('#t', 1), of('#f', 0)),
  fc.constantFrom('1.5', '1e+300', 'inf', '-inf', 'nan').map((text) => of(`,${text}`, Buffer.from(text))),
  fc.bigInt().map((number) => of(`(${number}`, Buffer.from(String(number)))),
  fc.uint8Array({ maxLength: 30 }).map((array) => {
    const bytes = Buffer.from(array);
    return of(`$${bytes.length}`, bytes, [bytes, Buffer.from('\r\n')]);
  }),
  line.map((text) => {
    const bytes = Buffer.from(text);
    return of(`=${bytes.length + 4}`, bytes, [Buffer.from('txt:'), bytes, Buffer.from('\r\n')]);
  }),
);

const failure: fc.Arbitrary<Wire> = fc.oneof(
  line.map((text) => of(`-${text}`, new RespErrorReply(text))),
  line.map((text) => {
    const bytes = Buffer.from(text);
    return of(`!${bytes.length}`, new RespErrorReply(text), [bytes, Buffer.from('\r\n')]);
  }),
);

function aggregate(kind: string, elements: readonly Wire[], count = elements.length): Wire {
  const values = elements.map(({ value }) => (value instanceof RespErrorReply ? null : value));
  return of(
    `${kind}${count}`,
    values,
    elements.map(({ wire }) => wire),
  );
}

const { nested } = fc.letrec<{ nested: Wire }>((tie) => ({
  nested: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalar,
    failure,
    fc.array(tie('nested'), { maxLength: 4 }).map((elements) => aggregate('*', elements)),
    fc.array(tie('nested'), { maxLength: 4 }).map((elements) => aggregate('~', elements)),
    fc
      .array(fc.tuple(tie('nested'), tie('nested')), { maxLength: 3 })
      .map((pairs) => aggregate('%', pairs.flat(), pairs.length)),
    fc.tuple(scalar, scalar, tie('nested')).map(([name, about, reply]) => ({
      wire: Buffer.concat([aggregate('|', [name, about], 1).wire, reply.wire]),
      value: reply.value,
    })),
  ),
}));

/** Any reply of RESP2 and RESP3, sometimes behind a push that nobody asked for. */
export const replies: fc.Arbitrary<Wire> = fc
  .tuple(fc.option(fc.array(scalar, { minLength: 1, maxLength: 3 }), { freq: 3 }), nested)
  .map(([push, reply]) =>
    push === null
      ? reply
      : { wire: Buffer.concat([aggregate('>', push).wire, reply.wire]), value: reply.value },
  );
