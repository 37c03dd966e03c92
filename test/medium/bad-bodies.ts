/** A body that nobody should send, as text or bytes. */
export interface BadBody {
  readonly name: string;
  readonly body: string | Buffer;
}

const named = (kind: string, bodies: readonly (string | Buffer)[]): BadBody[] =>
  bodies.map((body) => {
    const shown = typeof body === 'string' ? JSON.stringify(body) : `0x${body.toString('hex')}`;
    return { name: `${kind} ${shown.length > 60 ? `${shown.slice(0, 57)}...` : shown}`, body };
  });

/** What is no JSON. */
const BROKEN = named('syntax', [
  '{',
  '}',
  '[',
  ']',
  '{]',
  '[}',
  '{"a"',
  '{"a":',
  '{"a":1',
  '{"a":1,',
  '{"a":1,}',
  '{,}',
  '{"a" 1}',
  '{"a"::1}',
  '{a:1}',
  "{'a':1}",
  '[1,]',
  '[,1]',
  '[1 2]',
  '[1,,2]',
  '{"a":1}{"a":1}',
  '{} {}',
  '1 2',
  'nul',
  'True',
  'NaN',
  'Infinity',
  '-',
  '+1',
  '01',
  '1.',
  '.5',
  '1e',
  '0x1F',
  '1_000',
  '"',
  '"a',
  '"\\x41"',
  '"\\u12"',
  '"\\u{41}"',
  '"a\nb"',
  '"a	b"',
  '// no\n{}',
  '/* no */{}',
  '#{}',
  '{}#',
  'undefined',
  '<a/>',
  'a=1&b=2',
  '--x',
  '\0',
  '{}\0',
  '\xA0{}',
  '{"a":undefined}',
  '{"a":function(){}}',
  '`{}`',
  '{"a":1;}',
  '(1)',
  '{"a":[}',
  '{"a":{"b":[1,2}',
  '"\\',
  '"\\u',
  '[[[[',
  '{"a":"b}',
]);

/** What is no UTF-8, or a text that PostgreSQL can't store. */
const MISCODED = named('encoding', [
  Buffer.from('7b226e616d65223a22ff227d', 'hex'),
  Buffer.from('22c0af22', 'hex'),
  Buffer.from('22c3', 'hex'),
  Buffer.from('22e28222', 'hex'),
  Buffer.from('22eda08022', 'hex'),
  Buffer.from('22f4908080 22'.replaceAll(' ', ''), 'hex'),
  Buffer.from('22f8888080 8022'.replaceAll(' ', ''), 'hex'),
  Buffer.from('efbbbf7b7d', 'hex'),
  Buffer.from('fffe7b007d00', 'hex'),
  Buffer.from('feff007b007d', 'hex'),
  Buffer.from('0000feff0000007b', 'hex'),
  Buffer.from('1f8b0800000000000003ab0500', 'hex'),
  Buffer.from('789c030000000001', 'hex'),
  Buffer.from('28b52ffd2000010000', 'hex'),
  Buffer.from('504b0304', 'hex'),
  Buffer.from([0x80]),
  '{"name":"\\u0000"}',
  '{"\\u0000":1}',
  '{"name":"a\\u0000b"}',
  '{"name":"\\ud800"}',
  '{"name":"\\udc00\\ud800"}',
  '{"\\ud800":1}',
  '{"name":["x",{"y":"\\udfff"}]}',
]);

const POLLUTING = ['__proto__', 'constructor', 'prototype'];
const POLLUTED = named(
  'key',
  POLLUTING.flatMap((key) => [
    `{"${key}":{"isAdmin":true}}`,
    `{"${key}":null}`,
    `{"a":{"${key}":1}}`,
    `[{"${key}":1}]`,
    `{"a":[[{"${key}":{}}]]}`,
    `{"\\u${(key.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}${key.slice(1)}":1}`,
    `{"settings":{"${key}":{"publish":true}}}`,
  ]),
);
/** Allowed as keys of JSON, known to nobody as fields. */
const INHERITED = named(
  'name',
  [
    'toString',
    'hasOwnProperty',
    'valueOf',
    'then',
    '$ref',
    '$where',
    '__defineGetter__',
    'length',
    'toJSON',
    'isPrototypeOf',
    'self',
    'id',
    'shop_id',
    'shopId',
    'role ',
    'created_at',
    'state',
  ].map((key) => `{"${key}":{"a":1}}`),
);

const nest = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);
const OVERSIZED = named('size', [
  ...[33, 100, 1_000, 10_000].map((depth) => nest(depth, '[', ']')),
  ...[33, 100, 1_000].map((depth) => nest(depth, '{"a":', '').concat('1', '}'.repeat(depth))),
  `{${Array.from({ length: 1_001 }, (_, index) => `"k${index}":1`).join(',')}}`,
  JSON.stringify({ name: 'x'.repeat(60_000) }),
  JSON.stringify({ [`k${'x'.repeat(60_000)}`]: 1 }),
  `[${'0,'.repeat(20_000)}0]`,
  `{"name":${'9'.repeat(50_000)}}`,
  `{"name":1e${'9'.repeat(400)}}`,
  ...['1e400', '-1e400', '1e-400', '123456789012345678901234567890', '-0', '0.1e1'].map(
    (number) => `{"name":${number}}`,
  ),
]);

/** JSON that is no object, or one of the wrong things. */
const MISSHAPEN = named('shape', [
  'null',
  'true',
  '0',
  '-1',
  '1.5',
  '""',
  '"text"',
  '[]',
  '{"":1}',
  '{" ":1}',
  '{"a":null}',
  '{"name":[]}',
  '{"name":{}}',
  '{"name":true}',
  '{"name":""}',
  '{"name":"\\t"}',
]);

const TWICE = named('twice', [
  '{"name":"a","name":"b"}',
  '{"name":"a","\\u006eame":"b"}',
  '{"a":{"b":1,"b":2}}',
  '[{"a":1,"a":1}]',
]);

/** Lists of what is no object. Where lists are taken, each item is answered on its own. */
export const BAD_LISTS = named('list', ['[null]', '[[]]', '[{}]', '[1]']);

export const BAD_BODIES: readonly BadBody[] = [
  ...BROKEN,
  ...MISCODED,
  ...POLLUTED,
  ...INHERITED,
  ...OVERSIZED,
  ...MISSHAPEN,
  ...TWICE,
];

/** Content types and encodings under which nothing is taken. */
export const BAD_HEADERS: readonly Readonly<Record<string, string>>[] = [
  ...[
    '',
    'text/plain',
    'text/html',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'image/png',
    'application/jsonp',
    'application/json5',
    'json',
    'application',
    '/',
    '*/*',
    'application/*',
    'application/json; charset=utf-16',
    'application/json; charset=latin1',
    'application/json;charset=utf-7',
    'application/vnd.api+json',
    'application/graphql',
    'application/msgpack',
    'text/json',
    'a'.repeat(300),
  ].map((type) => ({ 'content-type': type })),
  ...['gzip', 'deflate', 'br', 'zstd', 'compress', 'gzip, gzip', 'x-gzip', 'nonsense'].map((encoding) => ({
    'content-type': 'application/json',
    'content-encoding': encoding,
  })),
];
