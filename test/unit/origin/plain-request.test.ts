import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainPlace, plainRequest } from '../../../src/origin/http1/plain-request.ts';

describe('a plain request', () => {
  it('is one GET with its headers', () => {
    expect(plainRequest('/a?b=c', 'h:80', { accept: '*/*' })).toBe(
      'GET /a?b=c HTTP/1.1\r\nhost: h:80\r\nconnection: keep-alive\r\naccept: */*\r\n\r\n',
    );
  });

  it('keeps a Host header of its own', () => {
    expect(plainRequest('/', 'h', { Host: 'shop.example' })).toBe(
      'GET / HTTP/1.1\r\nconnection: keep-alive\r\nHost: shop.example\r\n\r\n',
    );
  });

  it('is never more than one request, whatever its parts are', () => {
    const text = fc.string({ unit: 'binary-ascii' });
    fc.assert(
      fc.property(text, fc.dictionary(text, text, { maxKeys: 3 }), (path, headers) => {
        const request = plainRequest(`/${path}`, 'h', headers);
        if (request === undefined) return;
        expect(request.indexOf('\r\n\r\n')).toBe(request.length - 4);
        expect(request.split('\r\n')).toHaveLength(
          Object.keys(headers).length + 5 - ('host' in headers ? 1 : 0),
        );
      }),
    );
  });

  it.each(['Connection', 'Content-Length', 'Transfer-Encoding', 'Expect', 'Upgrade', 'TE'])(
    'leaves %s to the other transport',
    (name) => expect(plainRequest('/', 'h', { [name]: 'x' })).toBeUndefined(),
  );
});

describe('the place of an origin', () => {
  it.each([
    ['http://127.0.0.1:8000', { secure: false, hostname: '127.0.0.1', port: 8000, host: '127.0.0.1:8000' }],
    ['https://shop.example', { secure: true, hostname: 'shop.example', port: 443, host: 'shop.example' }],
    ['http://[::1]:81', { secure: false, hostname: '::1', port: 81, host: '[::1]:81' }],
  ])('%s', (origin, place) => {
    expect(plainPlace(origin)).toEqual(place);
  });

  it.each(['http://user:pass@h', 'ftp://h', 'http://h:99999', 'http://h/path'])('%s is none', (origin) => {
    expect(plainPlace(origin)).toBeUndefined();
  });
});
