import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { FindLink, noSuchLink } from './find-link.js';
import { POSITION_RADIX } from './link-factory.js';
import { LinkHits } from './link-hits.port.js';

/** Characters of a token; what follows is the number of the link. */
const TOKEN_CHARS = 16;
const MAX_AGENT_CHARS = 300;

export interface Follower {
  /** What the program calls itself. */
  readonly agent: string;
  readonly isRobot: boolean;
  /** It only looks where the link leads, and is not noted. */
  readonly isLook: boolean;
}

/** From a link in a message to where it leads, and a note that somebody followed it. */
@Injectable()
export class FollowLink {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly find: FindLink,
    private readonly hits: LinkHits,
  ) {}

  /**
   * Returns the destination: one that the message was sent with, and nothing else.
   * @throws PermanentError `not_found`, `gone`
   */
  async run(code: string, { agent, isRobot, isLook }: Follower): Promise<string> {
    const link = await this.find.run(code.slice(0, TOKEN_CHARS), 'click');
    const position = positionOf(code.slice(TOKEN_CHARS));
    if (position === undefined) throw noSuchLink();
    const { messageId } = link;
    return this.uow.inShop(link.shopId, async (tx) => {
      const destination = await this.hits.destination(tx, messageId, position);
      if (destination === undefined) throw noSuchLink();
      if (!isLook) await this.hits.add(tx, { messageId, position, agent: agent.slice(0, MAX_AGENT_CHARS), isRobot });
      return destination;
    });
  }
}

/** Each number is written in one way only: nothing is the first link. */
function positionOf(text: string): number | undefined {
  if (text === '') return 0;
  return /^[1-9a-z][0-9a-z]?$/.test(text) ? Number.parseInt(text, POSITION_RADIX) : undefined;
}
