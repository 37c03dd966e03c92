import { IdentityProvider, type ProvenIdentity, type ProviderSecrets } from '#app/application';
import { AfterglowError, PermanentError, TransientError } from '#app/domain';
import * as client from 'openid-client';
import type { OidcConfig } from '../config/config.js';

const TIMEOUT_S = 10;
/** The provider's own description is read again after so long; its keys by themselves when they change. */
const DISCOVERY_MS = 3_600_000;
const SCOPE = 'openid email';

interface Discovered {
  readonly provider: Promise<client.Configuration>;
  readonly untilMs: number;
}

/** Authorization code with PKCE, state and nonce, by openid-client. Without settings there is no provider. */
export class OidcIdentityProvider extends IdentityProvider {
  readonly isConfigured: boolean;
  private discovered: Discovered | undefined;

  /** @param callbackUrl where the provider sends people back to; registered there word for word */
  constructor(
    private readonly config: OidcConfig | undefined,
    private readonly callbackUrl: string,
  ) {
    super();
    this.isConfigured = config !== undefined;
  }

  async begin(): Promise<{ readonly url: string; readonly secrets: ProviderSecrets }> {
    const provider = await this.discover();
    const verifier = client.randomPKCECodeVerifier();
    const secrets = { state: client.randomState(), nonce: client.randomNonce(), verifier };
    const url = client.buildAuthorizationUrl(provider, {
      redirect_uri: this.callbackUrl,
      scope: SCOPE,
      state: secrets.state,
      nonce: secrets.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, secrets };
  }

  async finish(query: string, { state, nonce, verifier }: ProviderSecrets): Promise<ProvenIdentity> {
    const provider = await this.discover();
    try {
      const tokens = await client.authorizationCodeGrant(provider, new URL(`${this.callbackUrl}?${query}`), {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw refusal();
      const told =
        claims['email'] === undefined
          ? await client.fetchUserInfo(provider, tokens.access_token, claims.sub)
          : { email: claims['email'], email_verified: claims['email_verified'] };
      const isVerified = told.email_verified === true && typeof told.email === 'string';
      return { subject: `${claims.iss} ${claims.sub}`, email: isVerified ? String(told.email).toLowerCase() : null };
    } catch (error) {
      throw translate(error);
    }
  }

  private async discover(): Promise<client.Configuration> {
    const { config } = this;
    if (config === undefined) throw new AfterglowError('internal', 'There is no identity provider to ask.');
    if (this.discovered === undefined || this.discovered.untilMs < performance.now())
      this.discovered = { provider: discover(config), untilMs: performance.now() + DISCOVERY_MS };
    try {
      return await this.discovered.provider;
    } catch (error) {
      this.discovered = undefined;
      throw unavailable(error);
    }
  }
}

function discover({ issuer, clientId, clientSecret }: OidcConfig): Promise<client.Configuration> {
  const url = new URL(issuer);
  // http only for a provider on this very machine: the settings allow no other
  const execute = url.protocol === 'http:' ? [client.allowInsecureRequests] : [];
  return client.discovery(url, clientId, clientSecret, undefined, { execute, timeout: TIMEOUT_S });
}

/** An answer that never came, or of a provider that is ill; all the rest is refused for good. */
const PASSING = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
]);

function translate(error: unknown): AfterglowError {
  if (error instanceof AfterglowError) return error;
  const isFetch = error instanceof TypeError;
  const isPassing = error instanceof client.ClientError && PASSING.has(error.code ?? '');
  return isFetch || isPassing ? unavailable(error) : refusal(error);
}

function refusal(cause?: unknown): PermanentError {
  return new PermanentError('login.refused', 'The answer of the identity provider is not valid. Sign in again.', {
    cause,
  });
}

function unavailable(cause: unknown): TransientError {
  return new TransientError('unavailable', 'The identity provider cannot be reached. Try again in a moment.', {
    cause,
    retryAfterS: 5,
  });
}
