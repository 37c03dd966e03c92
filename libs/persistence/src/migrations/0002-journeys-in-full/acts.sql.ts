/** What journeys do besides sending: what they know of a person, points, cases, promises, arms drawn. */
export const actsSql = /* sql */ `
-- Attributes and tags that journeys wrote. The facts of a person are folded from events alone, so these stand beside them; the last
-- writer by business time wins.
create table app.customer_attribute (
  shop_id uuid not null references app.shop (id),
  customer_id uuid not null,
  name text not null,
  value jsonb not null,
  set_at timestamptz not null,
  run_id uuid not null,
  primary key (shop_id, customer_id, name)
);
create table app.customer_tag (
  shop_id uuid not null references app.shop (id),
  customer_id uuid not null,
  tag text not null,
  -- False: a journey took the tag away, whoever gave it.
  is_on boolean not null,
  set_at timestamptz not null,
  run_id uuid not null,
  primary key (shop_id, customer_id, tag)
);

-- The run, the step, the visit and the place among the acts of that visit name an act: it is performed once.
create table app.points_entry (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  run_id uuid not null,
  step text not null,
  visit integer not null,
  act_index integer not null,
  customer_id uuid not null,
  order_id uuid,
  points integer not null,
  reason text not null,
  -- Business time.
  at timestamptz not null,
  created_at timestamptz not null default app.now(),
  primary key (shop_id, id)
);
create unique index points_entry_act on app.points_entry (shop_id, run_id, step, visit, act_index);
create index points_entry_customer on app.points_entry (shop_id, customer_id, at);

create table app.promise (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  run_id uuid not null,
  step text not null,
  visit integer not null,
  act_index integer not null,
  customer_id uuid not null,
  order_id uuid,
  what text not null,
  -- The last day on which it is kept, in the shop's zone.
  due date not null,
  made_at timestamptz not null,
  created_at timestamptz not null default app.now(),
  primary key (shop_id, id)
);
create unique index promise_act on app.promise (shop_id, run_id, step, visit, act_index);
create index promise_customer on app.promise (shop_id, customer_id, made_at);
create index promise_order on app.promise (shop_id, order_id);

create table app.case_file (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  topic text not null,
  title text not null,
  priority text not null check (priority in ('low', 'normal', 'high', 'urgent')),
  state text not null default 'open' check (state in ('open', 'closed')),
  customer_id uuid not null,
  order_id uuid,
  run_id uuid not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  -- How it ended, in the words of whoever closed it; 'merged': another case of the same person goes on.
  outcome text,
  created_at timestamptz not null default app.now(),
  primary key (shop_id, id),
  check ((state = 'closed') = (closed_at is not null and outcome is not null))
);
create unique index case_file_open on app.case_file (shop_id, customer_id, topic) where state = 'open';
create index case_file_listing on app.case_file (shop_id, state, created_at, id);
create index case_file_customer on app.case_file (shop_id, customer_id);
-- Each reason for a case: the one that opened it and those that came while it was open.
create table app.case_note (
  shop_id uuid not null,
  run_id uuid not null,
  step text not null,
  visit integer not null,
  act_index integer not null,
  case_id uuid not null,
  title text not null,
  priority text not null,
  order_id uuid,
  at timestamptz not null,
  primary key (shop_id, run_id, step, visit, act_index),
  foreign key (shop_id, case_id) references app.case_file (shop_id, id)
);
create index case_note_case on app.case_note (shop_id, case_id, at);

-- The arm of a split or a hold-out that a person was drawn into; the first one stays.
create table app.assignment (
  shop_id uuid not null references app.shop (id),
  journey_id uuid not null,
  step text not null,
  customer_id uuid not null,
  arm text not null,
  run_id uuid not null,
  assigned_at timestamptz not null,
  primary key (shop_id, journey_id, step, customer_id)
);
create index assignment_customer on app.assignment (shop_id, customer_id);

-- held_out: what a held-out run would have sent; never claimed. Every row satisfies the wider condition already, so none is read.
alter table app.message drop constraint message_state_check;
alter table app.message add constraint message_state_check check (state in ('queued', 'claimed', 'handing', 'sent', 'failed', 'unknown',
  'suppressed', 'expired', 'held_out')) not valid;
`;
