import { type DynamicModule, Module, type ModuleMetadata } from '@nestjs/common';
import { OperationsController } from './operations.controller.js';
import { Readiness, type ReadinessCheck, ShutdownState } from './readiness.js';

export interface OperationsOptions<D extends readonly unknown[]> {
  readonly imports?: ModuleMetadata['imports'];
  /** What `checks` is made from, e.g. [DataSource]. */
  readonly inject?: { readonly [I in keyof D]: abstract new (...args: never[]) => D[I] };
  readonly checks: (...dependencies: D) => readonly ReadinessCheck[];
}

/** /healthz, /readyz and /problems/<code>. Imported once, by the root module of a process; needs PlatformModule. */
@Module({})
export class OperationsModule {
  static register<D extends readonly unknown[]>({ imports = [], inject, checks }: OperationsOptions<D>): DynamicModule {
    const readiness = {
      provide: Readiness,
      useFactory: (shutdown: ShutdownState, ...dependencies: unknown[]) =>
        new Readiness(checks(...(dependencies as unknown as D)), shutdown),
      inject: [ShutdownState, ...(inject ?? [])],
    };
    return {
      module: OperationsModule,
      imports: [...imports],
      controllers: [OperationsController],
      providers: [readiness],
    };
  }
}
