import type { Medium, OptionalClass } from '#app/domain';

/** What the public pages say. */
export interface Words {
  readonly commentLabel: string;
  readonly send: string;
  readonly chooseScore: (min: number, max: number) => string;
  readonly thanks: string;
  readonly thanksMore: string;
  readonly changeAnswer: string;
  readonly unsubscribeTitle: string;
  readonly unsubscribeAsk: Readonly<Record<Medium, string>>;
  readonly unsubscribeKeeps: string;
  /** On WhatsApp, where nothing more comes. */
  readonly unsubscribeEnds: string;
  readonly unsubscribe: string;
  readonly unsubscribed: string;
  readonly preferences: PreferenceWords;
  readonly confirm: ConfirmWords;
  readonly unboxingAsk: string;
  readonly unboxingEnds: readonly [string, string];
  readonly whichOrder: string;
  readonly orderNumber: string;
  readonly emailAddress: string;
  readonly linkUnknown: string;
  readonly linkUnknownMore: string;
  readonly linkGone: string;
  readonly linkGoneMore: string;
  readonly later: string;
  readonly laterMore: string;
}

/** What people choose by: kept beside their choice as what they read. */
export interface PreferenceWords {
  readonly title: string;
  readonly ask: string;
  readonly media: Readonly<Record<Medium, string>>;
  readonly classes: Readonly<Record<OptionalClass, string>>;
  readonly unreachable: string;
  readonly save: string;
  readonly saved: string;
  /** Behind `saved`: where what was chosen has to be confirmed first. */
  readonly waiting: Readonly<Record<Medium, string>>;
  readonly stop: string;
  readonly stopped: string;
  readonly nothing: string;
}

export interface ConfirmWords {
  readonly title: string;
  readonly ask: Readonly<Record<Medium, string>>;
  readonly confirm: string;
  readonly done: string;
  readonly doneMore: string;
}

const en: Words = {
  commentLabel: 'Would you like to tell us more? (optional)',
  send: 'Send',
  chooseScore: (min, max) => `Please choose a number from ${min} to ${max}, then press Send.`,
  thanks: 'Thank you!',
  thanksMore: 'We have your answer, and we will read it.',
  changeAnswer: 'Change your answer',
  unsubscribeTitle: 'Unsubscribe',
  unsubscribeAsk: {
    email: 'Stop e-mails like this one?',
    sms: 'Stop text messages like this one?',
    whatsapp: 'Stop messages on WhatsApp like this one?',
  },
  unsubscribeKeeps: 'You will still get the messages you need about your orders.',
  unsubscribeEnds: 'Nothing more will come on WhatsApp, about your orders neither.',
  unsubscribe: 'Unsubscribe',
  unsubscribed: 'You are unsubscribed.',
  preferences: {
    title: 'Your messages',
    ask: 'Which messages would you like to get from us?',
    media: { email: 'By e-mail', sms: 'By text message', whatsapp: 'On WhatsApp' },
    classes: {
      feedback: 'Questions about how your order went',
      review: 'Invitations to review what you bought',
      marketing: 'Offers and news',
    },
    unreachable: 'Our messages came back from there, so we send none.',
    save: 'Save',
    saved: 'Your choice is saved.',
    waiting: {
      email: 'What you have newly chosen by e-mail counts once you confirm it: we have sent you an e-mail for that.',
      sms: 'What you have newly chosen by text message counts once you confirm it: we have sent you a text for that.',
      whatsapp:
        'What you have newly chosen for WhatsApp counts once you confirm it: we have sent you a message for that.',
    },
    stop: 'Stop all of these',
    stopped: 'You will get none of these any more.',
    nothing: 'There is nothing to choose: we have no address of yours.',
  },
  confirm: {
    title: 'Please confirm',
    ask: {
      email: 'Would you like to get e-mails from us with offers, news and invitations to review what you bought?',
      sms: 'Would you like to get text messages from us with offers, news and invitations to review what you bought?',
      whatsapp:
        'Would you like to get messages on WhatsApp from us with offers, news and invitations to review what you bought?',
    },
    confirm: 'Yes, I would',
    done: 'Thank you, that is settled.',
    doneMore: 'You can change your mind at any time with a link in each of our messages.',
  },
  unboxingAsk: 'How did your parcel and its packaging reach you?',
  unboxingEnds: ['very badly', 'perfectly'],
  whichOrder:
    'If you want us to get back to you, tell us which order it was. Otherwise your answer stays without a name.',
  orderNumber: 'Order number (optional)',
  emailAddress: 'The e-mail address you ordered with (optional)',
  linkUnknown: 'This link leads nowhere',
  linkUnknownMore: 'Perhaps a part of it got lost. Please open it from the message again.',
  linkGone: 'This link is too old',
  linkGoneMore: 'It can no longer be used. Thank you for trying!',
  later: 'This did not work',
  laterMore: 'Please try again in a minute.',
};

