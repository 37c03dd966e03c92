import { MessageCodes, SecretPort } from '#app/application';
import { EMPTY_CUSTOMER, type SurveyDefinition } from '#app/domain';
import type { ApiRig } from './api-rig.js';

const SURVEY: SurveyDefinition = {
  key: 'delivery-csat',
  metric: 'csat',
  scale: { min: 1, max: 5, polarity: 'higher-better', topK: 2 },
  question: { en: 'How was "it" <really>?', fr: 'Comment était-ce ?' },
  anchors: { en: ['very bad', 'very good'], fr: ['très mauvais', 'très bon'] },
};
let lastId = 0;
const newId = (): string => `0190a000-0000-7000-8000-${String((lastId += 1)).padStart(12, '0')}`;

async function insert(rig: ApiRig, table: string, values: Record<string, unknown>): Promise<void> {
  const names = Object.keys(values);
  const places = names.map((_name, index) => `$${index + 2}`);
  const sql = `insert into app.${table} (shop_id, ${names.join(', ')}) values ($1, ${places.join(', ')})`;
  await rig.owner.query(sql, [rig.shopId, ...Object.values(values)]);
}

/** A message that was sent to somebody, with the rows that it stands on. */
async function aSentMessage(rig: ApiRig, locale: string): Promise<{ customer: string; message: string }> {
  const [customer, journey, version, run, message] = [newId(), newId(), newId(), newId(), newId()];
  const now = new Date();
  await insert(rig, 'customer', {
    id: customer,
    facts: { ...EMPTY_CUSTOMER, email: `${customer}@example.com`, locale },
    email: `${customer}@example.com`,
  });
  await insert(rig, 'customer_identity', { kind: 'email', value: `${customer}@example.com`, customer_id: customer });
  await insert(rig, 'journey', { id: journey, key: `ask-${lastId}`, title: 'Ask', state: 'live' });
  await insert(rig, 'journey_version', {
    id: version,
    journey_id: journey,
    version: 1,
    document: {},
    templates: {},
    content_sha256: Buffer.alloc(32),
  });
  const place = { journey_id: journey, version_id: version, customer_id: customer };
  await insert(rig, 'journey_run', {
    id: run,
    ...place,
    entry_key: 'x',
    status: 'completed',
    state: {},
    run_month: '2026-01-01',
    started_at: now,
  });
  await insert(rig, 'message', {
    id: message,
    message_key: Buffer.from(message),
    ...place,
    run_id: run,
    step: 'ask',
    visit: 1,
    medium: 'email',
    class: 'feedback',
    template: 'ask',
    survey: SURVEY,
    context: {},
    address: `${customer}@example.com`,
    state: 'sent',
    due_at: now,
    not_before: now,
  });
  return { customer, message };
}

/** A sent message with both of its links. */
export async function linksOf(
  rig: ApiRig,
  { locale = 'en', expires = '30 days' } = {},
): Promise<{
  survey: string;
  unsubscribe: string;
  preferences: string;
  click: string;
  customer: string;
  message: string;
}> {
  const { customer, message } = await aSentMessage(rig, locale);
  const secrets = rig.app.get(SecretPort, { strict: false });
  const link = async (purpose: string): Promise<string> => {
    const token = secrets.linkToken(purpose, `${rig.shopId}|${message}`);
    await rig.owner.query(
      `insert into app.link_token (shop_id, token_hash, purpose, message_id, customer_id, expires_at) values ($1, $2, $3, $4, $5, app.now() + $6::interval)`,
      [rig.shopId, secrets.sha256(token), purpose, message, customer, expires],
    );
    return token;
  };
  await insert(rig, 'message_content', {
    message_id: message,
    text: 'x',
    links: JSON.stringify(['https://shop.example/new']),
  });
  return {
    survey: `/s/${await link('survey')}`,
    unsubscribe: `/u/${await link('unsubscribe')}`,
    preferences: `/p/${new MessageCodes(secrets).codeOf('preferences', { shopId: rig.shopId, messageId: message })}`,
    click: `/l/${await link('click')}`,
    customer,
    message,
  };
}
