import { type DynamicModule, type InjectionToken, Logger, Module, type Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  ActStore,
  AnswerStore,
  ApiKeys,
  AuditTrail,
  BacktestHistory,
  BouncedAddresses,
  CalendarStore,
  CallStore,
  CaseFiles,
  ClockPort,
  ComparedClocks,
  DeadLetters,
  ContactStore,
  HeldMessages,
  DeliveryStore,
  ErasureRegister,
  ErasureStore,
  ExplainReader,
  FactsReader,
  FactsStore,
  HousekeepingPort,
  IdempotencyKeys,
  IdPort,
  InboxPort,
  JourneyReader,
  JourneyStore,
  LinkHits,
  LinkStore,
  DoubtStore,
  LoginThrottle,
  MailDomains,
  Members,
  MessageDesk,
  MessageNewsStore,
  MessageReader,
  OutboxReader,
  PeopleDirectory,
  PrivacyRequests,
  ProviderHealthStore,
  RunQueries,
  OverdueStore,
  PublicationStore,
  type RetentionMonths,
  RetentionPort,
  RunStore,
  ScoreCountsReader,
  SecretPort,
  Sessions,
  ShopOperations,
  Shops,
  SuppressionList,
  SourceDirectory,
  Sources,
  ProviderAccounts,
  AccountDirectory,
  TimelineReader,
  TimerStore,
  UnitOfWork,
  VirtualClockPort,
  Visits,
} from '#app/application';
import {
  createDataSource,
  PgActStore,
  PgAnswerStore,
  PgApiKeys,
  PgAuditTrail,
  PgBacktestHistory,
  PgBouncedAddresses,
  PgCalendarStore,
  PgCallStore,
  PgCaseFiles,
  PgClock,
  PgComparedClocks,
  PgDeadLetters,
  PgContactStore,
  PgHeldMessages,
  PgDeliveryStore,
  PgErasureRegister,
  PgErasureStore,
  PgExplainReader,
  PgFactsReader,
  PgFactsStore,
  PgHousekeeping,
  PgIdempotencyKeys,
  PgInbox,
  PgJourneyReader,
  PgJourneyStore,
  PgLinkHits,
  PgLinkStore,
  PgDoubtStore,
  PgLoginThrottle,
  PgMailDomains,
  PgMembers,
  PgMessageDesk,
  PgMessageNewsStore,
  PgMessageReader,
  PgOutboxReader,
  PgPeopleDirectory,
  PgPrivacyRequests,
  PgProviderHealth,
  PgRunQueries,
  PgOverdueStore,
  PgPublicationStore,
  PgRetention,
  PgRunStore,
  PgScoreCounts,
  PgSessions,
  PgShopOperations,
  PgShops,
  PgSuppressionList,
  PgSourceDirectory,
  PgSources,
  PgProviderAccounts,
  PgAccountDirectory,
  PgTimelineReader,
  PgTimerStore,
  PgUnitOfWork,
  PgVirtualClock,
  PgVisits,
} from '#app/persistence';
import { DataSource } from 'typeorm';

export interface PersistenceOptions {
  /** Of the runtime role. */
  readonly appUrl: string;
  /** Shown by the server beside each connection. */
  readonly processName: string;
  readonly dedupeWindowDays: number;
  readonly keep: RetentionMonths;
}

