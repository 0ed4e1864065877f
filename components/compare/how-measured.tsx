'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { Card } from '#components/ui/card.tsx';
import type { ClockEstimate } from '#lib/client/clock-offset.ts';
import { formatMs } from '#lib/client/format.ts';
import type { RaceRun } from '#lib/client/race.ts';

const CLOCK_MS = 2000;
const LONG_ESTIMATE: ClockEstimate = { offsetMs: 88_888, errorMs: 8888 };

interface HowMeasuredProps {
  readonly run: RaceRun | null;
  readonly isDemo: boolean;
}

/** The method behind every figure, and what it leaves out. */
export function HowMeasured({ run, isDemo }: HowMeasuredProps) {
  return (
    <Card title="How this is measured" level="h2">
      <dl className="grid gap-x-8 gap-y-4 px-4 py-4 @3xl:grid-cols-2">
        <Method title="Latency">
          From <code>producedAtMs</code> in the payload, by the producer’s clock, to the handler that gets the event in
          this page. p50 and p95 are nearest ranks over the last 60 s. What was produced while the tab was hidden or the
          lane was off does not count: nobody waited for it.
        </Method>
        <Method title="Clocks">
          Beside the lanes this page asks the poll URL every 2 s. Each answer bounds the server’s clock by its round
          trip (RFC 5905); the broker’s append time (<code>LogAppendTime</code>) and the pod’s time of receipt bound the
          producer’s. Clocks that can agree are taken to agree.
          {run !== null && <ClockNow run={run} />}
        </Method>
        <Method title="Missed, repeated">
          By <code>seq</code> in the payload, which counts from 1 in each feed. Every lane with a cursor begins at the
          same one. The article’s SSE has none: it begins when it connects, and cannot know what it did not get.
        </Method>
        <Method title="Requests, empty round trips">
          As this page sends them, EventSource’s own reconnections included. Empty is an answer that brought no event.
        </Method>
        <Method title="Received">
          Counted by the server at its sockets, response headers and chunk framing included, and told in pings and with
          the next poll; what came since is estimated. TLS, TCP and what the browser sends are not in it.
        </Method>
        <Method title="CPU">
          Here: time of this page’s thread in the lane’s handlers, parsing and counting, without drawing and without the
          browser’s network process. Server: main-thread time of the lane’s requests, by Node’s <code>async_hooks</code>
          , without reading Kafka, garbage collection and the kernel. On both sides the stream that an event reaches
          first wakes the thread and pays for it, so Feedline’s looks dearer beside the article’s than it is: switch it
          off, and the article’s takes as long.
        </Method>
        <Method title="Added round trip">
          {isDemo
            ? 'The server holds each request for half of it, and each part of an answer for the other half. It stands for distance: there is no loss, and opening a connection takes no longer. With 0 ms, on one machine, long polling is about as quick as SSE at ten events a second, and costs a request per event.'
            : 'Only the demo (DEMO=1) can add one, because it slows down whoever asks for it on the server’s account. The same goes for SSE as the article writes it. Here the network is as it is.'}
        </Method>
        <Method title="Connections">
          Browsers allow six HTTP/1.1 connections per server over all tabs. One visible tab races, which takes three,
          and all tabs of Feedline together keep one free. Hidden tabs hold none and go on from their cursors when
          shown.
        </Method>
      </dl>
    </Card>
  );
}

function Method({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="max-w-prose">
      <dt className="font-medium">{title}</dt>
      <dd className="mt-0.5 text-ink-muted">{children}</dd>
    </div>
  );
}

function ClockNow({ run }: { readonly run: RaceRun }) {
  const [clock, setClock] = useState(run.producerClock);
  useEffect(() => {
    const timer = setInterval(() => setClock(run.producerClock()), CLOCK_MS);
    return () => clearInterval(timer);
  }, [run]);
  return (
    <span className="grid text-ink [&>*]:[grid-area:1/1]">
      {/* The longest it can be, unseen: what is below must not move when it becomes known. */}
      <span
        aria-hidden="true"
        className="invisible before:content-[attr(data-words)]"
        data-words={clockWords(LONG_ESTIMATE)}
      />
      <span data-testid="clock" data-offset-ms={clock.offsetMs} data-error-ms={clock.errorMs}>
        {clockWords(clock)}
      </span>
    </span>
  );
}

function clockWords({ offsetMs, errorMs }: ClockEstimate): string {
  if (errorMs === null) return 'Of the producer’s clock nothing is known yet.';
  const error = `right within ${formatMs(Math.ceil(errorMs))}`;
  if (offsetMs === 0) return `The producer’s clock is taken to agree with this page’s, ${error}.`;
  const side = offsetMs < 0 ? 'ahead of' : 'behind';
  return `The producer’s clock is ${formatMs(Math.abs(offsetMs))} ${side} this page’s, which is corrected, ${error}.`;
}
