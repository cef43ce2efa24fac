// Runs a script as one of k6's virtual users does, so many times over, and tells what it declares and what came of it.
import { pathToFileURL } from 'node:url';
import { checks } from './index.js';

const [file = '', iterations] = process.argv.slice(2);
const { default: iterate, options } = await import(pathToFileURL(file).href);
for (let count = 0; count < Number(iterations); count++) iterate();
console.log(JSON.stringify({ options, checks }));
