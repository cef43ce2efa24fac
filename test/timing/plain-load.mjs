// The plainest load that arrives by a schedule: how evenly it arrives is what the machine allows at this moment.
// node plain-load.mjs URL REQUESTS-A-SECOND REQUESTS
import { Agent, get } from 'node:http';

const [url = '', perSecond, count] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const startedAt = performance.now();
let sent = 0;
let answered = 0;

/** @param {import('node:http').IncomingMessage} response */
function onAnswer(response) {
  response.resume().on('end', () => {
    if (++answered === Number(count)) agent.destroy();
  });
}

function sendDue() {
  while (sent < Number(count) && startedAt + (sent * 1_000) / Number(perSecond) <= performance.now()) {
    sent++;
    get(url, { agent }, onAnswer);
  }
  if (sent < Number(count)) setTimeout(sendDue, 1);
}
sendDue();
