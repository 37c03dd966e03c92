export type { KeyRole } from './access/api-key.js';
export { type ApiKey, ApiKeys, type Caller, type NewApiKey } from './access/api-keys.repository.js';
export { AuthenticateKey } from './access/authenticate-key.use-case.js';
export { EnsureFirstShop, type FirstShop, type FirstShopOptions } from './access/ensure-first-shop.use-case.js';
export { type MadeKey, ManageKeys } from './access/manage-keys.use-case.js';
export { AdvanceClock } from './clock/advance-clock.use-case.js';
export { type PendingWork, VirtualClockPort } from './clock/virtual-clock.port.js';
export { type Channel, Channels, type HandOverPhase, type HandOverResult, type OutboundMessage } from './delivery/channel.js';
export { type CompiledTemplate, type CompiledTemplates, type RenderedMessage, TemplateEngine } from './delivery/template-engine.port.js';
export { FactsReader, type FactsSubject, type StoredCustomer, type StoredOrder } from './facts/facts.repository.js';
export { AcceptEvents } from './intake/accept-event.use-case.js';
export { type ClaimedBody, InboxPort, type ReceivedBody, type StoredBody } from './intake/inbox.port.js';
export { ReceiveWebhook, type WebhookReceipt } from './intake/receive-webhook.use-case.js';
export { type RegisteredSource, SourceDirectory } from './intake/source-directory.port.js';
export { type SubmittedEvent, SubmitEvents } from './intake/submit-events.use-case.js';
export {
  type IncomingRequest,
  type ParseContext,
  type ParsedBody,
  type SignatureVerdict,
  type SourceKind,
  SourceKinds,
  type StoredRequest,
} from './intake/source-kind.js';
export { JourneyReader, type StoredVersion } from './journeys/journey-reader.port.js';
export { type FoldedEvent, JourneyRuntime, type RuntimeReport } from './journeys/journey-runtime.port.js';
export { PartitionKeeper } from './ops/partition-keeper.port.js';
export { ClockPort } from './ports/clock.port.js';
export { HintPort, QUEUE_NAMES, type QueueName } from './ports/hint.port.js';
export { IdPort } from './ports/id.port.js';
export { type CounterName, type GaugeName, type HistogramName, METRICS, Metrics } from './ports/metrics.port.js';
export { SecretPort } from './ports/secret.port.js';
export { Transaction, UnitOfWork } from './ports/unit-of-work.port.js';
export { HousekeepingPort } from './ops/housekeeping.port.js';
export { type HousekeepingReport, KeepHouse } from './ops/keep-house.use-case.js';
export {
  DEAD_LETTER_KINDS,
  DEAD_LETTER_STATES,
  type DeadLetter,
  type DeadLetterFilter,
  type DeadLetterKind,
  DeadLetters,
  type DeadLetterState,
} from './ops/dead-letters.repository.js';
export { OperateShop } from './ops/operate-shop.use-case.js';
export { SettleDeadLetters } from './ops/settle-dead-letters.use-case.js';
export { MESSAGE_STATES, type MessageState, type Overview, type ReplayOutcome, ShopOperations } from './ops/shop-operations.repository.js';
export { type Page, type PageRequest, toPage } from './ports/page.js';
export { ReadScores, type ScoreReport, type ScoresQuery, type ScoreWindow } from './scores/read-scores.use-case.js';
export {
  SCORE_GROUPS,
  SCORE_METRICS,
  type ScoreCount,
  type ScoreCountsQuery,
  ScoreCountsReader,
  type ScoreGroup,
  type ScoreMetric,
} from './scores/score-counts.repository.js';
export { ManageShop } from './shops/manage-shop.use-case.js';
export { Shops, type ShopSettings } from './shops/shops.repository.js';
export { ManageSources, type NewSource, type RotatedSecret, type SourceKindInfo, type SourceWithPath } from './sources/manage-sources.use-case.js';
export { type LockedSource, type Source, Sources, type StoredSource } from './sources/sources.repository.js';
