import type { IncomingRequest, ParseContext, SourceKind } from '#app/application';
import { PermanentError } from '#app/domain';
import fc from 'fast-check';

/** How a spec drives a source kind: it signs with code of its own, or with the vendor's package. */
export interface SourceRig {
  readonly kind: SourceKind;
  readonly secrets: readonly [current: string, next: string];
  /** A delivery of something that means at least one event. */
  deliver(secret: string): IncomingRequest;
  /** Another happening of the same kind. */
  deliverAnother(secret: string): IncomingRequest;
  /** An authentic delivery that means nothing to us. */
  deliverUnknown(secret: string): IncomingRequest;
  /** Bodies are forms: escapes in them can be spelled in two ways, and the signature covers what they mean. */
  readonly isForm?: boolean;
  /** Where the deliveries are made to. */
  readonly publicUrl?: string;
  /** Wall time at which the deliveries are made. */
  readonly nowMs: number;
}

export const CONTEXT: ParseContext = {
  settings: {},
  receivedAt: Date.parse('2026-05-01T12:00:00Z'),
  shopTimeZone: 'Europe/Paris',
  shopCurrency: 'EUR',
};

/** What every kind of sender keeps, whatever its formats. */
export function describeSourceContract(name: string, rig: SourceRig): void {
  const { kind, nowMs } = rig;
  const [secret, next] = rig.secrets;
  const isGenuine = (request: IncomingRequest, secrets: readonly string[] = [secret]): boolean =>
    kind.verify(request, secrets, nowMs, rig.publicUrl).genuine;
  const parse = (body: string, headers: IncomingRequest['headers']) => kind.parse({ headers, body }, CONTEXT);

  describe(`source contract: ${name}`, () => {
    it('accepts what was signed with the secret', () => {
      expect(isGenuine(rig.deliver(secret))).toBe(true);
      expect(kind.contentTypes).toContain(rig.deliver(secret).contentType);
      expect(kind.refuseSecret?.(secret)).toBeUndefined();
    });

    it('accepts either secret while a rotation is under way and none but those', () => {
      expect(isGenuine(rig.deliver(secret), [next, secret])).toBe(true);
      expect(isGenuine(rig.deliver(next), [next, secret])).toBe(true);
      expect(isGenuine(rig.deliver(next))).toBe(false);
      expect(isGenuine(rig.deliver(secret), [])).toBe(false);
      expect(
        isGenuine(
          rig.deliver(''),
          [''].filter((text) => kind.refuseSecret?.(text) === undefined),
        ),
      ).toBe(false);
    });

    it('refuses a body in which any bit was flipped', () => {
      const request = rig.deliver(secret);
      for (let bit = 0; bit < request.rawBody.length * 8; bit += 1) {
        const rawBody = Buffer.from(request.rawBody);
        rawBody[bit >> 3] = (rawBody[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        if (rig.isForm && meaningOf(rawBody) === meaningOf(request.rawBody)) continue;
        if (isGenuine({ ...request, rawBody })) throw new Error(`bit ${bit} is not covered by the signature`);
      }
      expect(isGenuine({ ...request, rawBody: Buffer.alloc(0) })).toBe(false);
    });

    it('refuses a signature in which any bit was flipped, or that is missing, empty, cut or doubled', () => {
      const request = rig.deliver(secret);
      const [header = ''] = Object.keys(request.headers).filter((key) => /signature|hmac/.test(key));
      const signature = request.headers[header] ?? '';
      const withSignature = (text: string | undefined): IncomingRequest => {
        const { [header]: _gone, ...headers } = request.headers;
        return { ...request, headers: text === undefined ? headers : { ...headers, [header]: text } };
      };
      for (let index = 0; index < signature.length; index += 1) {
        for (let bit = 0; bit < 7; bit += 1) {
          const flipped = String.fromCodePoint(signature.charCodeAt(index) ^ (1 << bit));
          if (isGenuine(withSignature(signature.slice(0, index) + flipped + signature.slice(index + 1))))
            throw new Error(`bit ${bit} of character ${index}`);
        }
      }
      for (const text of [
        undefined,
        '',
        signature.slice(0, -4),
        `${signature},${signature}`,
        `${signature}AAAA`,
        'é',
        '=',
      ])
        expect(isGenuine(withSignature(text))).toBe(false);
    });

    it('gives one key to every delivery of one happening, and other keys to others', () => {
      expect(kind.dedupeKey(rig.deliver(secret))).toBe(kind.dedupeKey(rig.deliver(next)));
      expect(kind.dedupeKey(rig.deliver(secret))).not.toBe(kind.dedupeKey(rig.deliverAnother(secret)));
    });

    it('keeps its dedupe keys short, whatever the headers', () => {
      const request = rig.deliver(secret);
      const headers = Object.fromEntries(Object.keys(request.headers).map((key) => [key, 'x'.repeat(8_000)]));
      expect(kind.dedupeKey({ ...request, headers }).length).toBeLessThanOrEqual(255);
      expect(kind.dedupeKey({ ...request, headers: {} }).length).toBeLessThanOrEqual(255);
    });

    it('keeps every header that parsing needs', () => {
      const { headers, rawBody } = rig.deliver(secret);
      const kept = Object.fromEntries(Object.entries(headers).filter(([key]) => kind.keptHeaders.includes(key)));
      expect(parse(rawBody.toString(), kept)).toEqual(parse(rawBody.toString(), headers));
      expect(parse(rawBody.toString(), kept).events).not.toHaveLength(0);
    });

    it('ignores with a reason what means nothing here', () => {
      const request = rig.deliverUnknown(secret);
      expect(isGenuine(request)).toBe(true);
      expect(parse(request.rawBody.toString(), request.headers)).toEqual({
        events: [],
        ignored: expect.stringMatching(/\S/),
      });
    });

    it('throws nothing but a permanent error at whatever JSON or text it is given', () => {
      const { headers, rawBody } = rig.deliver(secret);
      const sample = rig.isForm
        ? Object.fromEntries(new URLSearchParams(rawBody.toString()))
        : (JSON.parse(rawBody.toString()) as Record<string, unknown>);
      const write = (fields: Record<string, unknown>): string =>
        rig.isForm ? new URLSearchParams(Object.entries(fields).map(inForm)).toString() : JSON.stringify(fields);
      const mutated = fc
        .tuple(fc.constantFrom(...Object.keys(sample)), fc.jsonValue())
        .map(([key, value]) => write({ ...sample, [key]: value }));
      fc.assert(
        fc.property(
          fc.oneof(mutated, fc.json(), fc.string({ unit: 'binary' }), fc.constant('['.repeat(100_000))),
          (body) => {
            try {
              parse(body, headers);
            } catch (error) {
              if (!(error instanceof PermanentError) || error.code !== 'event.invalid') throw error;
            }
          },
        ),
        { numRuns: 500 },
      );
    });
  });
}

function meaningOf(form: Buffer): string {
  return JSON.stringify([...new URLSearchParams(form.toString('utf8'))]);
}

/** A form holds texts alone. */
function inForm([name, value]: [string, unknown]): [string, string] {
  return [name, typeof value === 'string' ? value : JSON.stringify(value)];
}
