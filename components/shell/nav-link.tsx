'use client';

import Link from 'next/link';
import { usePathname, useRouter } from 'next/navigation';

/**
 * A link of the top bar; marks the page one is on. The other page's scripts are fetched when somebody is about to go
 * there, not with each first visit.
 */
export function NavLink({ href, children }: { readonly href: string; readonly children: string }) {
  const isHere = usePathname() === href;
  const router = useRouter();
  const prefetch = () => router.prefetch(href);
  return (
    <Link
      href={href}
      prefetch={false}
      onPointerEnter={prefetch}
      onFocus={prefetch}
      aria-current={isHere ? 'page' : undefined}
      className={`fade-state border-b-2 py-1 ${isHere ? 'border-ink font-medium' : 'border-transparent text-ink-muted hover:text-ink'}`}
    >
      {children}
    </Link>
  );
}
