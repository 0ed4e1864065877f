/**
 * What people write by hand: Node's HTTP server, a set of responses for each ID, the event framed once and `res.write`
 * for each response. Node corks a socket until the end of the tick by itself, so that all events which one batch has
 * for a response leave in one system call. No cursor, no resume, no limit to what a slow client makes it hold.
 *
 *     PORT=… FEED=kafka KAFKA_BROKERS=… KAFKA_TOPIC=… node minimal-node-server.mjs
 *     PORT=… FEED=http node minimal-node-server.mjs
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Kafka, logLevel } from 'kafkajs';

/** @type {Map<string, Set<import('node:http').ServerResponse>>} */
const responsesOf = new Map();

const server = createServer((request, response) => {
  const [, door = '', id = ''] = (request.url ?? '').split('/');
  if (door === 'stream' && request.method === 'GET') stream(id, response);
  else if (door === 'publish' && request.method === 'POST') void publish(id, request, response);
  else response.writeHead(404).end();
});

/**
 * @param {string} id
 * @param {import('node:http').ServerResponse} response
 */
function stream(id, response) {
  const responses = responsesOf.get(id) ?? new Set();
  responsesOf.set(id, responses.add(response));
  response.on('close', () => {
    responses.delete(response);
    if (responses.size === 0) responsesOf.delete(id);
  });
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
  response.write(':\n\n');
}

let published = 0;

/**
 * @param {string} id
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function publish(id, request, response) {
  const value = await buffer(request);
  published += 1;
  deliver(id, String(published), value);
  response.writeHead(204).end();
}

/**
 * @param {string} id
 * @param {string} eventId
 * @param {Buffer} value
 */
function deliver(id, eventId, value) {
  const responses = responsesOf.get(id);
  if (responses === undefined) return;
  const frame = Buffer.from(`id: ${eventId}\ndata: ${value}\n\n`);
  for (const response of responses) response.write(frame);
}

/**
 * @param {string[]} brokers
 * @param {string} topic
 */
async function consume(brokers, topic) {
  const kafka = new Kafka({ brokers, logLevel: logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: `minimal-node-${randomUUID()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: false });
  const hasJoined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({
    eachBatch: async ({ batch: { partition, messages } }) => {
      for (const { key, value, offset } of messages) {
        if (key !== null && value !== null) deliver(key.toString(), `${partition}:${offset}`, value);
      }
    },
  });
  await hasJoined;
}

const { PORT, FEED, KAFKA_BROKERS = '', KAFKA_TOPIC = '' } = process.env;
if (FEED === 'kafka') await consume(KAFKA_BROKERS.split(','), KAFKA_TOPIC);
server.listen(Number(PORT), '127.0.0.1', () => console.log('listening'));
process.on('SIGTERM', () => process.exit(0));
