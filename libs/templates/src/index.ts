export { LiquidTemplateEngine } from './liquid-template-engine.js';
export { compileTemplate } from './compile.js';
export { renderTemplate } from './render.js';
export { CARD, contrastOf, darkenedFor, DARK_CARD, isColor, lightenedFor, signOn } from './contrast.js';
export { findVariables } from './variables.js';
export type {
  CompiledTemplate,
  CompileOptions,
  RenderedMessage,
  TemplateBrand,
  TemplateContext,
  TemplatePlace,
  TemplateProblem,
  TemplateProblemCode,
  TemplateSource,
} from './template.js';
