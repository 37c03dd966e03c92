import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { Metrics } from '#app/application';
import { AfterglowError, PermanentError } from '#app/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { type ProblemAnswer, problemOf, problemOfStatus } from './problem.js';
import type { RouteTable } from './route-table.js';

const NOT_FOUND = 404;
const SERVER_FAULT = 500;

/** The one place where an error becomes an HTTP answer. What nobody foresaw is 500, logged, and told to nobody. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly routes: RouteTable,
    private readonly logger: Logger,
    private readonly metrics: Metrics | undefined,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const allowed = isNotFound(exception) ? this.routes.methodsOf(request.url) : [];
    const answer = allowed.length > 0 ? methodProblem(request.id) : answerTo(exception, request.id);
    this.record(answer, exception, request);
    if (reply.sent) return;
    if (allowed.length > 0) reply.header('allow', allowed.join(', '));
    void reply.code(answer.status).headers(answer.headers).send(answer.body);
  }

  private record({ code, status }: ProblemAnswer, exception: unknown, request: FastifyRequest): void {
    this.metrics?.count('afterglow_errors_total', { code });
    const facts = { requestId: request.id, method: request.method, route: request.routeOptions.url, status, code };
    if (status === SERVER_FAULT) this.logger.error({ ...facts, err: exception }, 'request failed');
    else if (status > SERVER_FAULT) this.logger.warn({ ...facts, err: causeOf(exception) }, 'request refused');
    else this.logger.debug(facts, 'request refused');
  }
}

function answerTo(exception: unknown, requestId: string): ProblemAnswer {
  if (exception instanceof AfterglowError) return problemOf(exception, requestId);
  return problemOfStatus(statusOf(exception), requestId);
}

/** Nest's and Fastify's own errors carry a status; any other error is a fault of ours. */
function statusOf(exception: unknown): number {
  if (exception instanceof HttpException) return exception.getStatus();
  const isOfFramework = exception instanceof Error && 'code' in exception && String(exception.code).startsWith('FST_');
  return isOfFramework && 'statusCode' in exception && typeof exception.statusCode === 'number'
    ? exception.statusCode
    : SERVER_FAULT;
}

function isNotFound(exception: unknown): boolean {
  return exception instanceof HttpException && exception.getStatus() === NOT_FOUND;
}

function methodProblem(requestId: string): ProblemAnswer {
  return problemOf(
    new PermanentError(
      'method_not_allowed',
      'This address exists, but not with this method. Use one that the Allow header names.',
    ),
    requestId,
  );
}

function causeOf(exception: unknown): unknown {
  return exception instanceof Error && exception.cause !== undefined ? exception.cause : exception;
}
