import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson } from '../../../src/values/serialization/json-reader.ts';
import { writeMsgpack } from '../../../src/values/serialization/msgpack-writer.ts';
import { writePhp } from '../../../src/values/serialization/php-writer.ts';
import { writePickle } from '../../../src/values/serialization/pickle-writer.ts';
import { writePythonJson } from '../../../src/values/serialization/python-json-writer.ts';
import { NotWritable } from '../../../src/values/serialization/writable.ts';

const hex = (bytes: Buffer): string => bytes.toString('hex');

test('a pickle has integers of 2^31 and more as LONG1, as Django reads them', () => {
  expect(hex(writePickle(readJson('2147483647')))).toBe('80024affffff7f2e');
  expect(hex(writePickle(readJson('2147483648')))).toBe('80028a0500000080002e');
  expect(hex(writePickle(readJson('-2147483649')))).toBe('80028a05ffffff7fff2e');
  expect(hex(writePickle(readJson('true')))).toBe('8002882e');
  expect(hex(writePickle(readJson('{"a":[1,null]}')))).toBe('80027d285801000000615d284b014e65752e');
});

test('PHP arrays have integers for names that look like them, and the last of equal names', () => {
  expect(writePhp(readJson('{"7":"é","x":1.5,"x":[1]}')).toString()).toBe(
    'a:2:{i:7;s:2:"é";s:1:"x";a:1:{i:0;i:1;}}',
  );
  expect(writePhp(readJson('[1e25,1e-5,0.1,10.0,10000000000000000000]')).toString()).toBe(
    'a:5:{i:0;d:1.0E+25;i:1;d:1.0E-5;i:2;d:0.1;i:3;d:10;i:4;d:1.0E+19;}',
  );
});

test('MessagePack has every value in its shortest form', () => {
  expect(hex(writeMsgpack(readJson('[127,128,-32,-33,65536,4294967296,-2147483649,null,1.5,"é",{}]')))).toBe(
    '9b7fcc80e0d0dfce00010000cf0000000100000000d3ffffffff7fffffffc0cb3ff8000000000000a2c3a980',
  );
  expect(() => writeMsgpack(readJson('18446744073709551616'))).toThrow(NotWritable);
});

test('JSON is written with a blank after commas and colons and escapes beyond ASCII, as Python does', () => {
  expect(writePythonJson(readJson('{"é":[1,1.0,1e16,1e-5,12345678901234567890,"\\u007f😀"]}'))).toBe(
    '{"\\u00e9": [1, 1.0, 1e+16, 1e-05, 12345678901234567890, "\\u007f\\ud83d\\ude00"]}',
  );
});

test('Python’s form of any JSON is the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      expect(JSON.parse(writePythonJson(readJson(JSON.stringify(value))))).toEqual(
        JSON.parse(JSON.stringify(value)),
      );
    }),
  );
});

test('data nested beyond what readers take is refused', () => {
  expect(() => writePickle(readJson('['.repeat(1_002) + ']'.repeat(1_002)))).toThrow(NotWritable);
});
