import { type RefObject, useEffect, useEffectEvent } from 'react';

/** A picture that moves with time is drawn at most this often, ms. */
const DRAW_MS = 100;
/** The same for who has asked for less motion. */
const CALM_DRAW_MS = 1000;
const REDUCED_MOTION = '(prefers-reduced-motion: reduce)';
/** Of the page's thread no more than this share goes into drawing and painting: a fuller picture moves less often. */
const SHARE_MAX = 0.04;

/**
 * Calls `draw` before a paint, some times a second, while `box` can be seen; `isRunning` false leaves the picture as
 * it is, which is then drawn only where it comes into sight or changes its size.
 */
export function useDrawing(box: RefObject<Element | null>, isRunning: boolean, draw: () => void): void {
  const onDraw = useEffectEvent(draw);
  useEffect(() => {
    if (box.current === null) return;
    const life = new AbortController();
    const motion = matchMedia(REDUCED_MOTION);
    let isInSight = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let frame = 0;

    function cancel(): void {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    }
    function drawNow(): void {
      const startedAtMs = performance.now();
      onDraw();
      // This timer's turn is after the paint, so the time until then is what the drawing has cost.
      if (isRunning) timer = setTimeout(() => planNext(performance.now() - startedAtMs));
    }
    function planNext(costMs: number): void {
      const leastMs = motion.matches ? CALM_DRAW_MS : DRAW_MS;
      const waitMs = Math.min(Math.max(leastMs, costMs / SHARE_MAX), CALM_DRAW_MS) - costMs;
      timer = setTimeout(() => {
        frame = requestAnimationFrame(drawNow);
      }, waitMs);
    }
    function update(): void {
      cancel();
      if (isInSight && !document.hidden) frame = requestAnimationFrame(drawNow);
    }

    const seen = new IntersectionObserver(([entry]) => {
      isInSight = entry?.isIntersecting ?? false;
      update();
    });
    const resized = new ResizeObserver(update);
    seen.observe(box.current);
    resized.observe(box.current);
    document.addEventListener('visibilitychange', update, { signal: life.signal });
    motion.addEventListener('change', update, { signal: life.signal });
    return () => {
      life.abort();
      seen.disconnect();
      resized.disconnect();
      cancel();
    };
  }, [box, isRunning]);
}
