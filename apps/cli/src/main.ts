import 'reflect-metadata';
import { Command, Option } from 'commander';
import { ROLES } from '#app/domain';
import { endWithSentence, upgradeOwnDatabase } from '#app/runtime';
import { backUp, type BackupFlags, makeBackupKey, restore, type RestoreFlags } from './backup.js';
import { backtest, type BacktestOptions } from './backtest.js';
import { check, type CheckOptions } from './check.js';
import { apply, plan, pull } from './code.js';
import { createKey, type KeyOptions } from './create-key.js';
import { eraseCustomer, exportCustomer } from './customers.js';
import { listErasures, repeatErasures } from './erasures.js';
import { addMailDomain, checkMailDomain, listMailDomains } from './mail-domains.js';
import { changeRole, disableMember, inviteAgain, inviteMember, listMembers } from './members.js';
import { pause, type PauseOptions, resume, type ResumeFlags } from './pause.js';
import { installPreset, listPresets } from './presets.js';
import { rotateSecrets } from './rotate-secrets.js';
import { testScenarios } from './scenarios.js';
import { withInstallation } from './with-installation.js';

const program = new Command('afterglow').description(
  'Acts on the installation that DATABASE_URL names, or on the one in DATA_DIR while it is not running.',
);

program
  .command('migrate')
  .description('bring the database and the queue up to date (every process does so at its start)')
  .action(() => withInstallation(async () => console.log('The database is up to date.')));

program
  .command('keys')
  .description('API keys')
  .command('create')
  .description('make a key of the first shop and print it')
  .option('--name <name>', 'what the key is for', 'Made by command')
  .option('--role <role>', `what it is allowed: ${ROLES.join(', ')}`, 'owner')
  .option('--scope <permission...>', 'narrows it to these permissions, such as scores:read')
  .option('--expires <time>', 'when it ends by itself, such as 2027-01-31T00:00:00Z')
  .action((options: KeyOptions) => withInstallation((context) => createKey(context, options)));

const members = program.command('members').alias('people').description('the team of the first shop');
members
  .command('invite <email>')
  .description('print a link by which somebody sets a password and gets in; it works once, for 7 days')
  .option('--name <name>', 'how the others see them (default: the address)')
  .option('--role <role>', `what they are allowed: ${ROLES.join(', ')}`, 'viewer')
  .action((email: string, options: { name?: string; role: string }) =>
    withInstallation((context) => inviteMember(context, email, options)),
  );
members
  .command('reinvite <email>')
  .description('print a new link for who lost the first one, or the password')
  .action((email: string) => withInstallation((context) => inviteAgain(context, email)));
members
  .command('list')
  .description('who is in the team')
  .action(() => withInstallation(listMembers));
members
  .command('role <email> <role>')
  .description('change what somebody is allowed; it counts within a second')
  .action((email: string, role: string) => withInstallation((context) => changeRole(context, email, role)));
members
  .command('disable <email>')
  .description('sign somebody out everywhere, and let them in no more')
  .option('--undo', 'let them in again', false)
  .action((email: string, { undo }: { undo: boolean }) =>
    withInstallation((context) => disableMember(context, email, !undo)),
  );

const mailDomains = program.command('mail-domains').description('domains that the first shop sends e-mail from');
mailDomains
  .command('add <domain>')
  .description('make a key by which its mails are signed (DKIM), and print the DNS record')
  .action((domain: string) => withInstallation((context) => addMailDomain(context, domain)));
mailDomains
  .command('list')
  .description('domains, selectors and whether the record was found')
  .action(() => withInstallation(listMailDomains));
mailDomains
  .command('check <domain>')
  .description('look whether the record is in the DNS; mails are signed as long as it is')
  .action((domain: string) => withInstallation((context) => checkMailDomain(context, domain)));

const presets = program.command('presets').description('journeys that ship with Afterglow');
presets
  .command('list')
  .description('keys, classes, titles and settings')
  .action(() => withInstallation(listPresets));
presets
  .command('install <key>')
  .description("make a preset the first shop's own journey")
  .option('--publish', 'let people enter it at once', false)
  .option('--set <name=value...>', 'settings other than the preset has, values as JSON', [])
  .action((key: string, options: { publish: boolean; set: string[] }) =>
    withInstallation((context) => installPreset(context, { key, ...options })),
  );

const customers = program.command('customers').description('people, by their id or an e-mail address');
customers
  .command('export <who>')
  .description('everything that is stored of a person, as JSON')
  .option('--out <file>', 'write it there')
  .action((who: string, options: { out?: string }) =>
    withInstallation((context) => exportCustomer(context, who, options)),
  );
customers
  .command('erase <who>')
  .description('erase a person for good; what counts stays without a name')
  .requiredOption(
    '--reason <reason>',
    'asked, consent-withdrawn, objected, no-longer-needed, unlawful, legal-duty or test',
  )
  .action((who: string, options: { reason: string }) =>
    withInstallation((context) => eraseCustomer(context, who, options)),
  );

program
  .command('pause [journey]')
  .description('a journey of the first shop: what is due waits, and nobody enters; or, with --all, all shops')
  .option('--all', 'every shop of the installation', false)
  .addOption(
    new Option('--scope <what>', 'with --all: everything, or all but what comes in').choices(['all', 'journeys']),
  )
  .action((key: string | undefined, options: PauseOptions) =>
    withInstallation((context) => pause(context, key, options)),
  );

