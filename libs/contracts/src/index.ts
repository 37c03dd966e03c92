export { auditList, keyDocument, keyList, madeKey, newKey, permissionList } from './api/access.schema.js';
export { messagePreview, previewRequest, sampleList, sentTest, testRequest } from './api/preview.schema.js';
export { backtestJob, backtestReport, backtestRequest, dryRunReport, dryRunRequest } from './api/backtest.schema.js';
export { callList, callQuery, callSecret, rotatedCallSecret } from './api/call.schema.js';
export { caseClosing, caseDocument, caseList, caseQuery } from './api/case.schema.js';
export { journeyCheck, journeyFinding } from './api/check.schema.js';
export { clockAdvance, clockDocument } from './api/clock.schema.js';
export { entryAnswer, entryBatchAnswer, entryRequest } from './api/entry.schema.js';
export { eventAnswer, eventBatchAnswer } from './api/event-answer.schema.js';
export {
  explainQuery,
  explanation,
  funnelDocument,
  funnelPeople,
  funnelPeopleQuery,
  funnelQuery,
} from './api/insight.schema.js';
export {
  journalList,
  journeyDetail,
  journeyKeyParam,
  journeyList,
  journeyStatus,
  resumedJourney,
  resumePreview,
  resumeRequest,
  journeySummary,
  presetInstallation,
  presetList,
  runDocument,
  versionsCompared,
  versionsQuery,
  runList,
  runQuery,
  savedJourney,
} from './api/journey.schema.js';
export { idParam, pageQuery, type PageQuery, problemDocument } from './api/list.schema.js';
export { outboxLetter, outboxList, outboxQuery } from './api/outbox.schema.js';
export { mailDomainCheck, mailDomainDocument, mailDomainList, newMailDomain } from './api/mail-domain.schema.js';
export { messageDocument, messageList, messageQuery, messageSettlement } from './api/message.schema.js';
export {
  publicationPreview,
  publicationRequest,
  installedPreset,
  migrationPlan,
  publishedJourney,
  undonePublication,
} from './api/publication.schema.js';
export {
  deadLetterDocument,
  deadLetterList,
  deadLetterQuery,
  opsNote,
  overviewDocument,
  pauseRequest,
  pauseState,
  replayedEvent,
} from './api/ops.schema.js';
export { consentHistory, consentRecording, consentsDocument } from './api/consents.schema.js';
export {
  customerDocument,
  customerList,
  customerQuery,
  orderDocument,
  orderList,
  orderQuery,
  timelineItem,
  timelineList,
} from './api/people.schema.js';
export {
  ERASURE_REASONS,
  type ErasureReason,
  erasureRegister,
  erasureRequest,
  personExport,
  privacyRequestDocument,
  privacyRequestList,
  privacyRequestQuery,
} from './api/privacy.schema.js';
export {
  channelKindList,
  newProviderAccount,
  providerAccountChange,
  providerAccountDocument,
  providerAccountList,
} from './api/provider-account.schema.js';
export { unboxingLink, unboxingQuery } from './api/unboxing.schema.js';
export { scoreMetricParam, scoreQuery, scoreReport } from './api/score.schema.js';
export { shopChange, shopDocument } from './api/shop.schema.js';
export {
  snippetDocument,
  snippetFields,
  snippetImport,
  snippetList,
  snippetQuery,
  snippetReport,
} from './api/snippet.schema.js';
export {
  newSecret,
  newSource,
  rotatedSecret,
  sourceDocument,
  sourceKindList,
  sourceList,
} from './api/source.schema.js';
export {
  suppressionDocument,
  suppressionIdParam,
  suppressionImport,
  suppressionLift,
  suppressionList,
  suppressionQuery,
  suppressionReport,
} from './api/suppression.schema.js';
export { emailAddress, phoneNumber, wireTime } from './event/wire-text.schema.js';
export {
  type LinkEvent,
  linkEvent,
  MAX_EVENTS_PER_BATCH,
  toNormalisedEvent,
  type WireEvent,
  wireEvent,
} from './event/event-envelope.schema.js';
export { faultsOf } from './faults.js';
export { journeyDocument, toJourneyDocument, type WireJourneyDocument } from './journey/journey-document.schema.js';
export {
  callerDocument,
  invitation,
  invitationAnswer,
  invitationForm,
  memberChange,
  memberDocument,
  memberList,
  newMember,
  openedSession,
  passwordChange,
  providerQuery,
  signIn,
} from './api/member.schema.js';
