'use client';

import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';

export default function ErrorPage({ error, reset }: { readonly error: Error; readonly reset: () => void }) {
  return (
    <Notice title="This page failed" body={`${error.name}: ${error.message}`}>
      <Button onClick={reset}>Try again</Button>
    </Notice>
  );
}
