/** A line break that is half of one: some servers take it for a whole one, and with it the end of a mail for what it isn't. */
const HALF_BREAK = /\r(?!\n)|(?<!\r)\n/;

/** A message as DATA takes it (RFC 5321, 4.5.2): dots at the beginnings of lines doubled, and a line with a dot alone after it. */
export function onTheWire(message: Buffer): Buffer {
  const given = message.toString('latin1');
  const text = HALF_BREAK.test(given) ? given.replaceAll(/\r\n|\r|\n/g, '\r\n') : given;
  const stuffed = (text.startsWith('.') ? `.${text}` : text).replaceAll('\r\n.', '\r\n..');
  return Buffer.from(`${stuffed}${stuffed.endsWith('\r\n') ? '' : '\r\n'}.\r\n`, 'latin1');
}
