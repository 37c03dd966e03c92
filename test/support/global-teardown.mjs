import { rmSync } from 'node:fs';

export default async function teardown() {
  const { server, folder } = globalThis.afterglowTestServer ?? {};
  if (!server) return;
  // nothing of the data is wanted any more
  await server.stop('immediate');
  rmSync(folder, { recursive: true, force: true });
}
