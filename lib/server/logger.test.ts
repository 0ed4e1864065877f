import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function logged(
  fields: object,
  message = 'it is told',
): { readonly line: string; readonly entry: Record<string, unknown> } {
  let line = '';
  const destination = {
    write(text: string): void {
      line += text;
    },
  };
  createLogger('info', 'pod-1', destination).info(fields, message);
  return { line, entry: JSON.parse(line) };
}

describe('a log line', () => {
  it('is one line of JSON, whatever is in it', () => {
    const forged = 'a"}\n{"level":60,"msg":"forged"}\r\u2028\u0000\u001b[31m';
    const { line, entry } = logged({ requestId: forged }, forged);
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(entry).toMatchObject({ level: 30, pod: 'pod-1', requestId: forged, msg: forged });
  });

  it('does not tell what has the name of a secret, however deep it lies', () => {
    const secrets = { authorization: 'hush', cookie: 'hush', 'set-cookie': 'hush', password: 'hush', token: 'hush' };
    const { line } = logged({ ...secrets, headers: secrets, request: { headers: secrets } });
    expect(line).not.toContain('hush');
    expect(line).toContain('[not told]');
  });

  it('tells of an error its name, message, code, stack and causes, and nothing that hangs on it', () => {
    const cause = Object.assign(new TypeError('because'), { code: 'E_CAUSE', config: { sasl: 'hush' } });
    const error = Object.assign(new Error('it failed', { cause }), { request: { headers: { 'x-key': 'hush' } } });
    const { line, entry } = logged({ err: error });
    expect(entry.err).toMatchObject({ type: 'Error', message: 'it failed', stack: expect.stringContaining('at ') });
    expect(entry.err).toMatchObject({ cause: { type: 'TypeError', message: 'because', code: 'E_CAUSE' } });
    expect(line).not.toContain('hush');
  });

  it('ends where causes go round in a circle, and tells of what is no error only what it is', () => {
    const error = new Error('round');
    error.cause = error;
    expect(logged({ err: error }).line.split('"round"')).toHaveLength(7);
    expect(logged({ err: 'a payload' }).entry.err).toEqual({ type: 'string' });
  });
});
