interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ScrapedMetrics {
  readonly metrics: readonly { readonly name: string; readonly type: string; readonly help: string }[];
  readonly samples: readonly Sample[];
  /** Of the one series with this name and these labels, whatever others it has. @throws Error where there is none or more */
  value(name: string, labels?: Readonly<Record<string, string>>): number;
}

/** Prometheus text, as `/metrics` gives it. */
export function readMetrics(text: string): ScrapedMetrics {
  const types = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type = '']) => [name, type]));
  const metrics = [...text.matchAll(/^# HELP (\w+) (.*)$/gm)].map(([, name = '', help = '']) => ({
    name,
    type: types.get(name) ?? '',
    help,
  }));
  const samples = text.split('\n').flatMap((line) => {
    const [, name = '', labels = '', value] = /^([a-z]\w*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    return value === undefined ? [] : [{ name, labels: readLabels(labels), value: Number(value) }];
  });
  const value = (name: string, labels: Readonly<Record<string, string>> = {}): number => {
    const found = samples.filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
    );
    const [only] = found;
    if (only === undefined || found.length > 1)
      throw new Error(`${found.length} series are ${name} ${JSON.stringify(labels)}`);
    return only.value;
  };
  return { metrics, samples, value };
}

function readLabels(text: string): Record<string, string> {
  const pairs = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name, value.replace(/\\(.)/g, '$1')]));
}
