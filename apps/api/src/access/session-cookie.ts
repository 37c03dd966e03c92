import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { Config } from '#app/platform';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const SAME_SITE = new Set(['same-origin', 'none']);

export type CookieName = 'session' | 'provider';

/**
 * Cookies of who signs in: for this host alone (`__Host-`), over https alone, out of reach of scripts. On this very machine they
 * also work over http, without the prefix, for development.
 */
@Injectable()
export class SessionCookie {
  private readonly publicUrl: URL;
  private readonly isDevelopment: boolean;

  constructor(config: Config) {
    this.publicUrl = new URL(config.publicUrl);
    this.isDevelopment = this.publicUrl.protocol === 'http:' && LOOPBACK.test(this.publicUrl.hostname);
  }

  read(request: FastifyRequest, name: CookieName = 'session'): string | undefined {
    const { cookie } = request.headers;
    return cookie === undefined ? undefined : parseCookie(cookie)[this.nameOf(name)];
  }

  set(reply: FastifyReply, name: CookieName, value: string, maxAgeSeconds: number): void {
    const cookie = stringifySetCookie({
      name: this.nameOf(name),
      value,
      maxAge: maxAgeSeconds,
      path: '/',
      httpOnly: true,
      secure: !this.isDevelopment,
      // not strict: the provider sends people back from another site
      sameSite: 'lax',
    });
    // appended: an answer may set one cookie and clear the other
    void reply.header('set-cookie', cookie);
  }

  clear(reply: FastifyReply, name: CookieName = 'session'): void {
    this.set(reply, name, '', 0);
  }

  /**
   * Before anything is done on the word of a cookie, and before one is given.
   * @throws PermanentError `forbidden` for a call that a page of another site made
   */
  refuseForeign({ headers }: FastifyRequest): void {
    const site = headers['sec-fetch-site'];
    // what a browser says of itself goes first: from a page that hides its address, the origin is null
    const isOwn = typeof site === 'string' ? SAME_SITE.has(site) : this.isOwn(headers.origin);
    if (!isOwn)
      throw new PermanentError(
        'forbidden',
        'This call came from a page of another origin. Call from the address in PUBLIC_URL, or with an API key.',
      );
  }

  /** @throws PermanentError `forbidden` where a browser would not keep the cookie, or everybody on the way could read it */
  refuseInsecure(): void {
    if (this.publicUrl.protocol !== 'https:' && !this.isDevelopment)
      throw new PermanentError(
        'forbidden',
        'Signing in needs https. Set PUBLIC_URL to the https address of this installation.',
      );
  }

  /** Programs send no origin. */
  private isOwn(origin: string | undefined): boolean {
    if (origin === undefined || origin === this.publicUrl.origin) return true;
    return this.isDevelopment && URL.canParse(origin) && LOOPBACK.test(new URL(origin).hostname);
  }

  private nameOf(name: CookieName): string {
    return `${this.isDevelopment ? '' : '__Host-'}afterglow-${name}`;
  }
}
