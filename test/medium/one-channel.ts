import { type Channel, Channels } from '#app/application';

/** The same channel for whatever goes out. */
export class OneChannel extends Channels {
  constructor(private readonly channel: Channel) {
    super();
  }

  forMedium(): Channel {
    return this.channel;
  }

  open(): never {
    throw new Error('There is one channel.');
  }

  secretOf(): undefined {
    return undefined;
  }

  kinds(): [] {
    return [];
  }

  faultsOf(): [] {
    return [];
  }

  outline(): string {
    return '';
  }

  close(): Promise<void> {
    return this.channel.close();
  }
}
