import { EventEmitter } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EndSignal } from '../../../src/host.ts';
import { openLive, type LiveScreen, type LiveView } from '../../../src/terminal/live.ts';
import { ENTER_SCREEN, LEAVE_SCREEN } from '../../../src/terminal/paint.ts';
import { textStream } from '../../../src/terminal/streams.ts';
import { createStyle } from '../../../src/terminal/style.ts';
import { until } from '../../support/until.ts';

class Display extends Writable {
  columns = 40;
  rows = 5;
  text = '';
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  /** What has been written since the last time. */
  take(): string {
    const { text } = this;
    this.text = '';
    return text;
  }
}

class Keyboard extends PassThrough {
  readonly isTTY = true;
  raw = false;
  setRawMode(raw: boolean): void {
    this.raw = raw;
  }
}

let keyboard: Keyboard;
let exits: EventEmitter;
let raised: EndSignal[];
const screens: LiveScreen[] = [];
beforeEach(() => {
  keyboard = new Keyboard();
  exits = new EventEmitter();
  raised = [];
});
afterEach(() => screens.splice(0).forEach((screen) => screen.close()));

function open(
  display: Display,
  parts: { readonly readKeys?: boolean; readonly term?: string } = {},
): LiveScreen {
  const screen = openLive({
    out: textStream(display),
    terminal: { interactive: display.isTTY, width: 40, unicode: true, style: createStyle(false) },
    host: {
      stdin: keyboard,
      env: { TERM: parts.term ?? 'xterm' },
      raise: (signal) => void raised.push(signal),
      onExit: (listener) => {
        exits.on('exit', listener);
        return () => exits.off('exit', listener);
      },
    },
    readKeys: parts.readKeys ?? true,
  });
  screens.push(screen);
  return screen;
}

const view = (text: string): LiveView => ({
  screen: ({ width }, rows) => `${text} ${width}x${rows}`,
  plain: () => `plain ${text}`,
});

test('takes the terminal, draws in place with the keys below, and gives it back', async () => {
  const display = new Display(true);
  const live = open(display);
  expect(live.drawn).toBe(true);
  await live.show(view('one'));
  expect(keyboard.raw).toBe(true);
  const first = display.take();
  expect(first.startsWith(ENTER_SCREEN)).toBe(true);
  expect(first).toContain('one 40x4');
  expect(first).toContain('q quit   p pause');
  await live.show(view('two'));
  const second = display.take();
  expect(second).toContain('two 40x4');
  expect(second).not.toContain('quit');
  live.close();
  expect(display.take()).toBe(LEAVE_SCREEN);
  expect(keyboard.raw).toBe(false);
  expect(keyboard.isPaused()).toBe(true);
  expect(exits.listenerCount('exit')).toBe(0);
});

test('p stops the picture and goes on with the latest, q ends it', async () => {
  const display = new Display(true);
  const live = open(display);
  await live.show(view('one'));
  keyboard.write('p');
  await until(() => display.text.includes('paused'));
  display.take();
  await live.show(view('two'));
  await live.show(view('three'));
  expect(display.take()).toBe('');
  keyboard.write('p');
  await until(() => display.text.includes('three'));
  expect(display.take()).not.toContain('two');
  expect(live.ended.aborted).toBe(false);
  keyboard.write('q');
  await until(() => live.ended.aborted);
});

test('Ctrl-C stays the signal that it is without raw mode', async () => {
  const live = open(new Display(true));
  await live.show(view('one'));
  keyboard.write('\x03');
  await until(() => raised.length > 0);
  expect(raised).toEqual(['SIGINT']);
  expect(live.ended.aborted).toBe(false);
});

test('follows the size of the terminal', async () => {
  const display = new Display(true);
  const live = open(display);
  await live.show(view('one'));
  display.take();
  display.columns = 100;
  display.rows = 30;
  display.emit('resize');
  expect(display.take()).toContain('one 100x29');
});

test('gives the terminal back when the process exits in the middle', async () => {
  const display = new Display(true);
  await open(display).show(view('one'));
  display.take();
  exits.emit('exit');
  expect(display.take()).toBe(LEAVE_SCREEN);
  expect(keyboard.raw).toBe(false);
});

test('leaves the keyboard alone where nothing may be asked', async () => {
  const display = new Display(true);
  await open(display, { readKeys: false }).show(view('one'));
  expect(keyboard.raw).toBe(false);
  expect(display.take()).toContain('one 40x5');
});

test.each([
  ['a pipe', new Display(false), 'xterm'],
  ['a terminal that cannot be drawn on', new Display(true), 'dumb'],
])('%s gets lines', async (_name, display, term) => {
  const live = open(display, { term });
  expect(live.drawn).toBe(false);
  await live.show(view('one'));
  await live.show(view('two'));
  live.close();
  expect(display.take()).toBe('plain one\nplain two\n');
});