/** Ports whose implementation takes other providers by type. */
const repositories: readonly Provider[] = [
  { provide: ActStore, useClass: PgActStore },
  { provide: AnswerStore, useClass: PgAnswerStore },
  { provide: ApiKeys, useClass: PgApiKeys },
  { provide: AuditTrail, useClass: PgAuditTrail },
  { provide: BacktestHistory, useClass: PgBacktestHistory },
  { provide: BouncedAddresses, useClass: PgBouncedAddresses },
  { provide: CalendarStore, useClass: PgCalendarStore },
  { provide: CallStore, useClass: PgCallStore },
  { provide: CaseFiles, useClass: PgCaseFiles },
  { provide: ClockPort, useClass: PgClock },
  { provide: ComparedClocks, useClass: PgComparedClocks },
  { provide: DeadLetters, useClass: PgDeadLetters },
  { provide: ContactStore, useClass: PgContactStore },
  { provide: HeldMessages, useClass: PgHeldMessages },
  { provide: DeliveryStore, useClass: PgDeliveryStore },
  { provide: ErasureRegister, useClass: PgErasureRegister },
  { provide: ErasureStore, useClass: PgErasureStore },
  { provide: ExplainReader, useClass: PgExplainReader },
  { provide: FactsReader, useClass: PgFactsReader },
  { provide: FactsStore, useClass: PgFactsStore },
  { provide: JourneyReader, useClass: PgJourneyReader },
  { provide: JourneyStore, useClass: PgJourneyStore },
  { provide: LinkHits, useClass: PgLinkHits },
  { provide: LinkStore, useClass: PgLinkStore },
  { provide: DoubtStore, useClass: PgDoubtStore },
  { provide: LoginThrottle, useClass: PgLoginThrottle },
  { provide: MailDomains, useClass: PgMailDomains },
  { provide: Members, useClass: PgMembers },
  { provide: IdempotencyKeys, useClass: PgIdempotencyKeys },
  { provide: Sessions, useClass: PgSessions },
  { provide: MessageDesk, useClass: PgMessageDesk },
  { provide: MessageNewsStore, useClass: PgMessageNewsStore },
  { provide: MessageReader, useClass: PgMessageReader },
  { provide: OutboxReader, useClass: PgOutboxReader },
  { provide: PeopleDirectory, useClass: PgPeopleDirectory },
  { provide: PrivacyRequests, useClass: PgPrivacyRequests },
  {
    provide: ProviderHealthStore,
    useFactory: (dataSource: DataSource) => new PgProviderHealth(dataSource),
    inject: [DataSource],
  },
  { provide: RunQueries, useClass: PgRunQueries },
  { provide: OverdueStore, useClass: PgOverdueStore },
  { provide: PublicationStore, useClass: PgPublicationStore },
  { provide: RunStore, useClass: PgRunStore },
  { provide: ScoreCountsReader, useClass: PgScoreCounts },
  { provide: ShopOperations, useClass: PgShopOperations },
  { provide: Shops, useClass: PgShops },
  { provide: SuppressionList, useClass: PgSuppressionList },
  { provide: Sources, useClass: PgSources },
  { provide: ProviderAccounts, useClass: PgProviderAccounts },
  { provide: AccountDirectory, useClass: PgAccountDirectory },
  { provide: TimelineReader, useClass: PgTimelineReader },
  { provide: TimerStore, useClass: PgTimerStore },
  { provide: UnitOfWork, useClass: PgUnitOfWork },
  { provide: VirtualClockPort, useClass: PgVirtualClock },
  { provide: Visits, useClass: PgVisits },
  {
    provide: InboxPort,
    useFactory: (dataSource: DataSource, ids: IdPort) => new PgInbox(dataSource, ids),
    inject: [DataSource, IdPort],
  },
  {
    provide: SourceDirectory,
    useFactory: (dataSource: DataSource, secrets: SecretPort, clock: ClockPort) =>
      new PgSourceDirectory(dataSource, secrets, clock),
    inject: [DataSource, SecretPort, ClockPort],
  },
];

/** One connection pool and every repository over it. */
@Module({})
export class PersistenceModule {
  static forRoot({ appUrl, processName, dedupeWindowDays, keep }: PersistenceOptions): DynamicModule {
    const providers: Provider[] = [
      ...repositories,
      {
        provide: HousekeepingPort,
        useFactory: (dataSource: DataSource) => new PgHousekeeping(dataSource, dedupeWindowDays),
        inject: [DataSource],
      },
      {
        provide: RetentionPort,
        useFactory: (dataSource: DataSource) => new PgRetention(dataSource, keep),
        inject: [DataSource],
      },
    ];
    const dataSource = createDataSource(appUrl, { applicationName: `afterglow ${processName}`, onHeld: tellHeld });
    return {
      module: PersistenceModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => dataSource.options,
          dataSourceFactory: async () => dataSource.initialize(),
        }),
      ],
      providers,
      exports: providers.map(tokenOf),
    };
  }
}

function tokenOf(provider: Provider): InjectionToken {
  return typeof provider === 'function' ? provider : provider.provide;
}

function tellHeld(): void {
  new Logger('Database').warn(
    'PostgreSQL is another server now and may lack what was done last: journeys stand still until "afterglow resume --all" (docs/scaling.md)',
  );
}
