/** Two messages for each order, on two media, with a wait between them. */
export const journeyWith = (pause: string): string => `
key: two-words
title: A mail at once, a text message a little later
class: service
trigger: order.placed
entry: { key: order.id, reentry: never }
steps:
  - { id: mail, kind: send, settings: { template: word, channels: [email] } }
  - { id: pause, kind: wait, settings: { for: ${pause} } }
  - { id: text, kind: send, settings: { template: word, channels: [sms] } }
templates:
  word:
    en:
      subject: 'Thank you for {{ order.name }}'
      preheader: 'It is on its way'
      mjml: '<mj-text><p>Thank you for {{ order.name }}</p></mj-text>'
      sms: 'Thank you for {{ order.name }}'
`;
