import { compileTemplate } from './compile.js';
import { findVariables } from './variables.js';

describe('findVariables', () => {
  it('lists what is printed without a default, each once', () => {
    const mjml =
      '{{ order.number }}{{ order.number | upcase }}{{ customer.first_name | default: "you" }}{% if shop.open %}x{% endif %}';
    expect(findVariables({ subject: '{{ order.total | money }}', mjml })).toEqual(['order.number', 'order.total']);
  });

  it('leaves out loop variables and assigned names', () => {
    const sms =
      '{% assign a = order.x %}{{ a }}{% for line in order.lines %}{{ line.title }}{{ shop.name }}{% endfor %}';
    expect(findVariables({ sms })).toEqual(['shop.name']);
  });

  it('reads a compiled template too', async () => {
    const { compiled } = await compileTemplate({ sms: 'Hi {{ customer.first_name }}' });
    expect(findVariables(compiled)).toEqual(['customer.first_name']);
  });
});
