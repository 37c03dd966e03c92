/**
 * What a message is in law: `service` states facts about an order; `feedback` is a private survey; `review` asks for something
 * public; `marketing` promotes. The later the class in this list, the stricter its rules.
 */
export const MESSAGE_CLASSES = ['service', 'feedback', 'review', 'marketing'] as const;
export type MessageClass = (typeof MESSAGE_CLASSES)[number];

/** Classes that somebody may refuse by themselves; nobody can refuse what states facts about their order. */
export const OPTIONAL_CLASSES = ['feedback', 'review', 'marketing'] as const satisfies readonly MessageClass[];
export type OptionalClass = (typeof OPTIONAL_CLASSES)[number];

/** Ways of reaching a person. A channel adapter serves one of these media. */
export const MEDIA = ['email', 'sms', 'whatsapp'] as const;
export type Medium = (typeof MEDIA)[number];

/** Those that reach a telephone number: they ring, and are answered by words. */
export const PHONE_MEDIA = ['sms', 'whatsapp'] as const satisfies readonly Medium[];
export type PhoneMedium = (typeof PHONE_MEDIA)[number];

/** Where somebody is reached who is known by an identity of this kind; no entry: nowhere. */
export const MEDIA_OF_IDENTITY: Readonly<Record<string, readonly Medium[] | undefined>> = {
  email: ['email'],
  phone: PHONE_MEDIA,
};

export function isPhoneMedium(medium: Medium): medium is PhoneMedium {
  return medium !== 'email';
}
