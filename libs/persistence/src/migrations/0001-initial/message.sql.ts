/** Messages on their way to a provider, what came of them, and what people answered. */
export const messageSql = /* sql */ `
create table app.message (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  -- sha256 of shop, run, step, visit, channel and recipient: the same cause can't make a second message.
  message_key bytea not null,
  journey_id uuid not null,
  version_id uuid not null,
  run_id uuid not null,
  step text not null,
  visit integer not null,
  customer_id uuid not null,
  order_id uuid,
  medium text not null check (medium in ('email', 'sms')),
  -- Code of the channel adapter that took it; null until it is handed over.
  channel text,
  class text not null check (class in ('service', 'feedback', 'review', 'marketing')),
  template text not null,
  survey jsonb,
  -- Variables fixed when the message was planned: the entry event and the journey's settings.
  context jsonb not null,
  address text,
  state text not null check (state in ('queued', 'claimed', 'handing', 'sent', 'failed', 'unknown', 'suppressed', 'expired')),
  reason text,
  epoch integer not null default 0,
  attempts smallint not null default 0,
  lease_until timestamptz,
  -- Set while the journey is paused: the message stays queued and nobody claims it.
  held boolean not null default false,
  -- Business time at which it fell due, before which it isn't tried (again), after which it is useless.
  due_at timestamptz not null,
  not_before timestamptz not null,
  expires_at timestamptz,
  created_at timestamptz not null default app.now(),
  sent_at timestamptz,
  provider_ref text,
  content_sha256 bytea,
  primary key (shop_id, id)
) with (fillfactor = 70);
create unique index message_key on app.message (shop_id, message_key);
create index message_due on app.message (medium, not_before) where state = 'queued' and not held;
create index message_lease on app.message (lease_until) where state in ('claimed', 'handing');
create index message_state on app.message (shop_id, state, created_at, id);
create index message_customer on app.message (shop_id, customer_id, created_at);
create index message_order on app.message (shop_id, order_id);
create index message_run on app.message (shop_id, run_id);
create index message_journey on app.message (shop_id, journey_id, created_at, id);

create table app.message_content (
  shop_id uuid not null,
  message_id uuid not null,
  subject text,
  text text,
  html text,
  primary key (shop_id, message_id),
  foreign key (shop_id, message_id) references app.message (shop_id, id)
);

create table app.delivery_attempt (
  shop_id uuid not null,
  message_month date not null,
  message_id uuid not null,
  attempt smallint not null,
  channel text not null,
  -- How far the hand-over got: connected, envelope, data, answered.
  phase text not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  outcome text not null check (outcome in ('sent', 'permanent', 'transient', 'provider_down', 'unknown')),
  code text,
  detail text,
  primary key (shop_id, message_month, message_id, attempt)
) partition by range (message_month);

-- Links in messages. Only the hash of a token is kept; the shop is found through app.find_link.
create table app.link_token (
  shop_id uuid not null,
  token_hash bytea not null,
  purpose text not null check (purpose in ('survey', 'unsubscribe')),
  message_id uuid not null,
  customer_id uuid not null,
  expires_at timestamptz not null,
  primary key (shop_id, token_hash)
);
create unique index link_token_hash on app.link_token (token_hash);

create table app.survey (
  shop_id uuid not null references app.shop (id),
  key text not null,
  definition jsonb not null,
  updated_at timestamptz not null default app.now(),
  primary key (shop_id, key)
);

create table app.survey_answer (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  -- One invitation (a link, or an event id) has one answer that counts; later ones are kept as superseded.
  instance_id text not null,
  survey_key text not null,
  metric text not null check (metric in ('nps', 'csat', 'ces')),
  score smallint not null,
  scale jsonb not null,
  title text,
  comment text,
  customer_id uuid,
  order_id uuid,
  message_id uuid,
  channel text,
  answered_at timestamptz not null,
  superseded boolean not null default false,
  inbox_id uuid not null,
  primary key (shop_id, id)
);
create unique index survey_answer_counts on app.survey_answer (shop_id, instance_id) where not superseded;
create unique index survey_answer_inbox on app.survey_answer (shop_id, inbox_id, instance_id);
create index survey_answer_instance on app.survey_answer (shop_id, instance_id);
create index survey_answer_customer on app.survey_answer (shop_id, customer_id);
create index survey_answer_metric on app.survey_answer (shop_id, metric, answered_at) where not superseded;

create table app.dead_letter (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  kind text not null check (kind in ('inbox', 'timer', 'message')),
  ref_id uuid not null,
  state text not null default 'open' check (state in ('open', 'retried', 'dropped')),
  code text not null,
  error text not null,
  attempts smallint not null,
  created_at timestamptz not null default app.now(),
  settled_at timestamptz,
  settled_note text,
  primary key (shop_id, id)
);
create unique index dead_letter_open on app.dead_letter (shop_id, kind, ref_id) where state = 'open';
create index dead_letter_listing on app.dead_letter (shop_id, state, created_at, id);
`;
