import { type ExecutionContext, SetMetadata, type Type } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { RequestMethod } from '@nestjs/common/enums/request-method.enum.js';
import { AfterglowError, type Permission, PERMISSIONS } from '#app/domain';

/** First halves of permissions. */
export type Resource = Permission extends `${infer R}:${string}` ? R : never;

const NEEDS = 'afterglow:needs';
const RESOURCE = 'afterglow:resource';

type Handler = (...inputs: never[]) => unknown;

/** What a route of a controller acts on. */
export const ActsOn = (resource: Resource) => SetMetadata(RESOURCE, resource);

/** The permission of one route, where it isn't `<resource>:read` for GET and `<resource>:write` for the rest. */
export const Needs = (permission: Permission) => SetMetadata(NEEDS, permission);

export function neededBy(context: Pick<ExecutionContext, 'getClass' | 'getHandler'>): Permission {
  return permissionOf(context.getClass(), context.getHandler() as Handler);
}

/** @throws AfterglowError `internal` for a route of which nobody said what it needs: better closed than open */
export function permissionOf(controller: Type, handler: Handler): Permission {
  const own = Reflect.getMetadata(NEEDS, handler) as Permission | undefined;
  if (own !== undefined) return own;
  const resource = Reflect.getMetadata(RESOURCE, controller) as Resource | undefined;
  const isRead = Reflect.getMetadata(METHOD_METADATA, handler) === RequestMethod.GET;
  const permission = PERMISSIONS.find((known) => known === `${resource}:${isRead ? 'read' : 'write'}`);
  if (permission === undefined)
    throw new AfterglowError('internal', `Nobody said what ${controller.name}.${handler.name} needs. Add @Needs.`);
  return permission;
}
