/**
 * A lint rule of our own: the wall clock is read in one place, so that the whole system can live in virtual time.
 * `new Date(value)` is a conversion and allowed.
 */
const REMEDY = 'Take the time from ClockPort (app.now() in SQL) instead of reading the wall clock.';

const noClockRead = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const isDate = (node) => node.type === 'Identifier' && node.name === 'Date';
    return {
      NewExpression(node) {
        if (isDate(node.callee) && node.arguments.length === 0) context.report({ node, message: REMEDY });
      },
      CallExpression(node) {
        if (isDate(node.callee)) context.report({ node, message: REMEDY });
      },
      MemberExpression(node) {
        const { object, property } = node;
        const isNow = property.name === 'now' || property.value === 'now';
        if (isDate(object) && isNow) context.report({ node, message: REMEDY });
      },
    };
  },
};

export default { meta: { name: 'afterglow' }, rules: { 'no-clock-read': noClockRead } };
