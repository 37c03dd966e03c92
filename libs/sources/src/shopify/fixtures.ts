/** Bodies in Shopify's documented shape, with values of our own. Ids stand beyond 2^53, as texts to be written unquoted. */
export const ORDER_ID = '9107199254740993017';

export function orderBody(fields: string = ''): string {
  return `{
    "id": ${ORDER_ID}, "admin_graphql_api_id": "gid:\\/\\/shopify\\/Order\\/${ORDER_ID}", "name": "#2041", "created_at": "2026-04-20T09:30:00+02:00",
    "updated_at": "2026-04-20T09:31:00+02:00", "processed_at": "2026-04-20T09:30:20+02:00", "cancelled_at": null, "cancel_reason": null,
    "currency": "JPY", "total_price": "5400", "financial_status": "pending", "buyer_accepts_marketing": true, "customer_locale": "fr-CA",
    "email": "  Marie.Curie@Example.org ", "contact_email": "", "phone": null, "test": false, "tags": "vip, gift-wrap",
    "order_status_url": "https://tea.example/orders/2041", "note_attributes": [{"name": "promised_delivery_date", "value": "2026-04-27"}, {"name": "gift", "value": "Yes"}],
    "customer": {"id": 9107199254740993999, "email": "marie.curie@example.org", "phone": null, "first_name": "Marie", "last_name": "Curie"},
    "shipping_address": {"first_name": "Pierre", "country_code": "CA", "phone": "(514) 555-0134"},
    "line_items": [{"id": 9107199254740995001, "title": "Sencha \\ud83c\\udf75", "quantity": 2, "price": "2700", "product_id": 77, "sku": "SEN-1"}],
    "fulfillments": []${fields} }`;
}

export const FULFILMENT_BODY = `{
  "id": 9107199254740996001, "order_id": ${ORDER_ID}, "status": "success", "created_at": "2026-04-21T08:00:00Z", "updated_at": "2026-04-22T08:00:00Z",
  "tracking_company": "Colissimo", "tracking_number": "6A123", "tracking_url": "https://track.example/6A123", "shipment_status": null, "tracking_numbers": ["6A123"]
}`;

export function fulfilmentEventBody(status: string): string {
  return `{"id": 501, "fulfillment_id": 9107199254740996001, "order_id": ${ORDER_ID}, "status": "${status}", "message": "On its way",
    "happened_at": "2026-04-23T10:00:00-04:00", "created_at": "2026-04-23T14:05:00Z", "estimated_delivery_at": "2026-04-26T18:00:00Z"}`;
}

export const REFUND_BODY = `{
  "id": 9107199254740997001, "order_id": ${ORDER_ID}, "created_at": "2026-04-28T12:00:00Z",
  "transactions": [{"kind": "refund", "status": "success", "amount": "10.10", "currency": "EUR"}, {"kind": "refund", "status": "success", "amount": "0.20", "currency": "EUR"},
    {"kind": "refund", "status": "failure", "amount": "99.00", "currency": "EUR"}],
  "refund_line_items": [{"subtotal": 10.3, "total_tax": 0.0}]
}`;
