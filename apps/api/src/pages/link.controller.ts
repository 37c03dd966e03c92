import { Controller, Get, Param, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { FollowLink } from '#app/application';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isbot } from 'isbot';
import { PageErrorFilter } from './page-errors.js';
import { PageRatesGuard } from './page-rates.guard.js';

/** Links of messages: they lead on to where the message was sent to lead, and nowhere else. */
@Controller('l')
@ApiExcludeController()
@UseFilters(PageErrorFilter)
@UseGuards(PageRatesGuard)
export class LinkController {
  constructor(private readonly links: FollowLink) {}

  @Get(':token')
  async follow(
    @Param('token') code: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const agent = request.headers['user-agent'] ?? '';
    const destination = await this.links.run(code, {
      agent,
      isRobot: agent === '' || isbot(agent),
      isLook: request.method === 'HEAD',
    });
    void reply
      .code(302)
      .header('location', destination)
      .header('referrer-policy', 'no-referrer')
      .header('x-robots-tag', 'noindex')
      .send();
  }
}
