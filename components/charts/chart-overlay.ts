/** Where a chart draws, in px of its canvas. */
export interface PlotArea {
  readonly context: CanvasRenderingContext2D;
  /** Px of the canvas for each px of the page. */
  readonly ratio: number;
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** As CSS has it, with a size in px of the canvas. */
  readonly font: string;
}

/** The end of a line, and what it is called. */
export interface LineEnd {
  readonly words: string;
  readonly color: string;
  readonly xPx: number;
  readonly yPx: number;
}

/** From one label to the next, px of the page. */
const LABEL_STEP_PX = 15;
/** From the plot to its labels. */
const LABEL_GAP_PX = 14;
const LEADER_ALPHA = 0.5;

/** Where labels stand that want to stand at `ys`: in the same order, none on another, all between `top` and `bottom`. */
export function spread(ys: readonly number[], stepPx: number, top: number, bottom: number): readonly number[] {
  const order = ys.map((_, index) => index).sort((a, b) => (ys[a] ?? 0) - (ys[b] ?? 0));
  const placed = [...ys];
  let least = top;
  for (const index of order) {
    placed[index] = Math.max(placed[index] ?? 0, least);
    least = (placed[index] ?? 0) + stepPx;
  }
  let most = bottom;
  for (const index of order.reverse()) {
    placed[index] = Math.min(placed[index] ?? 0, most);
    most = (placed[index] ?? 0) - stepPx;
  }
  return placed;
}

/** Names each line beside the plot, at the height of its end, with a hair from there to its name. */
export function drawLineEnds({ context, ratio, font, ...plot }: PlotArea, ends: readonly LineEnd[]): void {
  const rightPx = plot.leftPx + plot.widthPx;
  const ys = spread(
    ends.map(({ yPx }) => yPx),
    LABEL_STEP_PX * ratio,
    plot.topPx,
    plot.topPx + plot.heightPx,
  );
  context.save();
  context.font = font;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  for (const [index, { words, color, xPx, yPx }] of ends.entries()) {
    const labelY = ys[index] ?? yPx;
    const labelX = rightPx + LABEL_GAP_PX * ratio;
    context.globalAlpha = LEADER_ALPHA;
    context.lineWidth = ratio;
    context.strokeStyle = color;
    context.beginPath();
    context.moveTo(xPx, yPx);
    context.lineTo(rightPx, yPx);
    context.lineTo(labelX - 3 * ratio, labelY);
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = color;
    context.fillText(words, labelX, labelY);
  }
  context.restore();
}

/** A line from top to bottom. */
export function drawCrosshair({ context, ratio, ...plot }: PlotArea, xPx: number, color: string): void {
  if (xPx < plot.leftPx || xPx > plot.leftPx + plot.widthPx) return;
  context.save();
  context.strokeStyle = color;
  context.lineWidth = ratio;
  context.beginPath();
  context.moveTo(xPx, plot.topPx);
  context.lineTo(xPx, plot.topPx + plot.heightPx);
  context.stroke();
  context.restore();
}
