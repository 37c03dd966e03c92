import type { ParsedBody } from '#app/application';
import { type Instant, toIso } from '#app/domain';
import { countryOf, emailOf, type JsonObject, objectOf, requiredId, stated, textOf, timeOf } from '../json-body.js';
import { phoneOf } from '../phone.js';

/** Times with `_gmt` are UTC and written without zone. */
export const UTC = 'Z';

export function parseCustomer(
  body: JsonObject,
  topic: 'customer.created' | 'customer.updated',
  receivedAt: Instant,
): ParsedBody {
  const externalId = requiredId(body['id'], '/id');
  const billing = objectOf(body['billing']);
  const country = countryOf(billing['country']) ?? countryOf(objectOf(body['shipping'])['country']);
  const time = topic === 'customer.created' ? body['date_created_gmt'] : body['date_modified_gmt'];
  const profile = stated({
    firstName: textOf(body['first_name']) ?? textOf(billing['first_name']),
    lastName: textOf(body['last_name']) ?? textOf(billing['last_name']),
    country,
  });
  const customer = stated({
    externalId,
    email: emailOf(body['email']) ?? emailOf(billing['email']),
    phone: phoneOf([billing['phone']], country),
  });
  const occurredAt = timeOf(time, UTC) ?? toIso(receivedAt);
  return {
    events: [
      {
        type: topic,
        occurredAt,
        customer,
        data: { profile },
        ...(topic === 'customer.created' && { onceKey: `customer.created:${externalId}` }),
      },
    ],
  };
}
