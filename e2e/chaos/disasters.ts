import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from './client.ts';
import { carryOut, type KillReport, type Scene } from './kills.ts';
import type { Mishap, Plan } from './schedule.ts';

export interface Damage {
  readonly kills: readonly KillReport[];
  /** Connections after which nothing came and nobody said so. */
  readonly mutes: number;
}

const TICK_MS = 10;

/** Lets the plan happen, from now on. Ends when the time is over and every kill has been lived through. */
export class Disasters {
  readonly #plan: Plan;
  readonly #scene: Scene;
  readonly #clients: ReadonlyMap<string, Client>;
  readonly #kills: KillReport[] = [];
  #mutes = 0;
  #isReviving = false;

  constructor(plan: Plan, scene: Scene, everyone: readonly Client[]) {
    this.#plan = plan;
    this.#scene = scene;
    this.#clients = new Map(everyone.map((client) => [client.name, client]));
  }

  get killsDone(): number {
    return this.#kills.length;
  }

  /** @throws when the run is aborted */
  async run(durationMs: number): Promise<Damage> {
    const { signal } = this.#scene;
    const startedAtMs = Date.now();
    const ending = new AbortController();
    const mishaps = this.#runMishaps(startedAtMs, AbortSignal.any([signal, ending.signal]));
    try {
      await this.#runKills(startedAtMs);
      await delay(Math.max(0, startedAtMs + durationMs - Date.now()), undefined, { signal });
    } finally {
      ending.abort();
      await mishaps;
    }
    return { kills: this.#kills, mutes: this.#mutes };
  }

  async #runKills(startedAtMs: number): Promise<void> {
    const { signal } = this.#scene;
    for (const kill of this.#plan.kills) {
      await delay(Math.max(0, startedAtMs + kill.atMs - Date.now()), undefined, { signal });
      this.#isReviving = true;
      // Who is away because of itself would be counted as not yet back.
      for (const client of this.#clients.values()) client.wake();
      this.#kills.push(await carryOut(kill, this.#scene));
      this.#isReviving = false;
    }
  }

  async #runMishaps(startedAtMs: number, signal: AbortSignal): Promise<void> {
    for (const mishap of this.#plan.mishaps) {
      while (Date.now() < startedAtMs + mishap.atMs && !signal.aborted) await delay(TICK_MS);
      if (signal.aborted) return;
      const client = this.#clients.get(mishap.client);
      if (client !== undefined) this.#befall(client, mishap);
    }
  }

  #befall(client: Client, mishap: Mishap): void {
    const { network } = this.#scene.stack;
    const port = client.visit?.exchange.localPort;
    // While it is measured how long the way back takes, connections are cut, but nobody stays away of itself.
    if (mishap.act !== 'cut' && this.#isReviving) return;
    switch (mishap.act) {
      case 'cut':
        if (mishap.by === 'client') client.cutInNext(mishap.share);
        else network.cutInNext(port, mishap.share);
        break;
      case 'mute':
        if (network.mute(port)) this.#mutes += 1;
        break;
      case 'pause':
        client.pauseFor(mishap.forMs);
        break;
      case 'sleep':
        client.sleepFor(mishap.forMs);
        break;
    }
  }
}
