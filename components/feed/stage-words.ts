import type { Stage } from '#lib/client/stages.ts';

/** What the stages of an event's way are called, and how each is drawn. */
export const STAGE_WORDS: Record<Stage, string> = {
  toBroker: 'Producer → broker',
  toPod: 'Broker → pod',
  toBrowser: 'Pod → browser',
};

/** A pattern each, since a colour alone would tell nothing to who sees none. */
export const STAGE_FILL: Record<Stage, string> = {
  toBroker: 'stage-to-broker',
  toPod: 'stage-to-pod',
  toBrowser: 'stage-to-browser',
};