const fr: Words = {
  commentLabel: 'Souhaitez-vous nous en dire plus ? (facultatif)',
  send: 'Envoyer',
  chooseScore: (min, max) => `Choisissez une note de ${min} à ${max}, puis appuyez sur Envoyer.`,
  thanks: 'Merci !',
  thanksMore: 'Nous avons bien reçu votre réponse et nous la lirons.',
  changeAnswer: 'Modifier votre réponse',
  unsubscribeTitle: 'Se désabonner',
  unsubscribeAsk: {
    email: 'Ne plus recevoir d’e-mails comme celui-ci ?',
    sms: 'Ne plus recevoir de SMS comme celui-ci ?',
    whatsapp: 'Ne plus recevoir de messages WhatsApp comme celui-ci ?',
  },
  unsubscribeKeeps: 'Vous recevrez toujours les informations utiles sur vos commandes.',
  unsubscribeEnds: 'Plus rien n’arrivera sur WhatsApp, pas même au sujet de vos commandes.',
  unsubscribe: 'Se désabonner',
  unsubscribed: 'Vous êtes désabonné.',
  preferences: {
    title: 'Vos messages',
    ask: 'Quels messages souhaitez-vous recevoir de notre part ?',
    media: { email: 'Par e-mail', sms: 'Par SMS', whatsapp: 'Sur WhatsApp' },
    classes: {
      feedback: 'Des questions sur le déroulement de votre commande',
      review: 'Des invitations à donner votre avis sur vos achats',
      marketing: 'Des offres et des nouveautés',
    },
    unreachable: 'Nos messages nous sont revenus, nous n’y envoyons donc plus rien.',
    save: 'Enregistrer',
    saved: 'Votre choix est enregistré.',
    waiting: {
      email:
        'Vos nouveaux choix par e-mail seront pris en compte après confirmation : nous vous avons envoyé un e-mail.',
      sms: 'Vos nouveaux choix par SMS seront pris en compte après confirmation : nous vous avons envoyé un SMS.',
      whatsapp:
        'Vos nouveaux choix pour WhatsApp seront pris en compte après confirmation : nous vous avons envoyé un message.',
    },
    stop: 'Tout arrêter',
    stopped: 'Vous ne recevrez plus aucun de ces messages.',
    nothing: 'Il n’y a rien à choisir : nous n’avons aucune adresse de vous.',
  },
  confirm: {
    title: 'Merci de confirmer',
    ask: {
      email: 'Souhaitez-vous recevoir par e-mail nos offres, nos nouveautés et des invitations à donner votre avis ?',
      sms: 'Souhaitez-vous recevoir par SMS nos offres, nos nouveautés et des invitations à donner votre avis ?',
      whatsapp:
        'Souhaitez-vous recevoir sur WhatsApp nos offres, nos nouveautés et des invitations à donner votre avis ?',
    },
    confirm: 'Oui, je le souhaite',
    done: 'Merci, c’est noté.',
    doneMore: 'Vous pouvez changer d’avis à tout moment grâce au lien présent dans chacun de nos messages.',
  },
  unboxingAsk: 'Dans quel état votre colis et son emballage sont-ils arrivés ?',
  unboxingEnds: ['très mauvais', 'parfait'],
  whichOrder:
    'Si vous souhaitez que nous revenions vers vous, indiquez votre commande. Sinon, votre réponse reste anonyme.',
  orderNumber: 'Numéro de commande (facultatif)',
  emailAddress: 'L’adresse e-mail de votre commande (facultatif)',
  linkUnknown: 'Ce lien ne mène nulle part',
  linkUnknownMore: 'Il en manque peut-être une partie. Ouvrez-le de nouveau depuis le message.',
  linkGone: 'Ce lien est trop ancien',
  linkGoneMore: 'Il ne peut plus être utilisé. Merci d’avoir essayé !',
  later: 'Cela n’a pas fonctionné',
  laterMore: 'Réessayez dans une minute.',
};

/** English where a language isn't spoken yet. */
export function wordsFor(locale: string): Words {
  return locale.toLowerCase().startsWith('fr') ? fr : en;
}

const FIRST_TAG = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*/;

/** The language that a browser asks for first, for pages that know no customer. */
export function localeOf(acceptLanguage: string | undefined): string {
  return FIRST_TAG.exec(acceptLanguage ?? '')?.[0] ?? 'en';
}
