/** What must be remembered between sending somebody to the provider and their return; it never leaves the browser unsealed. */
export interface ProviderSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface ProvenIdentity {
  /** `<issuer> <subject>`: theirs for ever, unlike the address. */
  readonly subject: string;
  /** In lower case; null when the provider has verified none. */
  readonly email: string | null;
}

/** Somebody else who says who a person is: OpenID Connect, authorization code with PKCE. */
export abstract class IdentityProvider {
  abstract readonly isConfigured: boolean;

  /** @throws TransientError `unavailable` while the provider can't be reached */
  abstract begin(): Promise<{ readonly url: string; readonly secrets: ProviderSecrets }>;

  /**
   * @param query of the address to which the provider sent the person back
   * @throws PermanentError `unauthenticated` for an answer that is refused, TransientError `unavailable`
   */
  abstract finish(query: string, secrets: ProviderSecrets): Promise<ProvenIdentity>;
}
