import { Body, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { type Caller, type Invitation, ManageMembers, type Member } from '#app/application';
import {
  idParam,
  invitation,
  memberChange,
  memberDocument,
  memberList,
  newMember,
  pageQuery,
  type PageQuery,
} from '#app/contracts';
import { toIso } from '#app/domain';
import { Config } from '#app/platform';
import type { z } from 'zod';
import { CallerParam, ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';
import { OnceByKey } from '../http/once.interceptor.js';

type MemberDocument = z.input<typeof memberDocument>;
type InvitationDocument = z.input<typeof invitation>;

@ApiController('/members', 'Team', 'members')
export class MembersController {
  constructor(
    private readonly members: ManageMembers,
    private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The team of the shop, oldest first' })
  @Answers(200, memberList, 'A page of members.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<z.input<typeof memberList>> {
    return answerPage(await this.members.list(shopId, pageRequestOf(query)), viewOf);
  }

  @Post()
  @OnceByKey()
  @ApiOperation({
    summary: 'Invite somebody into the team',
    description: 'Nobody can be given more than who invites them has. The link works once, for 7 days.',
  })
  @Answers(201, invitation, 'The invitation; it is shown this once.')
  @Refuses(409, 'They are in the team already.')
  async invite(
    @CallerParam() caller: Caller,
    @Body({ schema: newMember }) member: z.output<typeof newMember>,
  ): Promise<InvitationDocument> {
    return this.invitationView(await this.members.invite(caller.shopId, member, caller));
  }

  @Get(':id')
  @ApiOperation({ summary: 'A member of the team' })
  @Answers(200, memberDocument, 'The member.')
  @Refuses(404, 'There is no such member.')
  async read(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<MemberDocument> {
    return viewOf(await this.members.read(shopId, id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change the role of a member, or disable them' })
  @Answers(200, memberDocument, 'The member after the change.')
  @Refuses(404, 'There is no such member.')
  @Refuses(409, 'They are the last owner.')
  async change(
    @CallerParam() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: memberChange }) { role, state }: z.output<typeof memberChange>,
  ): Promise<MemberDocument> {
    const isDisabled = state === undefined ? undefined : state === 'disabled';
    return viewOf(await this.members.change(caller.shopId, id, { role, isDisabled }, caller));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Take somebody out of the team, with their address' })
  @ApiResponse({ status: 204, description: 'They are gone and signed out.' })
  @Refuses(404, 'There is no such member.')
  @Refuses(409, 'They are the last owner.')
  async remove(@CallerParam() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<void> {
    await this.members.remove(caller.shopId, id, caller);
  }

  @Post(':id/invitation')
  @OnceByKey()
  @ApiOperation({
    summary: 'Invite a member again',
    description: 'For who lost the link, or the password. Accepting it signs them out everywhere else.',
  })
  @Answers(201, invitation, 'The invitation; it is shown this once, and the one before stops working.')
  @Refuses(404, 'There is no such member.')
  @Refuses(409, 'They are disabled.')
  async inviteAgain(
    @CallerParam() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<InvitationDocument> {
    return this.invitationView(await this.members.inviteAgain(caller.shopId, id, caller));
  }

  @Delete(':id/sessions')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign a member out everywhere' })
  @ApiResponse({ status: 204, description: 'They must sign in again.' })
  @Refuses(404, 'There is no such member.')
  async endSessions(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<void> {
    await this.members.endSessions(shopId, id);
  }

  private invitationView({ member, token }: Invitation): InvitationDocument {
    return { member: viewOf(member), token, url: `${this.config.publicUrl}/join/${token}` };
  }
}

function viewOf({ createdAt, lastLoginAt, invitedUntil, ...member }: Member): MemberDocument {
  return {
    ...member,
    createdAt: toIso(createdAt),
    lastLoginAt: lastLoginAt === null ? null : toIso(lastLoginAt),
    invitedUntil: invitedUntil === null ? null : toIso(invitedUntil),
  };
}
