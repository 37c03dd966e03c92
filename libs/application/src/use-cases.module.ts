import { Global, Module } from '@nestjs/common';
import { AcceptInvitation } from './access/accept-invitation.use-case.js';
import { AuthenticateSession } from './access/authenticate-session.use-case.js';
import { LimitLogins } from './access/limit-logins.js';
import { AnswerOnce } from './once/answer-once.use-case.js';
import { ManageMembers } from './access/manage-members.use-case.js';
import { ManageOwnSession } from './access/manage-own-session.use-case.js';
import { OpenSession } from './access/open-session.js';
import { SignInElsewhere } from './access/sign-in-elsewhere.use-case.js';
import { SignIn } from './access/sign-in.use-case.js';
import { CallSecret } from './acts/call-secret.use-case.js';
import { ManageCases } from './acts/manage-cases.use-case.js';
import { ReadCalls } from './acts/read-calls.use-case.js';
import { DeliverCalls } from './acts/deliver-calls.use-case.js';
import { AuthenticateKey } from './access/authenticate-key.use-case.js';
import { EnsureFirstShop } from './access/ensure-first-shop.use-case.js';
import { ReadAudit } from './access/read-audit.use-case.js';
import { ManageKeys } from './access/manage-keys.use-case.js';
import { BacktestJobs } from './backtest/backtest-jobs.js';
import { DryRunJourney } from './backtest/dry-run-journey.use-case.js';
import { PreviewFacts } from './backtest/preview-facts.js';
import { PreviewMessages } from './backtest/preview-messages.use-case.js';
import { SendTest } from './backtest/send-test.use-case.js';
import { TestLetters } from './backtest/test-letters.js';
import { TestRecipients } from './backtest/test-recipients.js';
import { RunBacktest } from './backtest/run-backtest.use-case.js';
import { SampleMessages } from './backtest/sample-messages.js';
import { AdvanceClock } from './clock/advance-clock.use-case.js';
import { ClockGuard } from './clock/clock-guard.js';
import { ApplyCode } from './code/apply-code.use-case.js';
import { MigrateCode } from './code/migrate-code.use-case.js';
import { PlanCode } from './code/plan-code.use-case.js';
import { AssignRoutes } from './accounts/assign-routes.js';
import { AccountSecrets } from './accounts/account-secrets.js';
import { ManageProviderAccounts } from './accounts/manage-provider-accounts.use-case.js';
import { Routes } from './accounts/routes.js';
import { ComposeMessage } from './delivery/compose-message.js';
import { DeliverMessages } from './delivery/deliver-messages.use-case.js';
import { FenceMessages } from './delivery/fence-messages.js';
import { GatherMessages } from './delivery/gather-messages.js';
import { PrepareMessages } from './delivery/prepare-messages.js';
import { ProviderGuard } from './delivery/provider-guard.js';
import { ReadMessages } from './delivery/read-messages.use-case.js';
import { RecordHandOvers } from './delivery/record-hand-overs.js';
import { ResolveDoubts } from './delivery/resolve-doubts.use-case.js';
import { SettleUnknown } from './delivery/settle-unknown.use-case.js';
import { ReadPeople } from './facts/read-people.use-case.js';
import { ChoosePreferences } from './consent/choose-preferences.use-case.js';
import { ConfirmConsent } from './consent/confirm-consent.use-case.js';
import { HoldOptIns } from './consent/hold-opt-ins.js';
import { MessageCodes } from './consent/message-codes.js';
import { ReadConsents } from './consent/read-consents.use-case.js';
import { RecordConsent } from './consent/record-consent.use-case.js';
import { StateConsent } from './consent/state-consent.js';
import { AnswerSurveyLink } from './feedback/answer-survey-link.use-case.js';
import { AnswerUnboxing } from './feedback/answer-unboxing.use-case.js';
import { FollowLink } from './feedback/follow-link.use-case.js';
import { JudgeHits } from './feedback/judge-hits.use-case.js';
import { CountBounces } from './feedback/count-bounces.js';
import { FindLink } from './feedback/find-link.js';
import { HeedMessages } from './feedback/heed-messages.js';
import { LinkEvents } from './feedback/link-events.js';
import { LinkFactory } from './feedback/link-factory.js';
import { OpenSurveyLink } from './feedback/open-survey-link.use-case.js';
import { RecordAnswers } from './feedback/record-answers.use-case.js';
import { SuppressAddresses } from './feedback/suppress-addresses.js';
import { UnboxingLinks } from './feedback/unboxing-links.js';
import { Unsubscribe } from './feedback/unsubscribe.use-case.js';
import { ExplainCustomer } from './insight/explain-customer.use-case.js';
import { ExplainEntry } from './insight/explain-entry.js';
import { ExplainOpening } from './insight/explain-opening.js';
import { ReadFunnel } from './insight/read-funnel.use-case.js';
import { AcceptEvents } from './intake/accept-event.use-case.js';
import { DigestBodies } from './intake/digest-bodies.use-case.js';
import { FoldEvents } from './intake/fold-events.use-case.js';
import { OpenBodies } from './intake/open-bodies.use-case.js';
import { ProcessInbox } from './intake/process-inbox.use-case.js';
import { ReceiveCallback } from './intake/receive-callback.use-case.js';
import { ReceiveWebhook } from './intake/receive-webhook.use-case.js';
import { SubmitEvents } from './intake/submit-events.use-case.js';
import { KeepDates } from './journeys/entries/keep-dates.js';
import { OpenJourneys } from './journeys/entries/open-journeys.use-case.js';
import { PlanEntries } from './journeys/entries/plan-entries.js';
import { RaiseEvents } from './journeys/entries/raise-events.js';
import { RequestEntries } from './journeys/entries/request-entries.use-case.js';
import { RingDates } from './journeys/entries/ring-dates.js';
import { WalkJourney } from './journeys/entries/walk-journey.js';
import { FireDueTimers } from './journeys/fire-timers.use-case.js';
import { JourneyRuntime } from './journeys/journey-runtime.port.js';
import { CheckJourney } from './journeys/manage/check-journey.use-case.js';
import { ChangeJourneyState } from './journeys/manage/change-journey-state.use-case.js';
import { PreviewPublication } from './journeys/manage/preview-publication.use-case.js';
import { PublishJourney } from './journeys/manage/publish-journey.use-case.js';
import { TakeRunsOver } from './journeys/manage/take-runs-over.js';
import { ResumeJourney } from './journeys/manage/resume-journey.use-case.js';
import { ResumeShop } from './journeys/manage/resume-shop.use-case.js';
import { SettleOverdue } from './journeys/manage/settle-overdue.js';
import { ReadJourneys } from './journeys/manage/read-journeys.use-case.js';
import { ReadRuns } from './journeys/manage/read-runs.use-case.js';
import { SaveDraft } from './journeys/manage/save-draft.use-case.js';
import { JourneyPlans } from './journeys/runtime/journey-plans.js';
import { LinkJourneys } from './journeys/runtime/link-journeys.js';
import { PlanMessages } from './journeys/runtime/plan-messages.js';
import { RunJourneys } from './journeys/runtime/run-journeys.js';
import { RunWriter } from './journeys/runtime/run-writer.js';
import { WakeRuns } from './journeys/runtime/wake-runs.js';
import { ManageMailDomains } from './mail/manage-mail-domains.use-case.js';
import { WatchMailDomains } from './mail/watch-mail-domains.use-case.js';
import { MailAddresses } from './mail/mail-addresses.js';
import { ReceiveMail } from './mail/receive-mail.use-case.js';
import { SenderOfShop } from './mail/sender-of-shop.js';
import { KeepHouse } from './ops/keep-house.use-case.js';
import { OperateShop } from './ops/operate-shop.use-case.js';
import { SettleDeadLetters } from './ops/settle-dead-letters.use-case.js';
import { ReadOutbox } from './outbox/read-outbox.use-case.js';
import { BeginErasures } from './privacy/begin-erasures.js';
import { EraseCustomer } from './privacy/erase-customer.use-case.js';
import { PrivacyAtIntake } from './privacy/privacy-at-intake.js';
import { ReadPrivacy } from './privacy/read-privacy.use-case.js';
import { RepeatErasures } from './privacy/repeat-erasures.use-case.js';
import { RunErasures } from './privacy/run-erasures.use-case.js';
import { ReadSamples } from './presets/read-samples.use-case.js';
import { InstallPreset } from './presets/install-preset.use-case.js';
import { ReadScores } from './scores/read-scores.use-case.js';
import { ListShops } from './shops/list-shops.use-case.js';
import { UnaskedOptIns } from './consent/unasked-opt-ins.js';
import { ManageShop } from './shops/manage-shop.use-case.js';
import { ManageSources } from './sources/manage-sources.use-case.js';
import { ChangeSnippets } from './snippets/change-snippets.use-case.js';
import { FindUnknownSnippets } from './snippets/find-unknown-snippets.js';
import { ImportSnippets } from './snippets/import-snippets.use-case.js';
import { LookUpSnippets } from './snippets/look-up-snippets.js';
import { ReadSnippets } from './snippets/read-snippets.use-case.js';
import { ImportSuppressions } from './suppressions/import-suppressions.use-case.js';
import { LiftSuppression } from './suppressions/lift-suppression.use-case.js';
import { ReadSuppressions } from './suppressions/read-suppressions.use-case.js';

