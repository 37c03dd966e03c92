import { Body, Get, Patch } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ManageShop, type ShopView } from '#app/application';
import { shopChange, shopDocument } from '#app/contracts';
import { DEFAULT_CONTACT_RULES } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';

const EXAMPLE = {
  id: '0199c0de-0000-7000-8000-000000000001',
  name: 'My shop',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  locale: 'en',
  contactRules: DEFAULT_CONTACT_RULES,
  resendUnknown: [],
  doubleOptIn: [],
  letterhead: { color: '#0a7d4f', logoUrl: null, address: '4 Mill Lane, Birchville' },
  warnings: [],
  sender: { name: null, email: 'hello@shop.example', replyTo: null },
};

@ApiController('/shop', 'Shop', 'shop')
export class ShopController {
  constructor(private readonly shop: ManageShop) {}

  @Get()
  @ApiOperation({ summary: 'The shop of this key' })
  @Answers(200, shopDocument, 'The shop.', EXAMPLE)
  read(@ShopId() shopId: string): Promise<ShopView> {
    return this.shop.read(shopId);
  }

  @Patch()
  @ApiOperation({
    summary:
      'Change name, time zone, currency, locale, contact rules, sender and letterhead of e-mail or what becomes of messages in doubt',
  })
  @Answers(200, shopDocument, 'The shop as it is now.', EXAMPLE)
  @Refuses(422, 'A field is not acceptable.')
  change(
    @ShopId() shopId: string,
    @Body({ schema: shopChange }) change: z.output<typeof shopChange>,
  ): Promise<ShopView> {
    return this.shop.change(shopId, change);
  }
}
