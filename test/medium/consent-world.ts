import {
  AssignRoutes,
  DeliverMessages,
  FenceMessages,
  FireDueTimers,
  HousekeepingPort,
  InboxPort,
  MessageCodes,
  PrepareMessages,
  ProcessInbox,
  SecretPort,
} from '#app/application';
import { MEDIA, type Medium, type PhoneMedium } from '#app/domain';
import { jest } from '@jest/globals';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { TWILIO_ANSWERS } from '../support/twilio-stub.js';
import { ConsentOracle, type HandOver, heededFromNowOn, Person, WATCH } from './consent-oracle.js';
import { boxesOf, saved } from './preference-boxes.js';
import { ONE_OF_EACH_CLASS } from './one-of-each-class.js';
import { TwilioRig } from './twilio-rig.js';

type Composed = Awaited<ReturnType<PrepareMessages['composeAll']>>;
export type Mood = 'willing' | 'busy' | 'silent' | 'unsubscribed';

const MINUTE_MS = 60_000;
const LEASE_MS = 60_000;
const ROOM = { messages: 50, retries: 50 };
const EVERYBODY = { only: null, except: [] };
/** The whole system over a database of its own, and people who change their minds. */
export class ConsentWorld {
  people: Person[] = [];
  private oracle = new ConsentOracle();
  /** Said once what was told is worked on. */
  private pending: (() => void)[] = [];
  private frozen: { readonly medium: Medium; readonly composed: Composed }[] = [];
  /** Messages of which Twilio has said that they didn't arrive. */
  private readonly told = new Set<string>();
  private born = 0;
  private seen = 0;
  private mails = 0;
  private texts = 0;

  private constructor(
    private readonly rig: TwilioRig,
    private readonly sink: SmtpSink,
  ) {}

  static async start(label: string): Promise<ConsentWorld> {
    const sink = await SmtpSink.start();
    const env = {
      TWILIO_WHATSAPP_FROM: '+14155238886',
      SMTP_URL: sink.url,
      MAIL_FROM: 'hello@birch.example',
      LIMIT_PAGES_PER_MINUTE: '10000000',
    };
    const rig = await TwilioRig.start(label, env, ONE_OF_EACH_CLASS);
    await rig.rows(WATCH);
    return new ConsentWorld(rig, sink);
  }

  async stop(): Promise<void> {
    await this.rig.stop();
    await this.sink.stop();
  }

  get<T>(token: Parameters<TwilioRig['api']['app']['get']>[0]): T {
    return this.rig.api.app.get(token) as T;
  }

  /** New people, and nothing under way. */
  async begin(people: number, hasRules: boolean): Promise<void> {
    await this.rig.rows(
      `update app.message set state = 'failed' where state in ('queued', 'claimed', 'handing', 'unknown')`,
    );
    await this.rig.rows('delete from app.timer');
    await this.rig.rows('update app.shop set contact_rules = $1', [hasRules ? null : NO_CONTACT_RULES]);
    await this.rig.work();
    this.face('willing');
    await this.rig.pass(MINUTE_MS);
    await this.rig.rows('select app.ensure_partitions(app.now())');
    [this.pending, this.frozen, this.oracle] = [[], [], new ConsentOracle()];
    this.people = Array.from({ length: people }, () => this.someoneNew());
    [this.mails, this.texts] = [this.sink.mails.length, this.rig.stub.calls.length];
    this.seen = (await this.handOvers()).seen;
  }

  async order(who: number, hasEvidence: boolean): Promise<void> {
    const person = this.person(who);
    this.born += 1;
    const consents = hasEvidence ? MEDIA.map((channel) => ({ channel })) : [];
    if (hasEvidence) for (const medium of MEDIA) person.say(medium, 'evidence', this.rig.now);
    await this.rig.mention('order.placed', {
      customer: person.ref,
      order: { externalId: `order-${this.born}` },
      data: { consents },
    });
  }

  /** Told by a sender, some time after it was said. */
  async tell(who: number, medium: Medium, says: 'in' | 'out', minutesAgo: number): Promise<void> {
    const person = this.person(who);
    const at = this.rig.now - minutesAgo * MINUTE_MS;
    this.awaitWork(person.say(medium, says, at));
    await this.rig.mention('consent.changed', {
      customer: person.ref,
      occurredAt: new Date(at).toISOString(),
      data: { channel: medium, state: says === 'in' ? 'opted_in' : 'opted_out', level: 'confirmed' },
    });
  }

  /** STOP withdraws; START takes that back, and is no word where nothing was withdrawn. */
  async text(who: number, by: PhoneMedium, keyword: 'STOP' | 'START'): Promise<void> {
    const person = this.person(who);
    const isWord = keyword === 'STOP' || person.words.some(({ medium, says }) => medium === by && says === 'out');
    if (isWord) this.awaitWork(person.say(by, keyword === 'STOP' ? 'out' : 'in', this.rig.now));
    const From = `${by === 'whatsapp' ? 'whatsapp:' : ''}${person.address[by]}`;
    expectStatus(await this.rig.receive(keyword, { From }), 200);
  }

