import { Body, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { type Caller, csrfTokenOf, ManageOwnSession, type SessionCaller } from '#app/application';
import { callerDocument, passwordChange } from '#app/contracts';
import { isAllowed, PERMISSIONS } from '#app/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { CallerParam, SessionParam } from '../access/caller.js';
import { loginRequestOf } from '../access/login-request.js';
import { SessionCookie } from '../access/session-cookie.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { Needs } from '../access/needs.js';

@ApiController('', 'Session', 'shop')
export class SessionController {
  constructor(
    private readonly own: ManageOwnSession,
    private readonly cookie: SessionCookie,
  ) {}

  @Get('session')
  @ApiOperation({ summary: 'Who calls, and what they may do' })
  @Answers(200, callerDocument, 'The key or the member.')
  read(@CallerParam() caller: Caller, @Req() request: FastifyRequest): z.input<typeof callerDocument> {
    const { kind, id, shopId: shop, role } = caller;
    const token = kind === 'member' ? this.cookie.read(request) : undefined;
    return {
      kind,
      id,
      shop,
      role,
      permissions: PERMISSIONS.filter((permission) => isAllowed(caller, permission)),
      csrfToken: token === undefined ? null : csrfTokenOf(token),
    };
  }

  @Delete('session')
  @Needs('shop:read')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out' })
  @ApiResponse({ status: 204, description: 'The session is over.' })
  @Refuses(409, 'A key has no session.')
  async end(@SessionParam() caller: SessionCaller, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.own.signOut(caller, false);
    this.cookie.clear(reply);
  }

  @Delete('sessions')
  @Needs('shop:read')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out everywhere' })
  @ApiResponse({ status: 204, description: 'All your sessions are over.' })
  @Refuses(409, 'A key has no session.')
  async endAll(@SessionParam() caller: SessionCaller, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.own.signOut(caller, true);
    this.cookie.clear(reply);
  }

  @Post('session/password')
  @Needs('shop:read')
  @HttpCode(204)
  @ApiOperation({ summary: 'Change your password', description: 'Your other sessions end.' })
  @ApiResponse({ status: 204, description: 'The new one counts.' })
  @Refuses(409, 'A key has no session.')
  @Refuses(429, 'There were too many tries.')
  async changePassword(
    @SessionParam() caller: SessionCaller,
    @Req() request: FastifyRequest,
    @Body({ schema: passwordChange }) change: z.output<typeof passwordChange>,
  ): Promise<void> {
    await this.own.changePassword(caller, change, loginRequestOf(request).client);
  }
}
