import { describe, expect, it } from 'vitest';
import { tableOf } from './report.ts';

const workload = {
  name: 'w',
  title: 'what is done',
  figures: [{ key: 'cost', label: 'cost', digits: 1, isCompared: true }],
};
const runs = (...costs: number[]) => costs.map((cost) => ({ figures: { cost } }));
const server = (name: string, results: ReturnType<typeof runs> | { failure: string }[]) => ({
  name,
  fedBy: 'kafka' as const,
  runs: results,
});

describe('the table of a workload', () => {
  it('gives the median and the range of the runs, and the ratio of the medians', () => {
    const servers = [server('a', runs(3, 1, 2)), server('b', runs(4, 6, 5))];
    expect(tableOf({ workload, servers }, 'b')[0]).toMatchObject({ cost: '2.0 (1.0–3.0)', '× b: cost': '× 0.40' });
  });

  it('claims no difference where the ranges overlap', () => {
    const servers = [server('a', runs(1, 2, 3)), server('b', runs(3, 4, 5))];
    expect(tableOf({ workload, servers }, 'b')[0]).toMatchObject({ '× b: cost': 'no difference' });
  });

  it('puts the ratio of too few runs in brackets', () => {
    const servers = [server('a', runs(1, 2)), server('b', runs(3, 4))];
    expect(tableOf({ workload, servers }, 'b')[0]).toMatchObject({ '× b: cost': '(× 0.43)' });
  });

  it('gives no figure and no ratio of a server that has failed once', () => {
    const servers = [server('a', [...runs(1, 2), { failure: 'one event lost' }] as never), server('b', runs(5, 6))];
    const [failed, good] = tableOf({ workload, servers }, 'b');
    expect(failed).toMatchObject({ cost: 'FAILED', '× b: cost': '–', runs: '1 of 3 FAILED' });
    expect(good).toMatchObject({ cost: '5.5 (5.0–6.0)' });
  });
});
