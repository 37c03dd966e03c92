import { Get } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { permissionList } from '#app/contracts';
import { PERMISSIONS, rolesWith } from '#app/domain';
import type { z } from 'zod';
import { Answers, ApiController } from '../http/api-controller.js';

@ApiController('/permissions', 'Keys and audit', 'shop')
export class PermissionsController {
  @Get()
  @ApiOperation({ summary: 'What keys can be allowed, and which roles are' })
  @Answers(200, permissionList, 'Every permission.')
  list(): z.input<typeof permissionList> {
    return { items: PERMISSIONS.map((permission) => ({ permission, roles: [...rolesWith(permission)] })) };
  }
}
