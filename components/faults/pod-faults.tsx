'use client';

import { FAULT_MS, FaultButton } from '#components/ops/fault-button.tsx';
import { killBrokerObstacle, killPodObstacle, stopConsumerObstacle } from '#components/ops/obstacles.ts';
import { usePods } from '#lib/client/hooks/use-pods.ts';

/** What can be done to the pods and the broker; what came of it is on `/ops`. */
export function PodFaults() {
  const { pods, outcomes } = usePods();
  return (
    <section aria-labelledby="pod-faults-title">
      <h3 id="pod-faults-title" className="font-medium">
        Pods and broker
      </h3>
      <ul className="mt-3 flex flex-col gap-3">
        {pods.map((pod) => (
          <li key={pod.pod} className="flex flex-wrap items-start gap-3">
            <span className="basis-full font-mono sm:basis-20 sm:py-1.5">{pod.pod}</span>
            <FaultButton
              label="Kill it"
              about={pod.pod}
              fault={{ kind: 'kill-pod', pod: pod.pod }}
              obstacle={killPodObstacle(pod)}
            />
            <FaultButton
              label="Stop its consumer for 5 s"
              about={pod.pod}
              fault={{ kind: 'stop-consumer', pod: pod.pod, forMs: FAULT_MS }}
              obstacle={stopConsumerObstacle(pod)}
            />
          </li>
        ))}
        <li>
          <FaultButton
            label="Kill the broker for 5 s"
            fault={{ kind: 'kill-broker', forMs: FAULT_MS }}
            obstacle={killBrokerObstacle(pods)}
          />
        </li>
      </ul>
      {outcomes[0] !== undefined && (
        <p data-testid="last-outcome" className="mt-3 text-xs text-ink-muted">
          {outcomes[0].words}.
        </p>
      )}
    </section>
  );
}
