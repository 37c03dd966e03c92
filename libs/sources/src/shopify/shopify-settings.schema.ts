import { z } from 'zod';

export const shopifySettings = z.strictObject({
  promisedDateAttribute: z.string().min(1).max(255).default('promised_delivery_date').meta({
    description: 'Name of the order attribute (note_attributes) that holds the promised day of delivery, YYYY-MM-DD.',
  }),
  giftAttribute: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: 'Name of the order attribute that says "true", "yes" or "1" when the order is a gift.' }),
  ignoreTestOrders: z.boolean().default(false).meta({ description: 'Leave out orders placed in test mode.' }),
});
export type ShopifySettings = z.output<typeof shopifySettings>;
