export { command } from '../cli/run-help.ts';
