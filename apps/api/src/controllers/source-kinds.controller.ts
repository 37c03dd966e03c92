import { Get } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ManageSources, type SourceKindInfo } from '#app/application';
import { sourceKindList } from '#app/contracts';
import { Answers, ApiController } from '../http/api-controller.js';

@ApiController('/source-kinds', 'Sources', 'sources')
export class SourceKindsController {
  constructor(private readonly sources: ManageSources) {}

  @Get()
  @ApiOperation({ summary: 'Kinds of sender, with the JSON Schema of their settings' })
  @Answers(200, sourceKindList, 'All kinds.')
  list(): { items: SourceKindInfo[]; next: null } {
    return { items: this.sources.kinds(), next: null };
  }
}