const useCases = [
  AcceptEvents,
  AdvanceClock,
  AnswerSurveyLink,
  AnswerUnboxing,
  ApplyCode,
  AuthenticateKey,
  BacktestJobs,
  BeginErasures,
  CallSecret,
  ChangeJourneyState,
  AcceptInvitation,
  AuthenticateSession,
  LimitLogins,
  AnswerOnce,
  ManageMembers,
  ManageOwnSession,
  OpenSession,
  SignIn,
  SignInElsewhere,
  CheckJourney,
  ClockGuard,
  AssignRoutes,
  AccountSecrets,
  ManageProviderAccounts,
  Routes,
  ChoosePreferences,
  ComposeMessage,
  ConfirmConsent,
  DeliverCalls,
  DeliverMessages,
  DigestBodies,
  DryRunJourney,
  EnsureFirstShop,
  EraseCustomer,
  ExplainCustomer,
  ExplainEntry,
  ExplainOpening,
  FenceMessages,
  GatherMessages,
  FindLink,
  FollowLink,
  JudgeHits,
  FireDueTimers,
  FoldEvents,
  CountBounces,
  HeedMessages,
  HoldOptIns,
  InstallPreset,
  JourneyPlans,
  KeepDates,
  KeepHouse,
  LinkEvents,
  LinkFactory,
  LinkJourneys,
  MessageCodes,
  ReadConsents,
  RecordConsent,
  StateConsent,
  ManageCases,
  MigrateCode,
  ManageKeys,
  ManageMailDomains,
  WatchMailDomains,
  MailAddresses,
  ReceiveMail,
  SenderOfShop,
  SendTest,
  TestLetters,
  TestRecipients,
  ListShops,
  ManageShop,
  UnaskedOptIns,
  ManageSources,
  OpenBodies,
  OpenJourneys,
  OpenSurveyLink,
  OperateShop,
  PlanCode,
  PlanEntries,
  PlanMessages,
  PrepareMessages,
  ProviderGuard,
  PrivacyAtIntake,
  ProcessInbox,
  PreviewFacts,
  PreviewMessages,
  PreviewPublication,
  ReadAudit,
  ReadSamples,
  PublishJourney,
  RaiseEvents,
  ReadFunnel,
  ReadCalls,
  ReadJourneys,
  ResumeJourney,
  ResumeShop,
  SettleOverdue,
  ReadMessages,
  ReadOutbox,
  ReadPeople,
  ReadPrivacy,
  ReadRuns,
  ReadScores,
  ReceiveCallback,
  ReceiveWebhook,
  RecordAnswers,
  RecordHandOvers,
  RepeatErasures,
  RequestEntries,
  RingDates,
  RunBacktest,
  RunErasures,
  RunWriter,
  SampleMessages,
  SaveDraft,
  SettleDeadLetters,
  ResolveDoubts,
  SettleUnknown,
  SubmitEvents,
  TakeRunsOver,
  SuppressAddresses,
  ChangeSnippets,
  FindUnknownSnippets,
  ImportSnippets,
  LookUpSnippets,
  ReadSnippets,
  ImportSuppressions,
  LiftSuppression,
  ReadSuppressions,
  UnboxingLinks,
  Unsubscribe,
  WakeRuns,
  WalkJourney,
  { provide: JourneyRuntime, useClass: RunJourneys },
];

/** Every use case, for every process. Needs an implementation of each port beside it. */
@Global()
@Module({ providers: useCases, exports: useCases })
export class UseCasesModule {}
