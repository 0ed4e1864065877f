/** What one writes to watch a feed from a page of one's own. Each is complete, and runs when it is pasted. */
import { articleStreamUrl, streamUrl } from '#lib/protocol/paths.ts';

export type SnippetName = 'javascript' | 'react' | 'curl';

/** What a path carries as it is, in every proxy and every shell; other IDs go into the query. */
const PLAIN_ID = /^[\w-][\w.-]*$/;

/** @param origin of the server, without a slash at its end */
export function snippetsOf(origin: string, id: string): Record<SnippetName, string> {
  // Percent-encoded: neither a quote nor a backslash is left in it that could end a text in code or shell.
  const url = `${origin}${PLAIN_ID.test(id) ? articleStreamUrl(id) : streamUrl(id)}`;
  return { javascript: javascript(url), react: react(url), curl: curl(url) };
}

const javascript = (url: string): string => `const source = new EventSource("${url}");

// Each event, in order. After a cut EventSource comes back by itself and goes on where it was.
source.onmessage = ({ data }) => console.log(data);

// History that is really gone, and why: the server never skips in silence.
source.addEventListener("gap", ({ data }) => console.warn("gap", JSON.parse(data).reason));

// The feed is over: no event will ever follow, so do not come back.
source.addEventListener("end", () => {
  source.close();
  console.log("end");
});

// Reconnecting, unless it is closed: an error status, or a feed that is over, ends an EventSource for good.
source.onerror = () => {
  console.log(source.readyState === EventSource.CLOSED ? "closed" : "reconnecting");
};
`;

const react = (url: string): string => `import { useEffect, useState } from "react";

export function Feed() {
  const [state, setState] = useState("connecting");
  const [value, setValue] = useState(null);
  const [gap, setGap] = useState(null);

  useEffect(() => {
    // After a cut EventSource comes back by itself and goes on where it was.
    const source = new EventSource("${url}");
    source.addEventListener("hello", () => setState("live"));
    source.onmessage = ({ data }) => setValue(data);
    // History that is really gone, and why: the server never skips in silence.
    source.addEventListener("gap", ({ data }) => setGap(JSON.parse(data).reason));
    // The feed is over: no event will ever follow, so do not come back.
    source.addEventListener("end", () => {
      source.close();
      setState("over");
    });
    // An error status, or a feed that is over, ends an EventSource for good.
    source.onerror = () => setState(source.readyState === EventSource.CLOSED ? "closed" : "reconnecting");
    return () => source.close();
  }, []);

  return (
    <section>
      <p>{state}</p>
      {gap !== null && <p role="alert">Gap: {gap}</p>}
      <pre>{value ?? "No event yet."}</pre>
    </section>
  );
}
`;

const curl = (
  url: string,
): string => `# Bash. Prints each event, comes back after a cut and goes on where it was, until the feed is over.
url='${url}'
cursor=''
while true; do
  event=''
  while IFS= read -r line; do
    case "$line" in
      'id: '*) cursor="\${line#id: }" ;;
      'event: '*) event="\${line#event: }" ;;
      'data: '*)
        case "$event" in
          '') printf '%s\\n' "\${line#data: }" ;;
          # History that is really gone, and why: the server never skips in silence.
          gap) printf 'gap %s\\n' "\${line#data: }" >&2 ;;
          end) echo 'end' >&2; break 2 ;;
        esac ;;
      # A feed that is over, or one that the server refuses.
      'status: 204' | 'status: 4'*) echo "closed, $line" >&2; break 2 ;;
      '') event='' ;;
    esac
  done < <(curl -sN --max-time 300 -H "Last-Event-ID: $cursor" -w '\\nstatus: %{http_code}\\n' "$url")
  sleep 1
done
`;