  /** By the link of one of the messages that they got: in force when it is answered. */
  async unsubscribe(who: number, nth: number, by?: Medium): Promise<void> {
    const message = await this.messageOf(who, nth, `class <> 'service' ${by ? `and medium = '${by}'` : ''}`);
    if (!message) return;
    const token = this.get<SecretPort>(SecretPort).linkToken('unsubscribe', message.id);
    const word = this.person(who).say(message.medium, 'out', this.rig.now);
    expectStatus(await this.rig.api.call('POST', `/u/${token}`, { key: null }), 200);
    word.heededAt = heededFromNowOn();
  }

  /** Ticks and unticks boxes of the page behind one of their messages: in force when it is answered. */
  async choose(who: number, nth: number, choice: number): Promise<void> {
    const message = await this.messageOf(who, nth, `class <> 'service'`);
    if (!message) return;
    const { shopId } = this.rig.api;
    const path = `/p/${this.get<MessageCodes>(MessageCodes).codeOf('preferences', { shopId, messageId: message.id })}`;
    const boxes = boxesOf((await this.rig.api.call('GET', path, { key: null })).text);
    const ticked = boxes.filter((_, index) => (choice >> index) % 2 === 1);
    const words = boxes
      .filter((box) => box.isTicked !== ticked.includes(box))
      .map((box) => this.person(who).say(box.medium, box.isTicked ? 'out' : 'in', this.rig.now, box.class));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expectStatus(await this.rig.api.call('POST', path, { key: null, headers, body: saved(boxes, ticked) }), 200);
    for (const word of words) word.heededAt = heededFromNowOn();
  }

  /** A provider's word on a mail: marked as spam, or the address is dead. */
  async returnMail(who: number, nth: number, type: 'message.complained' | 'message.bounced'): Promise<void> {
    const message = await this.messageOf(who, nth, `medium = 'email'`);
    if (!message) return;
    if (type === 'message.complained') this.awaitWork(this.person(who).say('email', 'out', this.rig.now));
    this.pending.push(() => this.oracle.bury(message.address));
    const kind = type === 'message.bounced' ? { kind: 'hard', code: '5.1.1' } : {};
    await this.rig.mention(type, { data: { channel: 'email', messageId: message.id, ...kind } });
  }

  /** Twilio says later that its reader has blocked us. */
  async block(who: number): Promise<void> {
    const person = this.person(who);
    const n = this.rig.calls.findLastIndex(({ form, sid }) => sid !== undefined && form['To'] === person.address.sms);
    const sid = this.rig.calls[n]?.sid;
    // told again of the same message it is no news
    if (sid === undefined || this.told.has(sid)) return;
    this.told.add(sid);
    this.awaitWork(person.say('sms', 'out', this.rig.now));
    expectStatus(await this.rig.report(n, { status: 'undelivered', code: '21610' }), 200);
  }

  /** In force when it is answered. Who comes back is another person. */
  async erase(who: number): Promise<void> {
    await this.rig.pass(1_000);
    const person = this.person(who);
    const { body } = await this.rig.api.get<{ items: { id: string }[] }>(
      `/api/v1/customers?email=${encodeURIComponent(person.address.email)}`,
    );
    const id = body.items[0]?.id;
    if (id === undefined) return;
    expectStatus(await this.rig.api.post(`/api/v1/customers/${id}/erase`, { reason: 'asked' }), 202);
    person.erasedAt = heededFromNowOn();
    this.people[who] = this.someoneNew();
  }

  /** Other addresses of the same person. */
  async move(who: number): Promise<void> {
    const person = this.person(who);
    Object.assign(person.address, this.newAddresses());
    this.oracle.meet(person);
    await this.rig.mention('customer.updated', { customer: person.ref });
  }

  pass(minutes: number): Promise<void> {
    return this.rig.pass(minutes * MINUTE_MS);
  }

  /** The oldest body alone, as in a backlog, or all that there are. */
  async work(isAll: boolean): Promise<void> {
    if (!isAll) {
      const inbox = this.get<InboxPort>(InboxPort);
      const claim = inbox.claim.bind(inbox);
      const spy = jest.spyOn(inbox, 'claim').mockImplementation(() => claim(1));
      await this.get<ProcessInbox>(ProcessInbox).run();
      spy.mockRestore();
      return;
    }
    const told = this.pending.splice(0);
    await this.rig.work();
    for (const heed of told) heed();
  }

