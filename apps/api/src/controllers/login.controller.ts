import {
  Body,
  Controller,
  Get,
  HttpCode,
  Post,
  Query,
  Redirect,
  Req,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  AcceptInvitation,
  csrfTokenOf,
  type OpenedSession,
  SecretPort,
  SignIn,
  SignInElsewhere,
} from '#app/application';
import { invitationAnswer, openedSession, providerQuery, signIn } from '#app/contracts';
import { PermanentError } from '#app/domain';
import { Config } from '#app/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { loginRequestOf } from '../access/login-request.js';
import { SessionCookie } from '../access/session-cookie.js';
import { Answers, Refuses } from '../http/api-controller.js';
import { PageRatesGuard } from '../pages/page-rates.guard.js';
import { StrictInputInterceptor } from '../http/strict-input.interceptor.js';

type Opened = z.input<typeof openedSession>;

const PROVIDER_SECONDS = 600;
const SEAL = 'sign-in at the identity provider';
/** What the browser keeps for us, sealed, while somebody is at the provider. */
const journey = z.object({
  secrets: z.object({ state: z.string(), nonce: z.string(), verifier: z.string() }),
  to: z.string(),
  shop: z.string().nullable(),
});

/** The ways in: open to everybody. */
@Controller('api/v1')
@ApiTags('Session')
@UseGuards(PageRatesGuard)
@UseInterceptors(StrictInputInterceptor)
export class LoginController {
  constructor(
    private readonly passwords: SignIn,
    private readonly invitations: AcceptInvitation,
    private readonly provider: SignInElsewhere,
    private readonly cookie: SessionCookie,
    private readonly secrets: SecretPort,
    private readonly config: Config,
  ) {}

  @Post('session')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Sign in',
    description: 'Sets a cookie that scripts cannot read. After 10 wrong tries an account waits for 15 minutes.',
  })
  @Answers(200, openedSession, 'You are signed in.')
  @Refuses(401, 'The address and the password do not belong together.')
  @Refuses(403, 'The call came from a page of another origin.')
  @Refuses(429, 'There were too many tries.')
  async signIn(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: signIn }) { shop, ...credentials }: z.output<typeof signIn>,
  ): Promise<Opened> {
    this.refuse(request);
    return this.open(reply, await this.passwords.run({ ...credentials, shop: shop ?? null }, loginRequestOf(request)));
  }

  @Post('invitation')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Accept an invitation',
    description: 'Sets the password and signs in. The other sessions of the member end.',
  })
  @Answers(200, openedSession, 'You are signed in.')
  @Refuses(403, 'The call came from a page of another origin.')
  @Refuses(410, 'The invitation was used, or has ended.')
  async accept(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: invitationAnswer }) { token, password }: z.output<typeof invitationAnswer>,
  ): Promise<Opened> {
    this.refuse(request);
    return this.open(reply, await this.invitations.run(token, password, loginRequestOf(request)));
  }

  @Get('session/oidc')
  @Redirect()
  @ApiOperation({ summary: 'Sign in at the identity provider of the installation, in a browser' })
  @ApiResponse({ status: 302, description: 'To the provider.' })
  @Refuses(404, 'There is no provider.')
  async begin(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query({ schema: providerQuery }) { to, shop }: z.output<typeof providerQuery>,
  ): Promise<{ url: string; statusCode: number }> {
    this.cookie.refuseInsecure();
    const { url, secrets } = await this.provider.begin();
    const sealed = this.secrets.seal(JSON.stringify({ secrets, to, shop: shop ?? null }), SEAL);
    this.cookie.set(reply, 'provider', sealed, PROVIDER_SECONDS);
    return { url, statusCode: 302 };
  }

  /** The provider adds parameters as it likes, so they are no input of ours to be strict about. */
  @Get('session/oidc/callback')
  @Redirect()
  @ApiExcludeEndpoint()
  async finish(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() _query: unknown,
  ): Promise<{ url: string; statusCode: number }> {
    const { secrets, to, shop } = this.journeyOf(request);
    this.cookie.clear(reply, 'provider');
    const query = request.url.split('?', 2)[1] ?? '';
    const session = await this.provider.finish(query, { secrets, shop }, loginRequestOf(request));
    this.open(reply, session);
    return { url: `${this.config.publicUrl}${to}`, statusCode: 303 };
  }

  private refuse(request: FastifyRequest): void {
    this.cookie.refuseInsecure();
    this.cookie.refuseForeign(request);
  }

  private open(reply: FastifyReply, { token, maxSeconds, shopId, memberId }: OpenedSession): Opened {
    this.cookie.set(reply, 'session', token, maxSeconds);
    return { shop: shopId, member: memberId, csrfToken: csrfTokenOf(token) };
  }

  private journeyOf(request: FastifyRequest): z.output<typeof journey> {
    try {
      return journey.parse(JSON.parse(this.secrets.open(this.cookie.read(request, 'provider') ?? '', SEAL)));
    } catch (cause) {
      throw new PermanentError(
        'login.refused',
        'You come from the identity provider, but did not leave from here, or too long ago. Sign in again.',
        { cause },
      );
    }
  }
}
