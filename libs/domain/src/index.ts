export {
  type Grant,
  isAllowed,
  isWithin,
  type Permission,
  PERMISSIONS,
  type Role,
  ROLES,
  rolesWith,
} from './access/permission.js';
export { breaksRule } from './check/breaks.js';
export { checkJourney, type Checked } from './check/check-journey.js';
export type { Exploration, ExploredStory } from './check/explore.js';
export {
  type CheckInput,
  type Finding,
  FINDING_CODES,
  FINDING_RULES,
  type FindingCode,
  type FindingSeverity,
} from './check/finding.js';
export { playStory, type Played, type PlayedRun } from './check/play.js';
export type { Story, StoryEvent } from './check/story.js';
export { flawSuspicion, type TemplateFlaw } from './check/suspect-templates.js';
export { toldOf, type World } from './check/world.js';
export {
  addressOf,
  askedForSince,
  type ContactRefusal,
  type ContactVerdict,
  mayContact,
} from './consent/contact-rule.js';
export { isBadAnswer } from './contact/bad-answer.js';
export { CONTACT_REASONS, type ContactFacts, type ContactReason, HOLD_REASONS } from './contact/block.js';
export {
  type ContactCandidate,
  type ContactHistory,
  EMPTY_CONTACT_HISTORY,
  type PastAnswer,
  type PastCase,
  type PastContact,
  type RivalMessage,
  type ShopMonth,
  type Spending,
  type SurveyMark,
} from './contact/contact-history.js';
export {
  CONTACT_MEMORY_DAYS,
  type ContactRules,
  DEFAULT_CONTACT_RULES,
  isAnyRuleOn,
  MAX_REST_DAYS,
  type MonthBudget,
} from './contact/contact-rules.js';
export { endsHold } from './contact/holds.js';
export { type ContactJudgement, judgeContact } from './contact/judge-contact.js';
export { localMonth, toMicros, toMinor } from './contact/shop-limits.js';
export {
  isPhoneMedium,
  MEDIA,
  MEDIA_OF_IDENTITY,
  type Medium,
  MESSAGE_CLASSES,
  type MessageClass,
  OPTIONAL_CLASSES,
  type OptionalClass,
  PHONE_MEDIA,
  type PhoneMedium,
} from './consent/message-class.js';
export { lastWish, standingOf } from './consent/standing.js';
export { AfterglowError, ERROR_CODES, type ErrorCode, type Fault, PermanentError, TransientError } from './errors.js';
export {
  type Bounce,
  type ConsentChange,
  type ConsentEvidence,
  type ConsentState,
  type CustomerProfile,
  type CustomerRef,
  type DomainEvent,
  EVENT_TYPES,
  type EventDataByType,
  type EventType,
  isOwnEvent,
  JOURNEY_EVENT_TYPES,
  noJourneyEvent,
  type MessageMention,
  type MessageReply,
  type NormalisedEvent,
  type OrderDetails,
  type OrderLine,
  type ParcelDetails,
  type OwnEventType,
  type ReviewSubmission,
  type SenderEventType,
  type SurveyAnswer,
  type SurveyScale,
  type Ticket,
} from './event/event.js';
export {
  type ConsentFact,
  type ConsentStatement,
  type CustomerFacts,
  EMPTY_CUSTOMER,
  emptyOrder,
  isErased,
  type OrderFacts,
  type ParcelFacts,
  type ParcelState,
  type PersonFacts,
  type RefundFacts,
} from './facts/facts.js';
export { applyEvent, applyToCustomer, applyToOrder, NOBODY } from './facts/fold.js';
export { mergeCustomers } from './facts/fold-customer.js';
export { ordinalOf } from './facts/ordinal.js';
export { snapshotOf } from './facts/person-snapshot.js';
export {
  type EventView,
  type FactsSnapshot,
  type FactsView,
  factsView,
  type Json,
  type OrderPosition,
  type Letterhead,
  type ShopFacts,
  shopView,
} from './facts/view.js';
export { withWritten, withWrittenFacts, type WrittenFacts } from './facts/written.js';
export { afterAct } from './journey/after-act.js';
export { concerns } from './journey/concerns.js';
export { compileJourney, MAX_DOCUMENT_CHARS } from './journey/compile.js';
export { expandPartials, partialsUsed } from './journey/partials.js';
export { namedSnippets, snippetNames } from './journey/snippet-names.js';
export { celView } from './journey/cel-view.js';
export { compileExpression } from './journey/expression.js';
export {
  decide,
  enter,
  entryKeyIn,
  type EnterResult,
  type EntryRefusal,
  type HeardEvent,
  isInSegment,
  isStale,
  STALE_AFTER_HOURS,
  startsBy,
} from './journey/decide.js';
export { DEFAULT_PRIORITY, eventOfTrigger, PERIODS, RECHECKS, TEMPLATE_LIMITS } from './journey/document.js';
export type {
  DateTrigger,
  EventPattern,
  JourneyDocument,
  Recheck,
  Reentry,
  StepDocument,
  SurveyDefinition,
  TemplateDocument,
  TriggerDocument,
} from './journey/document.js';
export { CASE_PRIORITIES, type CasePriority } from './journey/run.js';
export type {
  Act,
  ActEffect,
  Decision,
  Effect,
  EndReason,
  FinishEffect,
  JournalEntry,
  JournalKind,
  RunInput,
  RunState,
  RunStatus,
  SendEffect,
  WakeEffect,
} from './journey/run.js';
export { type NextOccasion, nextOccasion, nextScheduled, type Occasion } from './journey/occasions.js';
export { type OverdueChoice, settleOverdue } from './journey/after-pause.js';
export { migrate, type Migration, takeBack } from './journey/migrate.js';
export type { JourneyPlan, PlannedDate, PlannedPattern, PlannedSchedule, PlannedStep } from './journey/plan.js';
export { schemaFaults } from './journey/schema-faults.js';
export {
  defineStepKind,
  type StepContext,
  type StepDecision,
  type StepExpression,
  type StepKind,
  type StepKinds,
  type TemplateUse,
} from './journey/step-kind.js';
export { minorDigits, type Money, parseMoney } from './money.js';
export { businessDaysLater, type Weekday, WEEKDAYS, type WorkCalendar } from './time/business-days.js';
export {
  addDuration,
  endOfDay,
  type Instant,
  isDuration,
  isOffset,
  isIsoDate,
  type IsoDate,
  type IsoInstant,
  isTimeZone,
  localDate,
  startOfDay,
  toInstant,
  toIso,
} from './time/instant.js';
export { localTime } from './time/local-time.js';
export { type LocalWindow, nextOpening } from './time/window.js';
export { isPlainYes, type ReadKeyword, readKeyword } from './reply/read-keyword.js';
export { type ReadScore, readScore } from './reply/read-score.js';
