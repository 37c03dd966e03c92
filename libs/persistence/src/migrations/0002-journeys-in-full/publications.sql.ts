/** Publications that took runs of earlier versions over, and how those runs stood before, so that it can be undone. */
export const publicationsSql = /* sql */ `
create table app.journey_publication (
  shop_id uuid not null,
  id uuid not null,
  journey_id uuid not null,
  -- Version that people entered before; null when the journey was published for the first time.
  from_version_id uuid,
  to_version_id uuid not null,
  plan jsonb not null,
  published_at timestamptz not null default app.now(),
  undone_at timestamptz,
  primary key (shop_id, id),
  foreign key (shop_id, journey_id) references app.journey (shop_id, id)
);
create index journey_publication_journey on app.journey_publication (shop_id, journey_id, id);

create table app.journey_publication_run (
  shop_id uuid not null,
  publication_id uuid not null,
  run_id uuid not null,
  version_id uuid not null,
  -- RunState before, and the number of its journal's lines after: a run that has gone on since can't be taken back.
  state jsonb not null,
  seq_after integer not null,
  primary key (shop_id, publication_id, run_id),
  foreign key (shop_id, publication_id) references app.journey_publication (shop_id, id)
);
`;