program
  .command('resume [journey]')
  .description('end a pause')
  .option('--all', 'of every shop of the installation', false)
  .addOption(
    new Option(
      '--overdue <what>',
      'runs whose wait ended in the pause: go on, wait longer, or end (default: run)',
    ).choices(['run', 'shift', 'exit']),
  )
  .addOption(
    new Option(
      '--messages <what>',
      'messages that fell due: those still useful go out, or none (default: send)',
    ).choices(['send', 'skip']),
  )
  .option('--preview', 'show what fell due and change nothing', false)
  .action((key: string | undefined, options: ResumeFlags) =>
    withInstallation((context) => resume(context, key, options)),
  );

const erasures = program.command('erasures').description('the register of erasures, for backups');
erasures
  .command('list')
  .description('print it as JSON: ids and hashes, no names; keep it beside your backups')
  .action(() => withInstallation(listErasures));
erasures
  .command('repeat <file>')
  .description('erase again, in a database restored from a backup, who was erased since')
  .action((file: string) => withInstallation((context) => repeatErasures(context, file)));

program
  .command('backup-key <file>')
  .description('make a key that opens backups; prints the public half, which seals them')
  .action((file: string) => makeBackupKey(file));
program
  .command('backup <path>')
  .description(
    'write everything as it stands now into a file, or into a new file of a folder, while the system goes on',
  )
  .option('--to <public key...>', 'seal it: one or more public keys of age (age1…)')
  .option('--unsealed', 'write it as it is, for a disk that is sealed itself', false)
  .action((place: string, options: BackupFlags) => backUp(place, options));
program
  .command('restore <file>')
  .description('load a backup into an empty database; nothing starts on it before that is done')
  .option('--key <file>', 'the key that opens it')
  .option('--erasures <file>', 'the register of erasures, kept since the backup: they are carried out again')
  .option('--no-erasures', 'nobody was erased since the backup')
  .addOption(
    new Option('--journeys <what>', 'stand still until "afterglow resume --all", or go on where nothing was sent since')
      .choices(['hold', 'go-on'])
      .default('hold'),
  )
  .action((file: string, options: RestoreFlags) => restore(file, options));

program
  .command('rotate-secrets')
  .description('seal what is stored by the present SECRET_KEY; older ones stand in SECRET_KEY_FALLBACKS')
  .option('--database-passwords', 'also give the runtime roles new passwords; start every process again right after')
  .action(({ databasePasswords = false }: { databasePasswords?: boolean }) => rotateSecrets({ databasePasswords }));

program
  .command('upgrade')
  .description('take the database in DATA_DIR, made by an older PostgreSQL, over into the one that Afterglow brings')
  .requiredOption('--programs <folder>', 'where postgres and pg_ctl of the older version are')
  .action(async ({ programs }: { programs: string }) => console.log(await upgradeOwnDatabase(programs)));

program
  .command('backtest <key>')
  .description('what a journey would have sent over recorded history; nothing is stored and no message leaves')
  .requiredOption('--from <time>', 'events received from then on are heard, such as 2026-01-01')
  .requiredOption('--to <time>', 'the end of the range, itself left out')
  .option('--version <number>', 'the latest when left out, published or not')
  .option('--against <number>', 'a version to compare with; what was really sent when left out')
  .option(
    '--sms-price <amount>',
    'of one part of an SMS in the currency of the shop, e.g. 0.075; prints what they cost',
  )
  .option('--json <file>', 'write the whole report there')
  .action((key: string, options: Omit<BacktestOptions, 'key'>) =>
    withInstallation((context) => backtest(context, { key, ...options })),
  );

program
  .command('check <paths...>')
  .description('play made-up people through journeys as files, all together; needs no database, ends with 1 on faults')
  .option('--strict', 'warnings count as faults', false)
  .option('--story', 'print the events of each story', false)
  .action((paths: string[], options: CheckOptions) => check(paths, options));

program
  .command('pull <folder>')
  .description('write the journeys of the first shop into a folder, one YAML file each')
  .option('--force', 'also replace files that were edited since they were pulled', false)
  .action((folder: string, options: { force: boolean }) =>
    withInstallation((context) => pull(context, folder, options)),
  );

const PUBLISH = ['--publish', 'let people enter what is new or changed at once', false] as const;
const ARCHIVE = [
  '--archive-missing',
  'archive journeys that were pulled once and have no file any more',
  false,
] as const;

program
  .command('plan <folder>')
  .description('what applying a folder would change; exit code 0: nothing, 1: faults, 2: changes')
  .option(...PUBLISH)
  .option(...ARCHIVE)
  .action((folder: string, options: { publish: boolean; archiveMissing: boolean }) =>
    withInstallation(async (context) => {
      process.exitCode = await plan(context, folder, options);
    }),
  );

program
  .command('apply <folder>')
  .description("make the journeys of a folder the first shop's, all or none")
  .option(...PUBLISH)
  .option(...ARCHIVE)
  .option('--force', 'overwrite what was changed in the shop since it was pulled', false)
  .option('--yes', "don't ask", false)
  .action((folder: string, options: { publish: boolean; archiveMissing: boolean; force: boolean; yes: boolean }) =>
    withInstallation(async (context) => {
      process.exitCode = await apply(context, folder, options);
    }),
  );

program
  .command('test <paths...>')
  .description('play scenario files (*.scenario.yaml) through the journeys beside them; needs no database')
  .action((paths: string[]) => {
    process.exitCode = testScenarios(paths);
  });

try {
  await program.parseAsync();
} catch (error) {
  await endWithSentence(error);
}
