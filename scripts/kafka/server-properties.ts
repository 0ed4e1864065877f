/** Where clients may come beside the plain one. */
export interface ListenerSpec {
  /** As the settings of it name it (`listener.name.NAME.…`). */
  readonly name: string;
  readonly port: number;
  readonly protocol: 'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT';
}

/** Settings of a broker that serves one laptop: loopback only, one replica, little memory, no waiting. */
export interface ServerPropertiesOptions {
  readonly port: number;
  readonly controllerPort: number;
  readonly logDir: string;
  readonly listeners?: readonly ListenerSpec[];
  /** Added last, so they win. */
  readonly extraProperties?: Readonly<Record<string, string | number | boolean>>;
}

export function serverProperties(options: ServerPropertiesOptions): string {
  const properties = { ...baseProperties(options), ...options.extraProperties };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function baseProperties({ port, controllerPort, logDir, listeners = [] }: ServerPropertiesOptions) {
  const clients = [{ name: 'PLAINTEXT', port, protocol: 'PLAINTEXT' }, ...listeners];
  const client = clients.map((each) => `${each.name.toUpperCase()}://127.0.0.1:${each.port}`).join(',');
  const protocols = clients.map((each) => `${each.name.toUpperCase()}:${each.protocol}`).join(',');
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `${client},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': client,
    'listener.security.protocol.map': `${protocols},CONTROLLER:PLAINTEXT`,
    'log.dirs': logDir.replaceAll('\\', '/'),
    'num.partitions': 6,
    'auto.create.topics.enable': false,
    // A stock broker makes every new consumer group wait 3 s for company; ours always has one member.
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // After a SIGKILL the controller lets the broker back only when its old session is over: 9 s on a stock broker.
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 500,
    'num.network.threads': 2,
    'num.io.threads': 4,
    // The log cleaner alone would take 128 MB.
    'log.cleaner.dedupe.buffer.size': 4_194_304,
    'log.index.size.max.bytes': 1_048_576,
  };
}

/**
 * What a broker has for itself where nobody sets it, of all that is lowered above and fits one broker: to see what
 * Feedline does on a Kafka as it comes.
 */
export const STOCK_PROPERTIES: Readonly<Record<string, number>> = {
  'group.initial.rebalance.delay.ms': 3_000,
  'offsets.topic.num.partitions': 50,
  'transaction.state.log.num.partitions': 50,
  'broker.session.timeout.ms': 9_000,
  'broker.heartbeat.interval.ms': 2_000,
  'num.network.threads': 3,
  'num.io.threads': 8,
  'log.cleaner.dedupe.buffer.size': 134_217_728,
  'log.index.size.max.bytes': 10_485_760,
};