  /** By several workers at once, while something else happens. */
  async deliver(workers: number, meanwhile: () => Promise<void>): Promise<void> {
    await this.get<FireDueTimers>(FireDueTimers).run();
    const before = this.rig.stub.calls.length;
    const delivery = this.get<DeliverMessages>(DeliverMessages);
    const runs = Array.from({ length: workers }, () => MEDIA.map((medium) => delivery.run(medium))).flat();
    await Promise.all([...runs, meanwhile()]);
    for (const { form, answer } of this.rig.stub.calls.slice(before)) {
      if (answer !== TWILIO_ANSWERS.unsubscribed) continue;
      const [, prefix, number = ''] = /^(whatsapp:)?(.*)$/.exec(form['To'] ?? '') ?? [];
      const word = this.oracle.find(number)?.say(prefix ? 'whatsapp' : 'sms', 'out', this.rig.now);
      if (word) word.heededAt = heededFromNowOn();
    }
  }

  /** A worker claims, writes what it would send, and stands still. */
  async freeze(medium: Medium): Promise<void> {
    const prepare = this.get<PrepareMessages>(PrepareMessages);
    const claims = await prepare.claim(medium, ROOM, EVERYBODY);
    if (claims.length > 0)
      this.frozen.push({ medium, composed: await prepare.composeAll(this.rig.api.shopId, claims) });
  }

  /** Those that stood still go on, send what they may and die before they can say so. */
  async thaw(): Promise<void> {
    const { shopId } = this.rig.api;
    for (const { medium, composed } of this.frozen.splice(0)) {
      const { ready } = await this.get<AssignRoutes>(AssignRoutes).run(shopId, medium, composed);
      for (const { route, items } of ready) {
        const { fenced } = await this.get<FenceMessages>(FenceMessages).run(shopId, items, route, LEASE_MS);
        for (const { outbound } of fenced) await route.channel.send(outbound);
      }
    }
  }

  /** What nobody has finished goes back, and what is in doubt is sent again by hand. */
  async reap(): Promise<void> {
    await this.rig.rows(
      `update app.message set lease_until = app.lease_now() - interval '1 s' where lease_until is not null`,
    );
    await this.get<HousekeepingPort>(HousekeepingPort).reapLeases();
    const doubts = await this.rig.rows<{ id: string }>(`select id from app.message where state = 'unknown'`);
    for (const { id } of doubts)
      expectStatus(await this.rig.api.post(`/api/v1/messages/${id}/settle`, { outcome: 'resend', note: 'asked' }), 200);
  }

  /** How providers answer from now on. */
  face(mood: Mood): void {
    const texts = { willing: 'accept', busy: TWILIO_ANSWERS.tooManyRequests, silent: 'drop' } as const;
    this.rig.stub.answer = () => (mood === 'unsubscribed' ? TWILIO_ANSWERS.unsubscribed : texts[mood]);
    const mails = { willing: undefined, busy: '450 4.2.0 later', silent: 'drop', unsubscribed: undefined } as const;
    this.sink.hooks.onData = () => mails[mood];
  }

  /** What was handed over since the beginning, and what is to be said against it. */
  async judge(): Promise<{ readonly handed: readonly HandOver[]; readonly faults: readonly string[] }> {
    const { handed } = await this.handOvers();
    const faults = handed.flatMap((one) => this.oracle.faultOf(one) ?? []);
    const arrived = this.sink.mails.length - this.mails + this.rig.stub.calls.length - this.texts;
    if (arrived > handed.length) faults.push(`${arrived} messages left, ${handed.length} by the fence`);
    return { handed, faults };
  }

  private awaitWork(word: { heededAt: number }): void {
    this.pending.push(() => void (word.heededAt = heededFromNowOn()));
  }

  private async handOvers(): Promise<{ readonly handed: HandOver[]; readonly seen: number }> {
    const rows = await this.rig.rows<HandOver & { n: number }>(
      `select n::int, class, medium, address, (extract(epoch from at) * 1000)::float8 as at from handed_over where n > $1 order by n`,
      [this.seen],
    );
    return { handed: rows, seen: rows.at(-1)?.n ?? this.seen };
  }

  private async messageOf(
    who: number,
    nth: number,
    condition: string,
  ): Promise<{ id: string; medium: Medium; address: string } | undefined> {
    const got = await this.rig.rows<{ id: string; medium: Medium; address: string }>(
      `select id, medium, address from app.message where address = any($1) and handed_at is not null and ${condition}
       order by handed_at desc, id`,
      [Object.values(this.person(who).address)],
    );
    return got[nth % Math.max(got.length, 1)];
  }

  private person(who: number): Person {
    return this.people[who] as Person;
  }

  private someoneNew(): Person {
    this.born += 1;
    return this.oracle.meet(new Person(`person-${this.born}`, this.newAddresses()));
  }

  private newAddresses(): Record<Medium, string> {
    this.born += 1;
    const phone = `+491511${String(this.born).padStart(7, '0')}`;
    return { email: `p${this.born}@mail.example`, sms: phone, whatsapp: phone };
  }
}

function expectStatus({ status, text }: { status: number; text: string }, wanted: number): void {
  if (status !== wanted) throw new Error(`${status}: ${text}`);
}
