import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { problemDocument, wireEvent } from '#app/contracts';
import { z } from 'zod';

const DESCRIPTION = `Events in, journeys over days, messages out, answers and scores back.

Send \`Authorization: Bearer <key>\`, or sign in and send the cookie, with \`X-CSRF-Token\` where something changes. Lists are
\`{items, next}\` and take \`?cursor=&limit=\`; \`next\` is the cursor of the page that follows. Every refusal is \`application/problem+json\` (RFC 9457) and says what to do; its \`code\` is stable. Parameters and fields
that a call doesn't know are refused. Webhooks go to the \`url\` of a source, signed as its sender signs them.`;

/** The OpenAPI document of the routes under /api/v1, made from the schemas that check them. */
export function createApiDocument(app: INestApplication): OpenAPIObject {
  const head = new DocumentBuilder()
    .setTitle('Afterglow')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key.' }, 'key')
    .addCookieAuth(
      '__Host-afterglow-session',
      { type: 'apiKey', in: 'cookie', description: 'A member of the team who signed in.' },
      'session',
    )
    .build();
  const document = SwaggerModule.createDocument(app, head, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
  const paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => path.startsWith('/api/')));
  const schemas = {
    ...document.components?.schemas,
    ...schemaOf(problemDocument, 'Problem'),
    ...schemaOf(wireEvent, 'Event'),
  };
  return { ...document, paths, components: { ...document.components, schemas: sorted(schemas) } };
}

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

/** A schema and the named ones it is made of, as components. */
function schemaOf(schema: z.ZodType, name: string): Schemas {
  const {
    $schema: _$schema,
    $defs = {},
    definitions = {},
    ...root
  } = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as Record<string, unknown>;
  // a schema with a name of its own comes among the definitions, and the root only refers to it
  const all = { [name]: root, ...(definitions as object), ...($defs as object) };
  return JSON.parse(
    JSON.stringify(all).replaceAll(/"#\/(?:\$defs|definitions|components\/schemas)\//g, '"#/components/schemas/'),
  ) as Schemas;
}

function sorted(schemas: Schemas): Schemas {
  return Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
