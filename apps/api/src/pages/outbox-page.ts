import type { Letter, OutboxFilter, OutboxItem } from '#app/application';
import { type IsoInstant, isPhoneMedium } from '#app/domain';
import { html, Markup } from './html.js';
import { teamPage } from './outbox-layout.js';

interface Outbox {
  readonly filter: OutboxFilter;
  readonly items: readonly OutboxItem[];
  /** Cursor of the page that follows. */
  readonly next: string | null;
}

const FILTERS: readonly (readonly [label: string, filter: OutboxFilter])[] = [
  ['All', {}],
  ['E-mail', { medium: 'email' }],
  ['Text messages', { medium: 'sms' }],
  ['WhatsApp', { medium: 'whatsapp' }],
  ['Captured', { channel: 'capture' }],
  ['Not sent', { state: 'failed' }],
];

export function outboxPage({ filter, items, next }: Outbox): string {
  const more = new URLSearchParams({ ...given(filter), cursor: next ?? '' });
  const body = html`<h1>Outbox</h1>
    <p>
      Messages as they were handed over, newest first. Those of the channel capture went nowhere: they are only kept
      here.
    </p>
    <nav aria-label="Filter">${FILTERS.map(([label, one]) => filterLink(label, one, filter))}</nav>
    ${
      items.length === 0
        ? html`<p>There is nothing here yet. A journey that is live puts its messages here.</p>`
        : html`<ul class="items">
            ${items.map(itemLine)}
          </ul>`
    }
    ${next === null ? null : html`<p><a href="/outbox?${more.toString()}">Older messages</a></p>`}`;
  return teamPage('Outbox', body);
}

function filterLink(label: string, one: OutboxFilter, filter: OutboxFilter): Markup {
  const query = new URLSearchParams(given(one)).toString();
  const isHere = query === new URLSearchParams(given(filter)).toString();
  return html`<a href="/outbox${query && `?${query}`}" ${isHere ? html`aria-current="page"` : null}>${label}</a>`;
}

function given(filter: OutboxFilter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

function itemLine(item: OutboxItem): Markup {
  return html`<li>
    <a href="/outbox/${item.id}">
      <span class="what">${titleOf(item)}</span>
      <span class="soft">${item.to ?? 'no address'}</span>
      <span class="soft">${item.journey}: ${item.step}</span>
      <span class="soft">${fate(item)}, ${minute(item.sentAt ?? item.createdAt)}</span>
    </a>
  </li>`;
}

/** In two words, what became of it. */
function fate({ channel, state, reason }: OutboxItem): string {
  if (state === 'sent') return channel === 'capture' ? 'captured' : 'sent';
  return reason === null ? state : `${state} (${reason})`;
}

function titleOf({ subject, medium }: Pick<OutboxItem, 'subject' | 'medium'>): string {
  return subject ?? (medium === 'whatsapp' ? 'Message on WhatsApp' : 'Text message');
}

function minute(at: IsoInstant): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

export function letterPage(letter: Letter): string {
  const title = titleOf(letter);
  const body = html`<p><a href="/outbox">Outbox</a></p>
    <h1>${title}</h1>
    <dl>
      <dt>To</dt>
      <dd>${letter.to ?? 'no address'}</dd>
      <dt>State</dt>
      <dd>${fate(letter)}, ${minute(letter.sentAt ?? letter.createdAt)}, channel ${letter.channel}</dd>
      <dt>Journey</dt>
      <dd>${letter.journey}, step ${letter.step} (${letter.class})</dd>
      ${letter.sms === null ? null : smsFacts(letter.sms)} ${letter.delivery === null ? null : told(letter.delivery)}
    </dl>
    ${isPhoneMedium(letter.medium) ? bubble(letter.text) : views(letter)}`;
  return teamPage(title, body);
}

function smsFacts({ parts, encoding, characters, foreign }: NonNullable<Letter['sms']>): Markup {
  const because = foreign.length === 0 ? '' : `, because of ${foreign.join(' ')}`;
  return html`<dt>Size</dt>
    <dd>${characters} characters in ${parts} ${parts === 1 ? 'part' : 'parts'}, ${encoding}${because}</dd>`;
}

function told({ status, at, code, cost }: NonNullable<Letter['delivery']>): Markup {
  const facts = [status, code && `code ${code}`, minute(at), cost && `${cost.amount} ${cost.currency}`];
  return html`<dt>Provider</dt>
    <dd>${facts.filter(Boolean).join(', ')}</dd>`;
}

function bubble(text: string): Markup {
  return html`<div class="phone"><div class="bubble">${text}</div></div>`;
}

/** The frame has no origin and runs nothing; what its links lead to opens nowhere. */
function views({ html: source, text, headers }: Letter): Markup {
  const tabs: readonly (readonly [id: string, label: string])[] = [
    ...(source === null
      ? []
      : ([
          ['narrow', 'Phone, 375'],
          ['wide', 'Screen, 1280'],
        ] as const)),
    ['plain', 'Text'],
    ['head', 'Headers'],
  ];
  return html`<div class="views">
    ${tabs.map(([id, label], index) => tab(id, label, index === 0))}
    ${source === null ? null : html`<section class="frame"><iframe sandbox title="The mail" srcdoc="${source}"></iframe></section>`}
    <section class="plain"><pre>${text}</pre></section>
    <section class="head"><pre>${headers.map(({ name, value }) => `${name}: ${value}`).join('\n')}</pre></section>
  </div>`;
}

function tab(id: string, label: string, isChosen: boolean): Markup {
  return html`<input type="radio" name="view" id="${id}" ${isChosen ? html`checked` : null} /><label for="${id}"
      >${label}</label
    >`;
}
