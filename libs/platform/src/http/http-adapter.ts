import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { PermanentError } from '#app/domain';
import type { FastifyReply, FastifyRequest, onRequestHookHandler, RouteOptions } from 'fastify';
import { useBodyParsers } from './body-parser.js';
import { answerClientError } from './client-error.js';
import { problemOfStatus } from './problem.js';
import { bounded } from './bounded.js';
import { type RouteClass, routeClassOf } from './route-class.js';
import { RouteTable } from './route-table.js';
import { headersFor } from './security-headers.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    routeClass?: RouteClass;
  }
}

const REQUEST_TIMEOUT_MS = 10_000;
const SOCKET_IDLE_MS = 15_000;
const KEEP_ALIVE_MS = 5_000;
/** How often Node looks for requests that take too long. */
const CHECK_INTERVAL_MS = 2_000;
const EXPECTATION_FAILED = 417;
const MAX_PARAM_LENGTH = 200;
const BODY_LIMIT = 64 * 1024;

/** Fastify with our limits, parsers, headers and error answers; nothing of it logs or costs per request what a route doesn't need. */
export class HttpAdapter extends FastifyAdapter {
  readonly routes = new RouteTable();

  /** @param trustedProxies hops before us whose X-Forwarded-For is believed */
  constructor(trustedProxies = 0) {
    super({
      logger: false,
      trustProxy: trustedProxies === 0 ? false : (_address, hop) => hop < trustedProxies,
      // nothing here uses Nest middleware, and a hook less runs for each webhook
      skipMiddie: true,
      bodyLimit: BODY_LIMIT,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionTimeout: SOCKET_IDLE_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Node exchanges the two when headersTimeout is the longer one: the body would then have its 60 s
      http: {
        headersTimeout: REQUEST_TIMEOUT_MS,
        connectionsCheckingInterval: CHECK_INTERVAL_MS,
        // Node's own refusal would not have our form: `faultOfHead` looks after it
        requireHostHeader: false,
      },
      routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
      genReqId: () => randomUUID(),
      clientErrorHandler: answerClientError,
      frameworkErrors: answerFrameworkError,
    });
    const instance = this.getInstance();
    instance.server.on('checkExpectation', refuseExpectation);
    useBodyParsers(instance);
    instance.addHook('onRoute', (route) => this.classify(route));
    instance.addHook('onRequest', (request, reply, done) => {
      reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store');
      done(faultOfHead(request));
    });
  }

  private classify(route: RouteOptions): void {
    this.routes.add(route.url, route.method);
    const routeClass = routeClassOf(route.url);
    route.bodyLimit ??= routeClass.bodyLimit;
    route.config = { ...route.config, routeClass };
    const headers = headersFor(routeClass.dress);
    if (headers !== undefined) addHook(route, (_request, reply, done) => done(void reply.headers(headers)));
    const { patienceMs } = routeClass;
    if (patienceMs !== null) addHook(route, bePatient(patienceMs));
    if (routeClass.room !== null) {
      // after the body: who sends it slowly takes nobody's place
      route.preValidation = [...[route.preValidation ?? []].flat(), bounded(routeClass.room)];
    }
  }
}

function faultOfHead(request: FastifyRequest): PermanentError | undefined {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return new PermanentError('unsupported_media_type', 'The body is compressed. Send it without Content-Encoding.');
  }
  if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
    return new PermanentError('malformed', 'The request names no host. Send the header Host.');
  }
  return request.url.includes('%00')
    ? new PermanentError('malformed', 'The address holds a NUL. Remove %00.')
    : undefined;
}

/** Of `Expect` only `100-continue` means anything to HTTP, and Node sees to that. */
function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const { status, headers, body } = problemOfStatus(EXPECTATION_FAILED, randomUUID());
  response.writeHead(status, { ...headers, connection: 'close' }).end(body);
}

function addHook(route: RouteOptions, hook: onRequestHookHandler): void {
  route.onRequest = [...[route.onRequest ?? []].flat(), hook];
}

/** Until the answer is there; Node puts its own limits back for what comes next on the connection. */
function bePatient(patienceMs: number): onRequestHookHandler {
  return ({ raw: { socket } }, _reply, done) => {
    // a request that is made within the process has none
    if (socket instanceof Socket) socket.setTimeout(patienceMs);
    done();
  };
}

/** What the router refuses before any route or hook: bad escapes and parameters that are too long. */
function answerFrameworkError(error: { statusCode?: number }, request: { id: string }, reply: unknown): void {
  const { status, headers, body } = problemOfStatus(error.statusCode ?? 500, request.id);
  void (reply as FastifyReply).code(status).headers(headers).send(body);
}
