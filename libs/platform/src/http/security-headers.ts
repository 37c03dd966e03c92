import type { RouteClass } from './route-class.js';

/** HSTS is the business of whoever ends TLS. */
const BROWSER = {
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

const DRESSES: Readonly<Record<RouteClass['dress'], Readonly<Record<string, string>> | undefined>> = {
  data: undefined,
  // survey and unsubscribe pages, and letters of the outbox in theirs: no script, nothing from elsewhere but pictures, never in a frame, never in a search engine
  page: {
    ...BROWSER,
    'x-robots-tag': 'noindex, nofollow',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  },
  // API documents and the queue board: their own scripts only
  docs: {
    ...BROWSER,
    'content-security-policy':
      "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'self'",
  },
};

/** Headers for what is shown in a browser; data has none beyond those of every answer. */
export function headersFor(dress: RouteClass['dress']): Readonly<Record<string, string>> | undefined {
  return DRESSES[dress];
}
