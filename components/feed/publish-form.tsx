'use client';

import { Send } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useId, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Kbd } from '#components/ui/kbd.tsx';
import { jsonProblem, type Published, publishEvent, withProducedAt } from '#lib/client/publish.ts';

const SUGGESTION = `{
  "status": "paid",
  "note": "published from this page"
}`;

interface PublishFormProps {
  readonly id: string;
  readonly level: 'h2' | 'h3';
}

/** Publishes one event of this feed. In the demo only: elsewhere the server takes none. */
export function PublishForm({ id, level }: PublishFormProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const [published, setPublished] = useState<Published | null>(null);
  const [isSending, setSending] = useState(false);
  const aboutId = useId();

  async function send(text: string, isEnd: boolean): Promise<void> {
    if (isSending) return;
    const found = jsonProblem(text);
    setProblem(found);
    setPublished(null);
    if (found !== null) return;
    setSending(true);
    setPublished(await publishEvent(id, withProducedAt(text, Date.now()), isEnd));
    setSending(false);
  }

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void send(String(form.get('value')), form.has('end'));
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
  }

  return (
    <Card title="Publish one event" level={level} aside="demo only">
      <form onSubmit={onSubmit} className="flex flex-1 flex-col gap-3 px-4 py-3" aria-label="Publish one event">
        <textarea
          name="value"
          aria-label="Value, as JSON"
          defaultValue={SUGGESTION}
          rows={5}
          spellCheck={false}
          autoCapitalize="off"
          aria-invalid={problem !== null}
          aria-describedby={aboutId}
          onInput={() => setProblem(null)}
          onKeyDown={onKeyDown}
          className="min-h-28 w-full flex-1 rounded-md border border-line bg-ground px-3 py-2 font-mono text-[13px] leading-5"
        />
        <p id={aboutId} aria-live="polite" className="min-h-10 text-xs leading-5" data-testid="publish-result">
          <Result problem={problem} published={published} />
        </p>
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <label className="flex items-center gap-2">
            <input type="checkbox" name="end" className="size-4 accent-(--lane-sse)" />
            as the last event (ends the feed)
          </label>
          <Button type="submit" aria-disabled={isSending} aria-keyshortcuts="Control+Enter">
            <Send className="size-3.5" aria-hidden="true" />
            Publish
            <Kbd>Ctrl ↵</Kbd>
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Result({ problem, published }: { readonly problem: string | null; readonly published: Published | null }) {
  if (problem !== null) return <span className="text-loss">{problem}</span>;
  if (published?.kind === 'refused') return <span className="text-loss">{published.reason}</span>;
  if (published?.kind === 'stored') {
    return `Stored: ${published.topic}, partition ${published.partition}, offset ${published.offset}.`;
  }
  return (
    <span className="text-ink-muted">
      An object without <code>producedAtMs</code> gets the time of sending, so that its latency can be told.
    </span>
  );
}
