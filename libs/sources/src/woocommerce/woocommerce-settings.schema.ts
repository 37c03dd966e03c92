import { z } from 'zod';

const metaKey = z.string().min(1).max(255);

export const wooCommerceSettings = z.strictObject({
  promisedDateMeta: metaKey
    .default('promised_delivery_date')
    .meta({ description: 'Key of the order meta data that holds the promised day of delivery, YYYY-MM-DD.' }),
  consentMeta: metaKey.optional().meta({
    description: 'Key of the order meta data that says "yes", "true" or "1" when the buyer agreed to marketing e-mail.',
  }),
  placedWhenPending: z
    .boolean()
    .default(false)
    .meta({ description: 'Count an order as placed while its payment is still pending.' }),
});
export type WooCommerceSettings = z.output<typeof wooCommerceSettings>;
