// The floor of every clear: one raw socket, SCAN MATCH COUNT 1000 from one end to the other, replies only
// counted. Prints how many keys matched.
import { Buffer } from 'node:buffer';
import { connect } from 'node:net';

const [port, pattern = '*'] = process.argv.slice(2);
const socket = connect(Number(port), '127.0.0.1');
socket.setNoDelay(true);
let held = Buffer.alloc(0);
let matched = 0;

const ask = (/** @type {string} */ cursor) =>
  socket.write(
    `*6\r\n$4\r\nSCAN\r\n$${cursor.length}\r\n${cursor}\r\n$5\r\nMATCH\r\n$${pattern.length}\r\n${pattern}\r\n` +
      '$5\r\nCOUNT\r\n$4\r\n1000\r\n',
  );

/** The number on the line that starts at `at`, behind its first byte, and where the next line starts. */
function readNumber(/** @type {number} */ at) {
  let number = 0;
  let index = at + 1;
  for (; held[index] !== 13 && index < held.length; index++) number = number * 10 + (held[index] ?? 0) - 48;
  return { number, next: index + 2 };
}

socket.on('data', (chunk) => {
  held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
  const cursor = readNumber(readNumber(0).next);
  const cursorEnd = cursor.next + cursor.number;
  const keys = readNumber(cursorEnd + 2);
  let at = keys.next;
  for (let key = 0; key < keys.number && at < held.length; key++) {
    const { number, next } = readNumber(at);
    at = next + number + 2;
  }
  if (at !== held.length) return;
  matched += keys.number;
  const next = held.toString('latin1', cursor.next, cursorEnd);
  held = Buffer.alloc(0);
  if (next !== '0') ask(next);
  else socket.end(() => console.log(matched));
});
ask('0');
