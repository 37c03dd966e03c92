/** The folder of the server is removed when the process exits (global-setup.mjs). */
export default async function teardown() {
  // nothing of the data is wanted any more
  await globalThis.afterglowTestServer?.stop('immediate');
}
