import { Get } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ManageProviderAccounts } from '#app/application';
import { channelKindList } from '#app/contracts';
import type { z } from 'zod';
import { Answers, ApiController } from '../http/api-controller.js';

type ChannelKinds = z.input<typeof channelKindList>;

@ApiController('/channel-kinds', 'Provider accounts', 'accounts')
export class ChannelKindsController {
  constructor(private readonly accounts: ManageProviderAccounts) {}

  @Get()
  @ApiOperation({ summary: 'The kinds of mail server and SMS provider, and what their accounts need' })
  @Answers(200, channelKindList, 'All of them.')
  list(): ChannelKinds {
    const items = this.accounts.kinds().map((kind) => ({ ...kind, media: [...kind.media] }));
    return { items: items as ChannelKinds['items'], next: null };
  }
}
