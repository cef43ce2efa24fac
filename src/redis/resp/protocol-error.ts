/** What came in is no RESP: the connection cannot be used any more. */
export class RespProtocolError extends Error {
  override readonly name = 'RespProtocolError';

  constructor(what: string) {
    super(`Protocol error: ${what}`);
  }
}

/** An error reply, as the server worded it: `MOVED 3999 127.0.0.1:6381`, `ERR unknown command ...`. */
export class RespErrorReply extends Error {
  override readonly name = 'RespErrorReply';
}
