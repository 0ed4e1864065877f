import type { RefObject } from 'react';
import { visible } from '#lib/client/visible.ts';

interface FeedSuggestionsProps {
  readonly listId: string;
  readonly ids: readonly string[];
  /** Which one has been gone to with the arrows; -1 is none. */
  readonly activeIndex: number;
  readonly activeOption: RefObject<HTMLLIElement | null>;
  readonly onChoose: (id: string) => void;
}

/** The `id` of an option in the document. */
export function optionId(listId: string, index: number): string {
  return `${listId}-${index}`;
}

/** The list under the field. It is over everything, takes no room, and leaves the focus where it is. */
export function FeedSuggestions({ listId, ids, activeIndex, activeOption, onChoose }: FeedSuggestionsProps) {
  return (
    <ul
      id={listId}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the list of a combobox, as ARIA's pattern has it.
      role="listbox"
      aria-label="Recent feeds"
      className="absolute top-full right-0 left-0 z-20 mt-1 max-h-80 overflow-y-auto overscroll-contain rounded-md border border-line-strong bg-surface p-1"
    >
      {ids.map((id, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus, and its Enter does the same.
        <li
          key={id}
          ref={index === activeIndex ? activeOption : null}
          id={optionId(listId, index)}
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: as above.
          role="option"
          aria-selected={index === activeIndex}
          tabIndex={-1}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(id)}
          className="cursor-pointer truncate rounded px-2 py-1.5 font-mono hover:bg-sunken aria-selected:bg-ink aria-selected:text-surface"
        >
          {visible(id)}
        </li>
      ))}
    </ul>
  );
}
