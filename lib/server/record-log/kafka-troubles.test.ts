import { describe, expect, it } from 'vitest';
import { KafkaTroubles } from './kafka-troubles.ts';

function begin(): { readonly troubles: KafkaTroubles; readonly told: string[] } {
  const told: string[] = [];
  return { troubles: new KafkaTroubles({ onNew: (words) => told.push(words) }), told };
}

describe('what is wrong with Kafka', () => {
  it('is told once, however often it is met, and again when all was well in between', () => {
    const { troubles, told } = begin();
    for (let times = 0; times < 3; times += 1) troubles.tell({ place: 'a:1', words: 'nothing listens' });
    expect(told).toEqual(['nothing listens']);
    troubles.clear();
    troubles.tell({ place: 'a:1', words: 'nothing listens' });
    expect(told).toHaveLength(2);
  });

  it('is said of every broker, until that one is reached', () => {
    const { troubles } = begin();
    troubles.tell({ place: 'a:1', words: 'no host' });
    troubles.tell({ place: 'b:1', words: 'no answer' });
    expect(troubles.words).toBe('no host; no answer');
    troubles.passed('a:1');
    expect(troubles.words).toBe('no answer');
  });

  it('is a refusal before all else: who is refused has got through', () => {
    const { troubles } = begin();
    troubles.tell({ place: 'a:1', words: 'no host' });
    expect(troubles.isRefused).toBe(false);
    troubles.tell({ place: 'credentials', words: 'wrong password', isRefusal: true });
    expect(troubles.isRefused).toBe(true);
    expect(troubles.words).toBe('wrong password');
  });

  it('is hearsay only where nothing better is known', () => {
    const { troubles, told } = begin();
    troubles.hear('Crash: something');
    expect(troubles.words).toBe('Crash: something');
    troubles.tell({ place: 'a:1', words: 'no host' });
    troubles.hear('Crash: something else');
    expect(troubles.words).toBe('no host');
    troubles.clear();
    expect(troubles.words).toBeUndefined();
    expect(told).toEqual(['no host']);
  });
});
