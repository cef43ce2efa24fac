import { parseArgs } from 'node:util';
import { startShop } from './server.ts';

const USAGE = `Usage: node shop.js [--port N] [--host ADDRESS] [--latency-scale X] [--watch-stdin]

  --port N           port to listen on, 0 for any free one (default 8000)
  --host ADDRESS     address to listen on (default 127.0.0.1)
  --latency-scale X  multiplies the delays of the database (default 1)
  --watch-stdin      exit when stdin closes, so that the shop does not outlive its parent
`;

try {
  await main();
} catch (error) {
  process.stderr.write(`shop: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(isUsageError(error) ? 2 : 1);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8000' },
      host: { type: 'string', default: '127.0.0.1' },
      'latency-scale': { type: 'string', default: '1' },
      'watch-stdin': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const shop = await startShop({
    port: parseNumber('--port', values.port, /^\d{1,5}$/),
    host: values.host,
    latencyScale: parseNumber('--latency-scale', values['latency-scale'], /^\d+(\.\d+)?$/),
    onError: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
  });

  const stop = (): void => {
    // Exit by hand: an open stdin or a full pipe at stdout would keep the process alive.
    void shop.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // A reader that is gone must not make the shop die of an unhandled EPIPE.
  process.stdout.on('error', stop);
  if (values['watch-stdin']) {
    process.stdin.on('end', stop).on('error', stop).resume();
  }
  process.stdout.write(`shop listening on ${shop.url}\n`);
}

function parseNumber(flag: string, text: string, form: RegExp): number {
  if (!form.test(text)) throw new RangeError(`${flag} does not take ${JSON.stringify(text)}`);
  return Number(text);
}

/** parseArgs and `listen` throw TypeError and RangeError for what they do not accept. */
function isUsageError(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof TypeError && 'code' in error);
}
