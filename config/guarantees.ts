/** What Afterglow promises, what it does not, and where the proof of each promise stands. docs/guarantees.md is made of it. */
export interface Guarantee {
  readonly code: string;
  readonly promise: string;
  /** When it does not hold, and what happens then; undefined where there is no such case. */
  readonly except?: string;
  /** Rows of the fault plan whose tests prove it; a test names its row at the head of its title: `F05: …`. */
  readonly faults: readonly string[];
  /** Other tests: a file and a title in it. */
  readonly tests: readonly (readonly [file: string, title: string])[];
}

export const GUARANTEES: readonly Guarantee[] = [
  {
    code: 'G1',
    promise:
      'A webhook or an API event that was answered 2xx is never lost: not by the death of any process, the loss of the queue or the crash of PostgreSQL.',
    except:
      'The disk itself is lost, or the database fails over to an asynchronous standby: what that standby had not received yet is gone. With a synchronous standby there is no such gap.',
    faults: ['F01', 'F02', 'F03', 'F04', 'F05', 'F06', 'F07', 'F24', 'F25', 'F31', 'F46', 'F47', 'F48'],
    tests: [['test/medium/intake-inbox.spec.ts', 'says so when the database is away']],
  },
  {
    code: 'G2',
    promise:
      'What cannot be stored is answered 503 with Retry-After, never 2xx. A connection that breaks during the commit is answered 503 as well; G4 absorbs the repetition.',
    except: 'The sender gives up before the database is back.',
    faults: ['F05', 'F24', 'F34', 'F40'],
    tests: [['libs/platform/src/http/http-app.spec.ts', "expect(away.headers['retry-after'])"]],
  },
  {
    code: 'G3',
    promise: 'A message is handed to a provider at most once.',
    except:
      'The promise is "at most", not "exactly": when a process dies between the hand-over and its record, nobody knows whether the provider took the message. It is then shown as unknown, counted, and sent again by a person alone (but see G3b).',
    faults: ['F03', 'F08', 'F09', 'F13', 'F20', 'F21', 'F22', 'F23', 'F44'],
    tests: [
      ['test/medium/delivery-doubt.spec.ts', 'leaves an unknown message that is never resent, until a person decides'],
      // F21 and F22
      ['test/medium/intake-inbox.spec.ts', 'refuses to settle what another worker has taken over'],
      ['test/medium/delivery-doubt.spec.ts', 'is corrected by a late answer of the same epoch'],
      ['test/medium/delivery-doubt.spec.ts', 'go out once each with two deliverers at work'],
    ],
  },
  {
    code: 'G3b',
    promise:
      'Where the shop says so, and for service messages alone: a message in doubt is handed over once more, unless the provider is known to have it. Somebody may then get it twice; nobody gets it three times.',
    except:
      'The second hand-over ends in doubt as well: then a person decides. A message that is of no use any more is not sent again.',
    faults: ['F23b'],
    tests: [
      ['test/medium/delivery-resend.spec.ts', 'goes out once more after the quarantine, and never a third time'],
      ['test/medium/hand-over-model.spec.ts', 'with policy %s is handed over at most %i time(s), and ends'],
    ],
  },
  {
    code: 'G4',
    promise: 'The same event has one effect, however often and in whatever order it is delivered.',
    except:
      'A sender that uses one id for two bodies: the first is kept, the second noted as a conflict. An event that comes again after its key was cleared.',
    faults: ['F02', 'F26', 'F27', 'F28'],
    tests: [['test/medium/intake.spec.ts', 'keeps the first body when its id comes with another one']],
  },
  {
    code: 'G5',
    promise:
      'The queue, on Redis or in PostgreSQL, may be wiped, restarted, filled, frozen or missing at any moment: nothing is lost, and a wait ends at most ten seconds later than it otherwise would.',
    faults: ['F10', 'F11', 'F12', 'F13', 'F14', 'F15'],
    tests: [],
  },
  {
    code: 'G6',
    promise:
      'A wait never ends early, and ends within five seconds of its time in ordinary times. After an outage the backlog is worked off oldest first; steps whose time is over are skipped with their reason, not sent late.',
    except: 'What the provider takes a second is the ceiling.',
    faults: ['F16', 'F17', 'F18', 'F19', 'F29', 'F43'],
    tests: [['test/medium/pg-clock.spec.ts', 'names as next due a millisecond at which the thing is due']],
  },
  {
    code: 'G7',
    promise:
      'A deployment, or a new version of a journey, changes nothing for people who are inside: they end on the version they entered.',
    except: 'The shop moves or ends the runs itself.',
    faults: ['F32', 'F33', 'F42'],
    tests: [
      ['test/golden/journals.spec.ts', '%s is decided as it was recorded'],
      ['test/medium/journeys-publish-random.spec.ts', 'loses nobody, and undo brings back whoever has not gone on'],
    ],
  },
  {
    code: 'G8',
    promise:
      'A clock that jumps, forward or back, on any machine, causes no early message, no second one and no lost wait.',
    except:
      'Where the clock of the database itself moves by more than a minute, workers stand still and say so until it is right again. A process that starts believes the clock it finds.',
    faults: ['F16', 'F17', 'F18'],
    tests: [
      ['libs/application/src/clock/clock-guard.spec.ts', 'believes none that was moved by %s ms, until it is back'],
      ['test/faults/clock-jumps.fault.ts', 'would send early if nobody looked'],
      ['test/medium/pg-clock.spec.ts', 'measures durations that grow'],
    ],
  },
  {
    code: 'G9',
    promise:
      'PostgreSQL may crash or fail over: webhooks are answered 503 meanwhile, no stored event is lost and no message goes out twice.',
    except: 'An asynchronous standby is promoted: see G1.',
    faults: ['F05', 'F06', 'F08', 'F25', 'F41'],
    tests: [],
  },
  {
    code: 'G10',
    promise:
      'An unsubscription, a STOP or an erasure that was accepted stops every message that is not being handed over at that very moment.',
    except: 'What a provider holds already.',
    faults: ['F30'],
    tests: [['test/medium/delivery.spec.ts', 'stops everything but service once the person has unsubscribed']],
  },
  {
    code: 'G11',
    promise:
      'A score is what its answers say, at all times: a late answer, a repeated one and a scanner that opens links change it as they should or not at all.',
    faults: ['F35'],
    tests: [['test/medium/delivery-doubt.spec.ts', 'open and take one answer per submission']],
  },
  {
    code: 'G12',
    promise: 'The backlog, the poison or the slow receiver of one shop holds up no other.',
    except: 'Shops that share an account at a provider share its limits.',
    faults: ['F36', 'F37', 'F38', 'F45'],
    tests: [
      [
        'test/medium/delivery-poison.spec.ts',
        'becomes a dead letter when composing it breaks, while its neighbours go',
      ],
      ['test/medium/claims.spec.ts', 'goes to the dead letters alone, after five deaths'],
      ['test/medium/claims.spec.ts', 'leaves every other shop its share of each claim of messages'],
      ['test/medium/claims.spec.ts', 'has its bodies taken in turn with those of the others'],
      ['test/medium/delivery-provider.spec.ts', 'is left alone after twenty tries, by every worker'],
    ],
  },
  {
    code: 'G13',
    promise: "No shop can read, change or guess at another's data.",
    faults: [],
    tests: [
      ['test/medium/authorisation.spec.ts', 'lists hold rows of the own shop alone'],
      ['test/medium/authorisation.spec.ts', 'their owner sees them, so the test would see a leak'],
    ],
  },
  {
    code: 'G14',
    promise:
      'Beyond its capacity the system refuses at once what it cannot take and goes on working at nearly its full rate.',
    faults: ['F39'],
    tests: [
      ['libs/platform/src/http/bounded.spec.ts', 'refuses who waited too long, and nobody else'],
      ['libs/platform/src/operations/operations.module.spec.ts', "(await get('/readyz')).statusCode).toBe(503)"],
    ],
  },
];
