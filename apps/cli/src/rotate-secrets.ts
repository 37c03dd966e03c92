import { renewRolePasswords, sealAgain } from '#app/persistence';
import { withOwner } from '#app/runtime';

/** What stands in the database moves to the present SECRET_KEY; says when the one before it is of no use any more. */
export async function rotateSecrets({ databasePasswords }: { readonly databasePasswords: boolean }): Promise<void> {
  await withOwner(async (owner) => {
    const { moved, left, lost } = await sealAgain(owner);
    console.log(`${moved} stored secrets were sealed by another key and are sealed by the present SECRET_KEY now.`);
    if (lost.length > 0) {
      console.log(
        `None of the keys opens ${lost.length}: ${lost.join(', ')}. Name the key they were sealed with in SECRET_KEY_FALLBACKS, or make these secrets anew.`,
      );
    }
    if (left > 0) console.log(`${left} changed meanwhile and are still sealed by an older key: run this again.`);
    if (lost.length > 0 || left > 0) {
      process.exitCode = 1;
      return;
    }
    if (databasePasswords) {
      await renewRolePasswords(owner);
      console.log('The runtime roles of the database have new passwords: start every process again now.');
    }
    console.log(
      'Nothing needs an older key: when all processes have the present SECRET_KEY, remove SECRET_KEY_FALLBACKS from them. ' +
        'Links in messages, suppressions and the names of erased people hold on: they are made with a key that stays.',
    );
  });
}
