import { Module } from '@nestjs/common';
import { SessionCookie } from './access/session-cookie.js';
import { AuditController } from './controllers/audit.controller.js';
import { BacktestController } from './controllers/backtest.controller.js';
import { CasesController } from './controllers/cases.controller.js';
import { ChecksController } from './controllers/checks.controller.js';
import { ClockController } from './controllers/clock.controller.js';
import { ConsentsController } from './controllers/consents.controller.js';
import { CustomersController } from './controllers/customers.controller.js';
import { EntriesController } from './controllers/entries.controller.js';
import { EventsController } from './controllers/events.controller.js';
import { ExplainController } from './controllers/explain.controller.js';
import { FunnelController } from './controllers/funnel.controller.js';
import { JourneySchemaController } from './controllers/journey-schema.controller.js';
import { JourneysController } from './controllers/journeys.controller.js';
import { KeysController } from './controllers/keys.controller.js';
import { LoginController } from './controllers/login.controller.js';
import { MailDomainsController } from './controllers/mail-domains.controller.js';
import { MembersController } from './controllers/members.controller.js';
import { MessagesController } from './controllers/messages.controller.js';
import { OpsController } from './controllers/ops.controller.js';
import { OrdersController } from './controllers/orders.controller.js';
import { OutboxController } from './controllers/outbox.controller.js';
import { PermissionsController } from './controllers/permissions.controller.js';
import { PresetsController } from './controllers/presets.controller.js';
import { PreviewsController } from './controllers/previews.controller.js';
import { PrivacyController } from './controllers/privacy.controller.js';
import { PublicationsController } from './controllers/publications.controller.js';
import { RunsController } from './controllers/runs.controller.js';
import { ScoresController } from './controllers/scores.controller.js';
import { SessionController } from './controllers/session.controller.js';
import { ShopController } from './controllers/shop.controller.js';
import { ChannelKindsController } from './controllers/channel-kinds.controller.js';
import { ProviderAccountsController } from './controllers/provider-accounts.controller.js';
import { SourceKindsController } from './controllers/source-kinds.controller.js';
import { SourcesController } from './controllers/sources.controller.js';
import { SnippetsController } from './controllers/snippets.controller.js';
import { SuppressionsController } from './controllers/suppressions.controller.js';
import { UnboxingController } from './controllers/unboxing.controller.js';
import { WebhooksController } from './controllers/webhooks.controller.js';
import { JoinController } from './pages/join.controller.js';
import { OutboxPageController } from './pages/outbox.controller.js';
import { SurveyController } from './pages/survey.controller.js';
import { UnboxingPageController } from './pages/unboxing.controller.js';
import { ConfirmController } from './pages/confirm.controller.js';
import { PreferencesController } from './pages/preferences.controller.js';
import { LinkController } from './pages/link.controller.js';
import { UnsubscribeController } from './pages/unsubscribe.controller.js';

/** REST under /api/v1 and the public pages. Needs the use cases and Config beside it; `configureApi` adds documentation and board. */
@Module({
  controllers: [
    AuditController,
    BacktestController,
    CasesController,
    ChecksController,
    ClockController,
    ConsentsController,
    CustomersController,
    EntriesController,
    EventsController,
    ExplainController,
    FunnelController,
    JoinController,
    JourneySchemaController,
    JourneysController,
    KeysController,
    LoginController,
    MailDomainsController,
    MembersController,
    MessagesController,
    OpsController,
    OrdersController,
    OutboxController,
    OutboxPageController,
    PermissionsController,
    PresetsController,
    PreviewsController,
    PrivacyController,
    PublicationsController,
    RunsController,
    ScoresController,
    SessionController,
    ShopController,
    ChannelKindsController,
    ProviderAccountsController,
    SourceKindsController,
    SourcesController,
    SnippetsController,
    SuppressionsController,
    SurveyController,
    WebhooksController,
    UnboxingController,
    UnboxingPageController,
    LinkController,
    PreferencesController,
    ConfirmController,
    UnsubscribeController,
  ],
  providers: [SessionCookie],
})
export class ApiModule {}
