import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { mountBoard } from './board/mount-board.js';
import { createApiDocument } from './docs/api-document.js';

/** What the API shows in a browser: its documentation and the queue board. Call it before the application listens. */
export async function configureApi(app: NestFastifyApplication): Promise<void> {
  SwaggerModule.setup('docs', app, () => createApiDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Afterglow API',
  });
  await mountBoard(app);
}
