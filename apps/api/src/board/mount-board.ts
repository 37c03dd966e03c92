import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter as BoardAdapter } from '@bull-board/fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AuthenticateKey, AuthenticateSession } from '#app/application';
import { BullHints } from '#app/queue';
import type { FastifyInstance } from 'fastify';
import { boardLogin } from '../access/browser-login.js';
import { SessionCookie } from '../access/session-cookie.js';

const PATH = '/queues';
/** The board's page asks for web fonts, which the content policy refuses; without them it takes those of the system. */
const WEB_FONTS = /<link\b[^>]*\bfonts\.googleapis\.com[^>]*>/g;

/** BullMQ's own board, behind an API key or a session. It only shows: the rows are the truth, and /api/v1/ops acts on them. */
export async function mountBoard(app: NestFastifyApplication): Promise<void> {
  const board = new BoardAdapter();
  board.setBasePath(PATH);
  createBullBoard({
    queues: app
      .get(BullHints, { strict: false })
      .queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter: board,
    options: { uiConfig: { boardTitle: 'Afterglow queues' } },
  });
  const login = boardLogin({
    keys: app.get(AuthenticateKey, { strict: false }),
    sessions: app.get(AuthenticateSession, { strict: false }),
    cookie: app.get(SessionCookie, { strict: false }),
  });
  const guarded = async (instance: FastifyInstance): Promise<void> => {
    instance.addHook('onRequest', login);
    instance.addHook('onSend', async (_request, _reply, payload) =>
      typeof payload === 'string' ? payload.replaceAll(WEB_FONTS, '') : payload,
    );
    await instance.register(board.registerPlugin() as never);
  };
  await app.register(guarded as never, { prefix: PATH } as never);
}
