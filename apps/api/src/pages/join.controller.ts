import { Body, Controller, Get, Header, HttpCode, Param, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { AcceptInvitation } from '#app/application';
import { invitationForm } from '#app/contracts';
import { Config } from '#app/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { loginRequestOf } from '../access/login-request.js';
import { SessionCookie } from '../access/session-cookie.js';
import type { Fields } from './fields.js';
import { joinedPage, joinPage } from './join-page.js';
import { PageErrorFilter } from './page-errors.js';
import { PageRatesGuard } from './page-rates.guard.js';

/** Links of invitations: a password, and the browser is signed in. */
@Controller('join')
@ApiExcludeController()
@UseFilters(PageErrorFilter)
@UseGuards(PageRatesGuard)
export class JoinController {
  constructor(
    private readonly invitations: AcceptInvitation,
    private readonly cookie: SessionCookie,
    private readonly config: Config,
  ) {}

  @Get(':token')
  @Header('content-type', 'text/html; charset=utf-8')
  ask(): string {
    return joinPage(null);
  }

  @Post(':token')
  @HttpCode(200)
  @Header('content-type', 'text/html; charset=utf-8')
  async join(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('token') token: string,
    @Body() fields: Fields,
  ): Promise<string> {
    this.cookie.refuseInsecure();
    this.cookie.refuseForeign(request);
    const form = invitationForm.safeParse(fields ?? {});
    if (!form.success) {
      reply.code(422);
      return joinPage('This password is too short or too simple. Please choose another one.');
    }
    const session = await this.invitations.run(token, form.data.password, loginRequestOf(request));
    this.cookie.set(reply, 'session', session.token, session.maxSeconds);
    return joinedPage(this.config.publicUrl);
  }
}
