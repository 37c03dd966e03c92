import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { journeySchema } from '#app/application';
import { stepKinds } from '#app/steps';

/** Open to everybody: editors fetch it without a key, and it holds nothing of any shop. */
@Controller('api/v1/journey.schema.json')
@ApiTags('Journeys')
export class JourneySchemaController {
  private readonly schema = journeySchema(stepKinds);

  @Get()
  @ApiOperation({ summary: 'JSON Schema of journey documents, for editors' })
  @ApiOkResponse({ description: 'JSON Schema, draft 2020-12.', schema: { type: 'object' } })
  read(): object {
    return this.schema;
  }
}
