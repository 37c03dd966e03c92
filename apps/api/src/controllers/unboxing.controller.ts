import { Get, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { UnboxingLinks, unboxingSurvey } from '#app/application';
import { unboxingLink, unboxingQuery } from '#app/contracts';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';

const EXAMPLE = { url: 'https://feedback.shop.example/q/MDE5OWMwZGU.kX0c', survey: 'unboxing:BOWL-1' };

@ApiController('/unboxing', 'Scores', 'scores')
export class UnboxingController {
  constructor(private readonly links: UnboxingLinks) {}

  @Get('link')
  @ApiOperation({ summary: 'The link for a QR code on a slip: a page that asks about the parcel, without a login' })
  @Answers(200, unboxingLink, 'The link.', EXAMPLE)
  @Refuses(422, 'The product cannot stand in a link.')
  link(
    @ShopId() shopId: string,
    @Query({ schema: unboxingQuery }) query: z.output<typeof unboxingQuery>,
  ): z.input<typeof unboxingLink> {
    const product = query.product ?? null;
    return { url: this.links.urlOf({ shopId, product }), survey: unboxingSurvey(product) };
  }
}
