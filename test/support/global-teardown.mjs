/** The folder of the server is removed once the process has ended (global-setup.mjs). */
export default async function teardown() {
  // nothing of the data is wanted any more
  await globalThis.afterglowTestServer?.stop('immediate');
}
