export { type Answer, AnswerOnce } from './once/answer-once.use-case.js';
export { IdempotencyKeys, type KeyedCall, type NotedCall } from './once/idempotency-keys.port.js';
export { type Actor, actAs, currentActor } from './access/actor.js';
export { type ApiKey, ApiKeys, type NewApiKey } from './access/api-keys.repository.js';
export { AcceptInvitation } from './access/accept-invitation.use-case.js';
export { AuthenticateSession } from './access/authenticate-session.use-case.js';
export { type Caller, nameOf } from './access/caller.js';
export { IdentityProvider, type ProvenIdentity, type ProviderSecrets } from './access/identity-provider.port.js';
export { type LoginLimit, LoginThrottle } from './access/login-throttle.port.js';
export { type Invitation, ManageMembers } from './access/manage-members.use-case.js';
export { ManageOwnSession } from './access/manage-own-session.use-case.js';
export { type Member, type MemberLogin, Members, type NewMember } from './access/members.repository.js';
export { type LoginRequest, type OpenedSession } from './access/open-session.js';
export { Passwords } from './access/passwords.port.js';
export { csrfTokenOf, isCsrfTokenOf } from './access/session-token.js';
export { type SessionCaller, Sessions, SessionSettings } from './access/sessions.repository.js';
export { SignInElsewhere } from './access/sign-in-elsewhere.use-case.js';
export { SignIn } from './access/sign-in.use-case.js';
export { ActStore, type DueAct } from './acts/act-store.port.js';
export { CallSecret, type RotatedCallSecret } from './acts/call-secret.use-case.js';
export { type CallAnswer, CallSender, type OutboundCall } from './acts/call-sender.port.js';
export {
  type CallFilter,
  type CallRecord,
  type CallState,
  CallStore,
  type CallView,
  type ClaimedCall,
  type DueCall,
} from './acts/call-store.port.js';
export { type CaseFile, CaseFiles, type CaseFilter, type CaseState } from './acts/case-files.repository.js';
export { ManageCases } from './acts/manage-cases.use-case.js';
export { ReadCalls } from './acts/read-calls.use-case.js';
export { type CallReport, DeliverCalls } from './acts/deliver-calls.use-case.js';
export { AuthenticateKey } from './access/authenticate-key.use-case.js';
export { EnsureFirstShop, type FirstShop, type FirstShopOptions } from './access/ensure-first-shop.use-case.js';
export { type AuditEntry, type AuditNote, AuditTrail } from './access/audit-trail.port.js';
export { ReadAudit } from './access/read-audit.use-case.js';
export { type KeyRequest, type MadeKey, ManageKeys } from './access/manage-keys.use-case.js';
export {
  BacktestHistory,
  type Concern,
  type HistoryPage,
  type JourneyVersionRef,
  type RecordedMessage,
  type Kinship,
  type Selection,
  type Stretch,
  type WaitingRun,
} from './backtest/backtest-history.port.js';
export { type BacktestJob, BacktestJobs } from './backtest/backtest-jobs.js';
export type { BacktestReport, BacktestStep, MessageLine } from './backtest/backtest-report.js';
export type { Dealings, OtherMessage, RecordedAnswer, RecordedCase } from './backtest/dealings-of-then.js';
export { DryRunJourney, type DryRunReport } from './backtest/dry-run-journey.use-case.js';
export {
  type BacktestProgress,
  type BacktestRequest,
  type BacktestWatch,
  RunBacktest,
} from './backtest/run-backtest.use-case.js';
export { SampleMessages } from './backtest/sample-messages.js';
export type { RecordedSuppression } from './backtest/suppressions-of-then.js';
export { AdvanceClock } from './clock/advance-clock.use-case.js';
export { ClockGuard } from './clock/clock-guard.js';
export { ComparedClocks } from './clock/compared-clocks.port.js';
export { type Agenda, VirtualClockPort } from './clock/virtual-clock.port.js';
export {
  type Approval,
  type Channel,
  type ChannelKindInfo,
  Channels,
  type DkimKey,
  type DoubtAnswer,
  type DoubtfulHandOver,
  type HandOverPhase,
  type HandOverResult,
  type MailSender,
  type MessageStream,
  type OutboundMessage,
} from './delivery/channel.js';
export { AssignRoutes } from './accounts/assign-routes.js';
export { AccountDirectory, type Allotment } from './accounts/account-directory.port.js';
export {
  type AccountView,
  type AccountChange,
  ManageProviderAccounts,
  type NewAccount,
} from './accounts/manage-provider-accounts.use-case.js';
export { accountContext, type LiveAccount, type ProviderAccount, type WarmUp } from './accounts/provider-account.js';
export { AccountSecrets } from './accounts/account-secrets.js';
export { ProviderAccounts, type StoredAccount } from './accounts/provider-accounts.repository.js';
export { Routes } from './accounts/routes.js';
export { DnsRecords } from './mail/dns-records.port.js';
export {
  type MailDomain,
  MailDomains,
  type NewMailDomain,
  type SealedDkimKey,
} from './mail/mail-domains.repository.js';
export { type MailDomainView, ManageMailDomains } from './mail/manage-mail-domains.use-case.js';
export type { StoredMail, TakenMail } from './mail/inbound-mail.js';
export { InboundMailSettings, MailAddresses, type MailPurpose, type MailRef } from './mail/mail-addresses.js';
export { ReceiveMail } from './mail/receive-mail.use-case.js';
export { NO_LETTERHEAD, NO_SENDER, type ShopSender } from './mail/shop-sender.js';
export { SenderOfShop } from './mail/sender-of-shop.js';
export { ComposeMessage } from './delivery/compose-message.js';
export { DEFAULT_TEXTS, type TextSettings } from './delivery/text-settings.js';
export { DEFAULT_LINKS, type LinkSettingsOfShop } from './feedback/track-links.js';
export { SOFT_BOUNCE_DAYS } from './feedback/bounced-address.js';
export { FollowLink } from './feedback/follow-link.use-case.js';
export { WatchMailDomains } from './mail/watch-mail-domains.use-case.js';
export { JudgeHits } from './feedback/judge-hits.use-case.js';
export { LinkHits, type HitMessage } from './feedback/link-hits.port.js';
export type { LinkHit } from './feedback/judge-hits.js';
export { DeliverMessages, type DeliveryReport } from './delivery/deliver-messages.use-case.js';
export { type ContactBooks, ContactStore, type JudgedMessage, type PersonBook } from './delivery/contact-store.port.js';
export {
  type ClaimedMessage,
  type ClaimedShops,
  type ClaimRoom,
  DeliveryStore,
  type DueMessage,
  type FencedParcel,
  type FenceVerdict,
  type GateFacts,
  type HandOverRecord,
  type LinkToken,
  type MessageContent,
  type NewSuppression,
} from './delivery/delivery-store.port.js';
export { FenceMessages } from './delivery/fence-messages.js';
export { HeldMessages, type HeldPlace } from './delivery/held-messages.port.js';
export { GatherMessages } from './delivery/gather-messages.js';
export {
  MessageDesk,
  type MessageFilter,
  MessageReader,
  type MessageView,
  type Settlement,
} from './delivery/message-reader.port.js';
export { type OutboxFilter, type OutboxItem, OutboxReader, type StoredLetter } from './outbox/outbox-reader.port.js';
export { type Letter, ReadOutbox } from './outbox/read-outbox.use-case.js';
export { PrepareMessages } from './delivery/prepare-messages.js';
export { ProviderGuard } from './delivery/provider-guard.js';
export type { ProviderHealth } from './delivery/provider-health.js';
export { type KeptHealth, ProviderHealthStore } from './delivery/provider-health.port.js';
export { RecordHandOvers } from './delivery/record-hand-overs.js';
export { type DoubtReport, ResolveDoubts } from './delivery/resolve-doubts.use-case.js';
export { type DoubtfulMessage, DoubtStore, type DoubtVerdict } from './delivery/doubt-store.port.js';
export { SettleUnknown } from './delivery/settle-unknown.use-case.js';
export {
  type CompiledTemplate,
  type CompiledTemplates,
  type ApprovedContent,
  type RenderedMessage,
  TemplateEngine,
  type TemplateGap,
} from './delivery/template-engine.port.js';
export {
  boxOf,
  ChoosePreferences,
  type MediumChoices,
  type PreferencesPage,
} from './consent/choose-preferences.use-case.js';
export { ConfirmConsent, type ConfirmPage } from './consent/confirm-consent.use-case.js';
export {
  type ConsentEntry,
  type ConsentHistory,
  type ConsentingPerson,
  ConsentStore,
  type HashedAddress,
} from './consent/consent-store.port.js';
export { HoldOptIns } from './consent/hold-opt-ins.js';
export { MessageCodes } from './consent/message-codes.js';
export { type MediumConsent, ReadConsents } from './consent/read-consents.use-case.js';
export { RecordConsent } from './consent/record-consent.use-case.js';
export type { Witness } from './consent/witness.js';
export { FactsReader, type FactsSubject, type StoredCustomer, type StoredOrder } from './facts/facts.repository.js';
export {
  type ChangedCustomer,
  type CustomerMerge,
  type FactsChanges,
  FactsStore,
  type Identity,
  type IdentityKind,
  type KnownCustomer,
  type KnownOrder,
  type KnownPeople,
  type LinkedOrder,
  type OnceClaim,
  type OwnedIdentity,
  type PlacedOrder,
  type SuppressionChange,
  type TimelineEvent,
} from './facts/facts-store.port.js';
export { type CustomerRecord, type OrderRecord, PeopleDirectory } from './facts/people-directory.port.js';
export { type TimelineItem, type TimelinePage, TimelineReader } from './facts/timeline-reader.port.js';
export { AnswerStore, type GivenAnswer, type NewAnswer } from './feedback/answer-store.port.js';
export { AnswerSurveyLink, type LinkAnswer } from './feedback/answer-survey-link.use-case.js';
export {
  AnswerUnboxing,
  UNBOXING_SCALE,
  type UnboxingShop,
  unboxingSurvey,
} from './feedback/answer-unboxing.use-case.js';
export { FindLink } from './feedback/find-link.js';
export { HeedMessages } from './feedback/heed-messages.js';
export {
  type Conversation,
  type Line,
  type MentionedMessage,
  MessageNewsStore,
  type ToldStatus,
  type MessageStatus,
  STATUS_RANKS,
  type StatusNews,
  type StoredStatus,
} from './feedback/message-news.port.js';
export { LinkEvents } from './feedback/link-events.js';
export { LinkFactory, LinkSettings, type MessageLinks } from './feedback/link-factory.js';
export {
  type EarlierAnswer,
  type FoundLink,
  type LinkedMessageFacts,
  LinkStore,
  type NamedOrder,
} from './feedback/link-store.port.js';
export { OpenSurveyLink, type SurveyPage } from './feedback/open-survey-link.use-case.js';
export { SuppressAddresses } from './feedback/suppress-addresses.js';
export { UnboxingLinks } from './feedback/unboxing-links.js';
export { Unsubscribe, type UnsubscribePage } from './feedback/unsubscribe.use-case.js';
export { RecordAnswers } from './feedback/record-answers.use-case.js';
export type { ExplainedRule, RuleEvent } from './insight/entry-rules.js';
export { ExplainCustomer, type Explanation } from './insight/explain-customer.use-case.js';
export {
  type EarlierRun,
  ExplainReader,
  type JourneyPeriod,
  type RefusedStart,
  type MessageToExplain,
  type RunToExplain,
  type VerdictToExplain,
} from './insight/explain-reader.port.js';
export type { ExplainedRun, NextMove } from './insight/explain-runs.js';
export { type Funnel, type FunnelQuery, type FunnelStep, ReadFunnel } from './insight/read-funnel.use-case.js';
export {
  type JourneyOutline,
  type Visit,
  type VisitCount,
  type VisitFilter,
  type VisitPage,
  Visits,
  type VisitState,
  type VisitsWanted,
} from './insight/visits.port.js';
export { DigestBodies, type InboxReport } from './intake/digest-bodies.use-case.js';
export { FoldEvents } from './intake/fold-events.use-case.js';
export { OpenBodies } from './intake/open-bodies.use-case.js';
export { ProcessInbox } from './intake/process-inbox.use-case.js';
export { AcceptEvents } from './intake/accept-event.use-case.js';
export { type ClaimedBody, InboxPort, type KeptKey, type ReceivedBody, type StoredBody } from './intake/inbox.port.js';
export { type RateKind, RateLimits } from './ports/rate-limits.port.js';
export { CallbackDirectory } from './intake/callback-directory.port.js';
export { type CallbackReceipt, ReceiveCallback } from './intake/receive-callback.use-case.js';
export { ReceiveWebhook, type WebhookReceipt } from './intake/receive-webhook.use-case.js';
export { type RegisteredSource, SourceDirectory } from './intake/source-directory.port.js';
export { type SubmittedEvent, SubmitEvents } from './intake/submit-events.use-case.js';
export {
  type Addressee,
  type IncomingRequest,
  OVERHEARD,
  type ParseContext,
  type ParsedBody,
  QUERY,
  type SignatureVerdict,
  type SourceKind,
  SourceKinds,
  type StoredRequest,
} from './intake/source-kind.js';
export {
  CalendarStore,
  type ComingDate,
  type DateSubject,
  type EntryFailure,
  type JourneyWalk,
  type WalkedOrder,
} from './journeys/entries/calendar-store.port.js';
export { KeepDates } from './journeys/entries/keep-dates.js';
export { OpenJourneys, type OpeningReport } from './journeys/entries/open-journeys.use-case.js';
export { PlanEntries } from './journeys/entries/plan-entries.js';
export { RaiseEvents } from './journeys/entries/raise-events.js';
export { type AskedEntry, type EntryAnswer, RequestEntries } from './journeys/entries/request-entries.use-case.js';
export { RingDates } from './journeys/entries/ring-dates.js';
export { WalkJourney } from './journeys/entries/walk-journey.js';
export { FireDueTimers, type FiringReport } from './journeys/fire-timers.use-case.js';
export { JourneyReader, type StoredVersion } from './journeys/journey-reader.port.js';
export {
  type EventsReport,
  type FoldedEvent,
  JourneyRuntime,
  type RuntimeReport,
} from './journeys/journey-runtime.port.js';
export { ChangeJourneyState, type JourneyStatus } from './journeys/manage/change-journey-state.use-case.js';
export {
  type JourneyState,
  JourneyStore,
  type JourneySummary,
  type LatestVersion,
  type NewVersion,
  type ShopJourney,
  type StoredJourney,
  type VersionSummary,
} from './journeys/manage/journey-store.port.js';
export { type JourneyWithVersions, ReadJourneys } from './journeys/manage/read-journeys.use-case.js';
export { ReadRuns } from './journeys/manage/read-runs.use-case.js';
export { type SavedDraft, SaveDraft } from './journeys/manage/save-draft.use-case.js';
export { JourneyPlans } from './journeys/runtime/journey-plans.js';
export { LinkJourneys } from './journeys/runtime/link-journeys.js';
export { PlanMessages } from './journeys/runtime/plan-messages.js';
export { RunJourneys } from './journeys/runtime/run-journeys.js';
export { type RunFilter, RunQueries, type RunSummary } from './journeys/runtime/run-queries.port.js';
export {
  type AddressOnMedium,
  type EarlierEntries,
  type EntryWish,
  type PlannedMessage,
  type RunChange,
  type RunsOf,
  RunStore,
  type StoredRun,
  type SuppressedAddress,
} from './journeys/runtime/run-store.port.js';
export { RunWriter } from './journeys/runtime/run-writer.js';
export { type ClaimedTimer, type DueRun, TimerStore } from './journeys/runtime/timer-store.port.js';
export { WakeRuns } from './journeys/runtime/wake-runs.js';
export { ClockPort } from './ports/clock.port.js';
export { HintPort, QUEUE_NAMES, type QueueName } from './ports/hint.port.js';
export { IdPort } from './ports/id.port.js';
export { type CounterName, type GaugeName, type HistogramName, METRICS, Metrics } from './ports/metrics.port.js';
export { SecretPort } from './ports/secret.port.js';
export { type Commit, Transaction, UnitOfWork } from './ports/unit-of-work.port.js';
export { HousekeepingPort, type Upkeep } from './ops/housekeeping.port.js';
export { type RetentionMonths, RetentionPort } from './ops/retention.port.js';
export { type HousekeepingReport, KeepHouse } from './ops/keep-house.use-case.js';
export { type DeadLetter, type DeadLetterFilter, DeadLetters } from './ops/dead-letters.repository.js';
export { OperateShop } from './ops/operate-shop.use-case.js';
export { SettleDeadLetters } from './ops/settle-dead-letters.use-case.js';
export {
  MESSAGE_STATES,
  type MessageState,
  type BudgetState,
  type Overview,
  type OverviewView,
  type PauseScope,
  type ReplayOutcome,
  ShopOperations,
} from './ops/shop-operations.repository.js';
export { type Page, type PageRequest, toPage } from './ports/page.js';
export { InstallPreset, type PresetInstallation, type PresetSummary } from './presets/install-preset.use-case.js';
export { ReadSamples } from './presets/read-samples.use-case.js';
export type { PreviewSubject } from './backtest/preview-facts.js';
export { PreviewMessages } from './backtest/preview-messages.use-case.js';
export { SendTest } from './backtest/send-test.use-case.js';
export { TestSettings } from './backtest/test-recipients.js';
export { PresetCatalogue, type PresetSource } from './presets/preset-catalogue.port.js';
export { ReadScores, type ScoreReport, type ScoresQuery, type ScoreWindow } from './scores/read-scores.use-case.js';
export {
  type ScoreCount,
  type ScoreCountsQuery,
  ScoreCountsReader,
  type ScoreGroup,
  type ScoreMetric,
} from './scores/score-counts.repository.js';
export { BeginErasures } from './privacy/begin-erasures.js';
export { EraseCustomer } from './privacy/erase-customer.use-case.js';
export { type BodyCursor, type ClaimedErasure, ErasureStore } from './privacy/erasure-store.port.js';
export type { ErasureWork, SearchedBody } from './privacy/erasure-store.port.js';
export { type Name, senderKeysOf } from './privacy/names.js';
export { ErasureRegister, type RegisterPage } from './privacy/erasure-register.repository.js';
export { RepeatErasures } from './privacy/repeat-erasures.use-case.js';
export { PrivacyAtIntake } from './privacy/privacy-at-intake.js';
export { type PersonRows, type PrivacyRequest, PrivacyRequests } from './privacy/privacy-requests.repository.js';
export { type PersonExport, ReadPrivacy } from './privacy/read-privacy.use-case.js';
export { type ErasureReport, RunErasures } from './privacy/run-erasures.use-case.js';
export { ListShops } from './shops/list-shops.use-case.js';
export { ManageShop, type ShopView } from './shops/manage-shop.use-case.js';
export { Shops, type ShopSettings } from './shops/shops.repository.js';
export {
  ManageSources,
  type NewSource,
  type RotatedSecret,
  type SourceKindInfo,
  type SourceWithPath,
} from './sources/manage-sources.use-case.js';
export { type LockedSource, type Source, Sources, type StoredSource } from './sources/sources.repository.js';
export { journeySchema } from './journeys/journey-schema.js';
export { checkAll, checkDocument } from './journeys/manage/check-document.js';
export { CheckJourney, type JourneyCheck } from './journeys/manage/check-journey.use-case.js';
export { Checker, type CheckReport, type CheckRequest } from './journeys/manage/checker.port.js';
export { parseJourneyText, type ReadJourney, readJourney } from './journeys/parse-journey.js';
export { ReadMessages } from './delivery/read-messages.use-case.js';
export { ReadPeople } from './facts/read-people.use-case.js';
export { UseCasesModule } from './use-cases.module.js';
export type { MigrationPlan } from './journeys/manage/migration-plan.js';
export {
  type Publication,
  PublicationStore,
  type TakenRun,
  type WaitingAtStep,
} from './journeys/manage/publication-store.port.js';
export { type OverdueAtStep, OverdueStore } from './journeys/manage/overdue-store.port.js';
export { ResumeShop } from './journeys/manage/resume-shop.use-case.js';
export { type ResumedJourney, ResumeJourney, type ResumeOptions } from './journeys/manage/resume-journey.use-case.js';
export { SettleOverdue } from './journeys/manage/settle-overdue.js';
export { PreviewPublication } from './journeys/manage/preview-publication.use-case.js';
export { PublishJourney } from './journeys/manage/publish-journey.use-case.js';
export { TakeRunsOver } from './journeys/manage/take-runs-over.js';
export { type AppliedCode, ApplyCode, type ApplyOptions } from './code/apply-code.use-case.js';
export { type CodeChange, type CodeOptions, isWork } from './code/compare-code.js';
export { MigrateCode, type WaitingRuns } from './code/migrate-code.use-case.js';
export { readMigrations } from './code/read-migrations.js';
export { type CodeFinding, type CodePlan, PlanCode } from './code/plan-code.use-case.js';
export { playScenario } from './code/play-scenario.js';
export { type Code, type CodeFault, type CodeFile, placed, readCode } from './code/read-code.js';
export { readScenario } from './code/read-scenario.js';
export type { Remembered } from './code/remembered.js';
export { ChangeSnippets } from './snippets/change-snippets.use-case.js';
export { FindUnknownSnippets } from './snippets/find-unknown-snippets.js';
export { ImportSnippets } from './snippets/import-snippets.use-case.js';
export { LookUpSnippets } from './snippets/look-up-snippets.js';
export { keyOfSnippet, type SnippetLine, type SnippetLineFault, snippetOf } from './snippets/read-snippet-line.js';
export { ReadSnippets } from './snippets/read-snippets.use-case.js';
export {
  type NewSnippet,
  type ProductKey,
  type Snippet,
  type SnippetFilter,
  SnippetStore,
  type SnippetSubject,
} from './snippets/snippet-store.port.js';
export { ImportSuppressions } from './suppressions/import-suppressions.use-case.js';
export { type LiftReason, LiftSuppression } from './suppressions/lift-suppression.use-case.js';
export type { LineFault, ListLine } from './suppressions/read-line.js';
export { type NamedSuppression, ReadSuppressions } from './suppressions/read-suppressions.use-case.js';
export {
  type ListedSuppression,
  type Suppression,
  type SuppressionFilter,
  SuppressionList,
  type SuppressionPage,
  type SuppressionReason,
} from './suppressions/suppression-list.port.js';
export { type AddressKey, BouncedAddresses, type StoredBounces } from './feedback/bounced-addresses.port.js';
export { CountBounces } from './feedback/count-bounces.js';
